using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

public sealed class DrainTests : ChaosTests
{
    [Fact]
    public async Task A_hub_that_is_asked_to_stop_ends_every_running_answer_before_it_goes()
    {
        var hubs = await StartHubsAsync(1, redis: null, speed: 100);
        using var client = ClientOf(hubs);
        var talks = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => BeginAsync(client, i, 300)));
        await hubs[0].SignalAsync("TERM");
        Assert.Equal(0, await hubs[0].ExitAsync(Deadline));

        // All of it came from the one hub before it was gone: nothing is running any more.
        foreach (var (text, follower, _) in talks)
            await follower.UntilAsync(p => p.Answers.SingleOrDefault() is { IsFinal: true } a && a.Text == text && p.Snapshots == 0 && !p.IsRunning, "its whole answer before the hub's end", Soon());
        AssertQuiet(hubs);
        Tell($"{talks.Length} answers ended during the drain.");
    }

    [Fact]
    public async Task An_answer_longer_than_the_drain_is_begun_anew_elsewhere_and_shown_once()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 100, ("Pipeline__Drain", "00:00:00.2"), ("Pipeline__Lease", "00:00:20"));
        using var client = ClientOf(hubs);
        var talks = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => BeginAsync(client, i, 250)));
        await hubs[0].SignalAsync("TERM");
        Assert.Equal(0, await hubs[0].ExitAsync(Deadline));
        foreach (var (text, follower, conversation) in talks)
        {
            await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true }, "an answer's end", Deadline);
            ChatLoad.AssertShows(follower, await conversation.ReadAsync(Deadline));
            Assert.Equal(text, Assert.Single(follower.Read(p => p.Answers.ToList())).Text);
        }

        AssertQuiet(hubs);
        Tell($"{talks.Sum(t => t.Follower.Read(p => p.Voided))} of {talks.Length} answers were begun anew.");
    }

    /// <summary>A conversation whose answer is being written.</summary>
    private async Task<(string Text, Follower Follower, HubConversation Conversation)> BeginAsync(HubClient client, int number, int length)
    {
        var conversation = await client.OpenAsync(Deadline);
        var follower = await FollowAsync(conversation);
        var text = $"m{number} {new string('x', length)}.";
        await conversation.PostAsync($"m{number}", text, Deadline);
        await follower.UntilAsync(p => p.Answers.Any(a => a.Text.Length > 0), "the answer's beginning", Deadline);
        return (text, follower, conversation);
    }

    private CancellationToken Soon()
    {
        // What has arrived on the socket may still have to be read.
        var soon = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        soon.CancelAfter(TimeSpan.FromSeconds(5));
        return soon.Token;
    }
}
