using BotHub.FakeTelegram;

namespace BotHub.Tests.Chaos;

/// <summary>A Telegram with people in it who each say numbered things, and the books of what they were answered.</summary>
internal sealed class TelegramWorld : IAsyncDisposable
{
    /// <summary>How much faster than Telegram's limits this one is; the hubs are told the same.</summary>
    private const double Hurry = 20;

    private readonly FakeTelegramServer _server;
    private readonly FakeBot _bot;

    private TelegramWorld(FakeTelegramServer server)
    {
        (_server, _bot) = (server, server.AddBot("chaos_bot"));
        // In privacy mode a mention does not reach a bot.
        _bot.PrivacyMode = false;
    }

    public FakeTelegramServer Server => _server;

    public static async Task<TelegramWorld> StartAsync() => new(await FakeTelegramServer.StartAsync(new() { Limits = new FloodLimits().Scaled(Hurry) }));

    /// <summary>What a hub must be told to serve the bot.</summary>
    public (string Key, string Value)[] Settings =>
    [
        ("Channels__Web__Enabled", "true"),
        ("Channels__Telegram__main__Token", _bot.Token),
        ("Channels__Telegram__main__ApiUrl", _server.Url.ToString()),
        ("Channels__Telegram__main__Allow", "*"),
        ("Channels__Telegram__main__CallsPerSecond", $"{20 * Hurry}"),
        ("Channels__Telegram__main__ChatCallsPerSecond", $"{Hurry}"),
        ("Channels__Telegram__main__GroupCallsPerMinute", $"{18 * Hurry}"),
    ];

    public List<FakeChat> PrivateChats(int count) =>
        [.. Enumerable.Range(0, count).Select(i => _bot.PrivateChat(_server.AddUser($"Ada {i}")))];

    public List<FakeChat> Groups(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var group = _server.AddSupergroup($"Group {i}", members: [_server.AddUser($"Max {i}")]);
        group.Join(_bot);
        return group;
    })];

    /// <summary>Groups that one and the same person is in.</summary>
    public List<FakeChat> GroupsOfOne(int count, out FakeUser person)
    {
        var member = person = _server.AddUser("Max");
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var group = _server.AddSupergroup($"Group {i}", members: [member]);
            group.Join(_bot);
            return group;
        })];
    }

    /// <summary>Says the numbered thing; in a group to the bot.</summary>
    public static void Say(FakeChat chat, int number)
    {
        if (chat.Kind == FakeChatKind.Private) chat.Say(Text(number));
        else chat.Say($"@chaos_bot {Text(number)}", chat.Members.First(m => !m.User.IsBot).User);
    }

    public static Task AllAnsweredAsync(IReadOnlyList<FakeChat> chats, int messages, TimeSpan patience) =>
        Task.WhenAll(chats.Select(chat => chat.WaitAsync(c => Numbers(c).Contains(messages - 1), patience, $"the answer to message {messages - 1}")));

    /// <summary>Asserts that nothing was lost or reordered, and counts what was said twice.</summary>
    public static int Check(IEnumerable<FakeChat> chats, int messages)
    {
        var repeated = 0;
        foreach (var chat in chats)
        {
            var seen = Numbers(chat);
            Assert.True(seen.Distinct().Order().SequenceEqual(Enumerable.Range(0, messages)), $"{chat} was answered {string.Join(' ', seen)} of {messages}:\n{chat.Transcript}");
            // A repetition stands right behind the first, never behind a newer answer.
            Assert.True(seen.SequenceEqual(seen.Order()), $"{chat} was answered out of order: {string.Join(' ', seen)}");
            repeated += seen.Count - messages;
        }

        return repeated;
    }

    /// <summary>The numbers of the answers that stand in the chat, in order.</summary>
    private static List<int> Numbers(FakeChat chat)
    {
        List<int> numbers = [];
        foreach (var text in chat.BotTexts)
            if (text.LastIndexOf("number ", StringComparison.Ordinal) is >= 0 and var at && int.TryParse(text.AsSpan(at + 7), out var number)) numbers.Add(number);
        return numbers;
    }

    private static string Text(int number) => $"This is number {number}";

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
