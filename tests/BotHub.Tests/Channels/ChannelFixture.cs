using BotHub.Tests.Hosting;

namespace BotHub.Tests.Channels;

/// <summary>A hub and one way for people to reach it.</summary>
public abstract class ChannelFixture : IAsyncDisposable
{
    private readonly Dictionary<string, TestHub> _hubs = new(StringComparer.Ordinal);

    /// <summary>The hub with these settings; started at the first call and shared by the tests that ask for the same ones.</summary>
    public TestHub Hub(params (string Key, string Value)[] settings)
    {
        lock (_hubs)
        {
            var key = string.Join(';', settings.Select(s => $"{s.Key}={s.Value}"));
            if (!_hubs.TryGetValue(key, out var hub)) _hubs[key] = hub = Create(settings);
            return hub;
        }
    }

    /// <summary>Somebody who has not said anything yet.</summary>
    public abstract Task<IPerson> MeetAsync(TestHub hub);

    protected abstract TestHub Create((string Key, string Value)[] settings);

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs.Values) await hub.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A person at a channel: says things, and sees what the channel shows. Every wait has an end.</summary>
public interface IPerson : IAsyncDisposable
{
    Task SayAsync(string text);

    /// <summary>The next finished answer, as it stands on the screen.</summary>
    Task<string> NextAnswerAsync();

    /// <summary>Waits until an answer in progress can be seen.</summary>
    Task SeeBeginningAsync();

    /// <summary>Presses the channel's Stop.</summary>
    Task StopAsync();

    /// <summary>All finished answers that stand on the screen now, oldest first.</summary>
    Task<IReadOnlyList<string>> AnswersAsync();

    /// <summary>Says something and reads the answer.</summary>
    async Task<string> AskAsync(string text)
    {
        await SayAsync(text);
        return await NextAnswerAsync();
    }
}
