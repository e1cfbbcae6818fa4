using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using BotHub.Core.Conversations;
using BotHub.Core.Security;
using BotHub.Storage.Scripts;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Signing keys in one hash of the store. The script that makes a key also decides which of two racing nodes' keys it is.</summary>
internal sealed class StoredSigningKeys(StoreConnection connection, IStoreServer server, IOptions<StorageOptions> options, TimeProvider clock) : ISigningKeys
{
    /// <summary>How often the store is asked whether another node has rotated, and how long an unknown id stays unknown.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, SigningKey> _known = new(StringComparer.Ordinal);
    private volatile Asked? _current;

    public async Task<SigningKey> CurrentAsync()
    {
        var held = _current;
        if (held is not null && clock.GetElapsedTime(held.At) < AskAgain) return held.Key;
        try
        {
            var key = await ReadOrMakeAsync();
            _current = new Asked(key, clock.GetTimestamp());
            return key;
        }
        catch (StoreUnavailableException) when (held is not null)
        {
            return held.Key;
        }
    }

    public async Task<SigningKey?> FindAsync(string id)
    {
        // An id comes out of a token that nobody has verified yet: nothing long may become a field name.
        if (id.Length is 0 or > 32) return null;
        if (_known.TryGetValue(id, out var known)) return IsKept(known) ? known : null;
        var text = (string?)await connection.CallAsync(database => database.HashGetAsync(Keys.SigningKeys, "k" + id), CancellationToken.None);
        if (text is null) return null;
        var key = Parse(id, text);
        _known[id] = key;
        return IsKept(key) ? key : null;
    }

    private static SigningKey Parse(string id, string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var made = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture));
        return new SigningKey(id, Convert.FromHexString(text.AsSpan(space + 1)), made);
    }

    private static RedisValue Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private bool IsKept(SigningKey key) => clock.GetUtcNow() - key.Made < ISigningKeys.Kept + options.Value.KeyRotation;

    private async Task<SigningKey> ReadOrMakeAsync()
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var rotation = options.Value.KeyRotation;
        var f = (RedisResult[])(await connection.RepeatAsync(
            SigningKeyScript.Script, [Keys.SigningKeys], [Milliseconds(rotation), Milliseconds(rotation + ISigningKeys.Kept), id, secret], CancellationToken.None))!;
        // Before it signs anything it must outlive a crash.
        await server.DurableAsync();
        var key = Parse((string)f[0]!, (string)f[1]!);
        return _known.GetOrAdd(key.Id, key);
    }

    private sealed record Asked(SigningKey Key, long At);
}
