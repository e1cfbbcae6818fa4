namespace BotHub.Storage.Scripts;

internal static class ReleaseScript
{
    /// <summary>KEYS ready, conversation. ARGV conversation, epoch, idle expiry ms or '0', delay ms. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[2], 'ep', 'ow', 'mh', 'mt', 'oh', 'ot', 'tr')
        if h[1] ~= ARGV[2] or not h[2] or h[2] == '' then return 0 end
        redis.call('HSET', KEYS[2], 'ow', '', 'os', '', 'tr', text(math.max(0, (tonumber(h[7]) or 0) - 1)))
        if (h[3] or '0') ~= (h[4] or '0') or (h[5] or '0') ~= (h[6] or '0') then
            redis.call('ZADD', KEYS[1], text(now() + tonumber(ARGV[4])), ARGV[1])
        else
            redis.call('ZREM', KEYS[1], ARGV[1])
            if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
        end
        return 1
        """);
}
