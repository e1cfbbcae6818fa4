using System.Diagnostics;
using BotHub.FakeTelegram;

namespace BotHub.Benchmarks;

/// <summary>
/// The people of one round: each of the closed loops writes in one of its chats, waits for the answer there and goes on in the next. It
/// does so on the thread that took the answer in, so that nobody has to be woken for an update.
/// </summary>
internal sealed class TelegramLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly FakeTelegramServer _telegram;
    private readonly TelegramPeer _peer;
    private readonly Dictionary<FakeChat, Loop> _loops = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Loop[] _all;
    private int _left;
    private int _running;
    private int _answers;

    public TelegramLoad(FakeTelegramServer telegram, TelegramPeer peer, int loops, int updates)
    {
        (_telegram, _peer, _left, _running) = (telegram, peer, updates, loops);
        _all = [.. Enumerable.Range(0, loops).Select(loop => new Loop(this, [.. peer.Chats.Where((_, i) => i % loops == loop)]))];
        foreach (var loop in _all)
            foreach (var chat in loop.Chats) _loops.Add(chat, loop);
        telegram.BotSent += Take;
    }

    /// <summary>All updates, each from its sending to its answer, in milliseconds, sorted.</summary>
    public double[] Latencies => [.. _all.SelectMany(l => l.Milliseconds).Order()];

    /// <exception cref="InvalidOperationException">An answer was wrong, or nobody had asked.</exception>
    /// <exception cref="TimeoutException">For a while no answer came at all.</exception>
    public async Task RunAsync()
    {
        foreach (var loop in _all) loop.Ask();
        for (var seen = -1; !_done.Task.IsCompleted && seen != _answers;)
        {
            seen = _answers;
            await Task.WhenAny(_done.Task, Task.Delay(Patience));
        }

        if (!_done.Task.IsCompleted) throw new TimeoutException($"{_peer.Name} left {_running} chats without an answer, such as {_all.First(l => l.Chat is not null).Chat}.");
        await _done.Task;
    }

    public void Dispose() => _telegram.BotSent -= Take;

    private void Take(FakeMessage message)
    {
        _answers++;
        if (_loops.TryGetValue(message.Chat, out var loop) && loop.Chat == message.Chat && loop.Asked == message.Text) loop.Answered();
        else _done.TrySetException(new InvalidOperationException($"{_peer.Name} was not asked for this in {message.Chat}: {message.Text}"));
    }

    private sealed class Loop(TelegramLoad load, FakeChat[] chats)
    {
        private int _turn;
        private long _sent;

        public FakeChat[] Chats => chats;

        public List<double> Milliseconds { get; } = [];

        /// <summary>Where an answer is due; null at the end.</summary>
        public FakeChat? Chat { get; private set; }

        public string Asked { get; private set; } = "";

        public void Ask()
        {
            Chat = null;
            if (Interlocked.Decrement(ref load._left) < 0)
            {
                if (Interlocked.Decrement(ref load._running) == 0) load._done.TrySetResult();
                return;
            }

            (Chat, Asked) = (chats[_turn++ % chats.Length], $"What would you answer to question {load._peer.NextQuestion()} of an ordinary length?");
            _sent = Stopwatch.GetTimestamp();
            Chat.Say(Asked);
        }

        public void Answered()
        {
            Milliseconds.Add(Stopwatch.GetElapsedTime(_sent).TotalMilliseconds);
            Ask();
        }
    }
}
