namespace BotHub.FakeTelegram;

/// <summary>A press of an inline button and what the bot answered to it.</summary>
public sealed class FakePress
{
    internal FakePress(string id, FakeUser user, FakeMessage message, string data, DateTimeOffset at) =>
        (Id, User, Message, Data, At) = (id, user, message, data, at);

    public string Id { get; }
    public FakeUser User { get; }
    public FakeMessage Message { get; }
    public string Data { get; }
    public DateTimeOffset At { get; }
    public bool IsAnswered { get; internal set; }

    /// <summary>The notice shown to the person; empty for none.</summary>
    public string Answer { get; internal set; } = "";

    public bool ShowAlert { get; internal set; }

    /// <summary>Waits until the bot has answered.</summary>
    public Task AnsweredAsync(TimeSpan? timeout = null) => Message.Chat.Server.WaitAsync(() => IsAnswered, timeout, $"an answer to the press of {Data}");
}
