namespace BotHub.Storage.Scripts;

internal static class FeedWriteScript
{
    /// <summary>
    /// KEYS conversation, feed. ARGV epoch, '1' to drop what is held, batch as "lastId firstId json", expiry ms, batches held at most.
    /// The list's entries are "previousId lastId firstId json". Returns {1, batches held, previous id}, or {0, 0, '0'} when the lease is lost.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        if not held(state(redis.call('HGET', KEYS[1], 's')), ARGV[1]) then return {0, 0, '0'} end
        local before = '0'
        local last = redis.call('LINDEX', KEYS[2], -1)
        if last then before = string.match(last, '^%d+ (%d+) ') or '0' end
        if ARGV[2] == '1' then redis.call('DEL', KEYS[2]) end
        redis.call('RPUSH', KEYS[2], before .. ' ' .. ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[4])
        local held = redis.call('LLEN', KEYS[2])
        if held > tonumber(ARGV[5]) then redis.call('LTRIM', KEYS[2], -tonumber(ARGV[5]), -1) end
        return {1, held, before}
        """);
}
