using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Poll leases in one hash per bot; what nobody could read beside it, in a hash of its own.</summary>
internal sealed class RedisPollLeases(StoreConnection connection, IStoreServer server) : IPollLeases
{
    private const int LongestReason = 1000, LongestId = 200;

    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);

    public async Task<PollLease?> TryAcquireAsync(string bot, string owner, TimeSpan lease, CancellationToken cancel)
    {
        if (owner.Length == 0) throw new ArgumentException("A lease needs an owner: an empty one means that it was given back.", nameof(owner));
        RedisKey[] key = [Keys.Poll(bot)];
        if (!_noted.ContainsKey(bot))
        {
            // Before there is a lease that a dead process could leave behind.
            await connection.CallAsync(database => database.SetAddAsync(Keys.Polls, bot), cancel);
            _noted[bot] = true;
        }

        var result = await connection.RunAsync(PollScripts.Acquire, key, [owner, Milliseconds(lease)], cancel);
        if (result.IsNull) return null;
        var f = (RedisValue[])result!;
        await server.DurableAsync();
        return new PollLease(bot, (long)f[0], owner, (long)f[1]);
    }

    public async Task<Fence> RenewAsync(PollLease lease, TimeSpan duration, CancellationToken cancel) => await RenewAsync(lease, "", duration, cancel);

    public async Task<Fence> AdvanceAsync(PollLease lease, long offset, TimeSpan duration, CancellationToken cancel)
    {
        var fence = await RenewAsync(lease, offset, duration, cancel);
        if (fence == Fence.Held) await server.DurableAsync();
        return fence;
    }

    public Task ReleaseAsync(PollLease lease, CancellationToken cancel) =>
        connection.RepeatAsync(PollScripts.Release, [Keys.Poll(lease.Bot)], [lease.Epoch], cancel);

    public async Task DeadLetterAsync(string bot, string updateId, string reason, string body, CancellationToken cancel)
    {
        var id = Cut(updateId, LongestId);
        var letter = StoreJson.Write(new StoredPollLetter(id, Cut(reason, LongestReason), Cut(body, IPollLeases.DeadLetterBytes)), StoreJson.Wire.StoredPollLetter);
        await connection.RepeatAsync(PollScripts.DeadLetter, [Keys.PollDeadLetters(bot)], [id, letter, IPollLeases.DeadLettersHeld], cancel);
        await server.DurableAsync();
    }

    public async Task<IReadOnlyList<PollDeadLetter>> ReadDeadLettersAsync(string bot, int count, CancellationToken cancel)
    {
        var key = Keys.PollDeadLetters(bot);
        var counted = (long)await connection.CallAsync(database => database.HashGetAsync(key, "n"), cancel);
        var held = (int)Math.Min(counted, Math.Clamp(count, 0, IPollLeases.DeadLettersHeld));
        if (held == 0) return [];
        var slots = new RedisValue[held];
        for (var i = 0; i < held; i++) slots[i] = $"x{(counted - 1 - i) % IPollLeases.DeadLettersHeld}";
        var letters = new List<PollDeadLetter>(held);
        foreach (var value in await connection.CallAsync(database => database.HashGetAsync(key, slots), cancel))
            if (Parse(value) is { } letter) letters.Add(letter);
        return letters;
    }

    public async Task<PollStatus> ReadStatusAsync(string bot, CancellationToken cancel)
    {
        var f = (RedisValue[])(await connection.RepeatAsync(PollScripts.Status, [Keys.Poll(bot), Keys.PollDeadLetters(bot)], [], cancel))!;
        var advanced = (long)f[4];
        return new PollStatus(
            f[0].Length() == 0 ? null : f[0].ToString(), TimeSpan.FromMilliseconds((long)f[1]), (long)f[2], (long)f[3],
            advanced == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(advanced));
    }

    private static PollDeadLetter? Parse(RedisValue value)
    {
        var text = value.ToString();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || StoreJson.Read(text[(space + 1)..], StoreJson.Wire.StoredPollLetter) is not { } letter) return null;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture));
        return new PollDeadLetter(at, letter.UpdateId, letter.Reason, letter.Body);
    }

    /// <summary>As many whole characters as fit into so many bytes of UTF-8.</summary>
    private static string Cut(string text, int bytes)
    {
        if (text.Length * 3L <= bytes || Encoding.UTF8.GetByteCount(text) <= bytes) return text;
        var (length, size) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > bytes) break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static RedisValue Milliseconds(TimeSpan value) => (long)Math.Max(0, value.TotalMilliseconds);

    private async Task<Fence> RenewAsync(PollLease lease, RedisValue offset, TimeSpan duration, CancellationToken cancel) =>
        (int)await connection.RepeatAsync(PollScripts.Renew, [Keys.Poll(lease.Bot)], [lease.Epoch, Milliseconds(duration), offset], cancel) == 1
            ? Fence.Held
            : Fence.Lost;
}
