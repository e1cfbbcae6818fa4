using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

/// <summary>
/// One person's closed loop: one to three messages in a row, each posted until acknowledged, then the wait for their answers. The echo
/// gives every message its own text back, so an answer proves which message it belongs to.
/// </summary>
internal sealed class ChatLoad(HubConversation conversation, Follower follower, int number)
{
    private readonly List<(string Id, string Text)> _acknowledged = [];

    public Follower Follower => follower;

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Talks until told to stop, and then until everything is answered.</summary>
    public async Task RunAsync(int minLength, int maxLength, CancellationToken stop, CancellationToken deadline)
    {
        while (!stop.IsCancellationRequested)
        {
            for (var burst = conversation.Client.Next(1, 4); burst > 0; burst--)
            {
                var id = $"c{number}-m{_acknowledged.Count}";
                // Every other answer is over before its first text is written: there a kill hits the steps from commit to receipt.
                var length = conversation.Client.Next(0, 2) == 0 ? conversation.Client.Next(0, 5) : conversation.Client.Next(minLength, maxLength);
                var text = $"{id} {new string((char)('a' + (_acknowledged.Count % 26)), length)}.";
                await conversation.PostAsync(id, text, deadline);
                _acknowledged.Add((id, text));
            }

            var (last, expected) = _acknowledged[^1];
            await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true } a && a.Text == expected, $"the answer to {last}", deadline);
        }
    }

    /// <summary>Every acknowledged message answered once, in the order sent, each turn with the whole past as its context.</summary>
    public async Task AssertAllAnsweredOnceAsync(CancellationToken deadline)
    {
        var page = await conversation.ReadAsync(deadline);
        Assert.False(page.More, "The check needs the whole conversation on one page.");
        var expected = _acknowledged.SelectMany(m => new[] { ("user", m.Text), ("assistant", m.Text) });
        Assert.Equal(expected, page.Messages.Select(m => (m.Role, m.Text)));
        Assert.Equal(_acknowledged.Select(m => m.Id), page.Messages.Where(m => !m.IsAnswer).Select(m => m.Id));
        Assert.All(page.Messages, m => Assert.Equal("done", m.State));
        Assert.Equal(page.Messages.Count, page.Messages.Select(m => m.Id).Distinct().Count());
        AssertShows(follower, page);

        List<string> past = [];
        foreach (var turn in page.Messages.GroupBy(m => m.Turn!))
        {
            var ledger = await conversation.ReadLedgerAsync(turn.Key, deadline);
            Assert.Equal(past, ledger.Kept.Select(k => k.Id));
            Assert.Empty(ledger.Dropped);
            past.AddRange(turn.Select(m => m.Id));
        }
    }

    /// <summary>What the stream has shown is what the messages say, character for character.</summary>
    public static void AssertShows(Follower follower, HubMessages page) =>
        Assert.Equal(
            page.Messages.Where(m => m.IsAnswer).Select(m => (m.Id, m.State, m.Text)),
            follower.Read(p => p.Answers.Select(a => (a.Id, a.State, a.Text)).ToList()));
}
