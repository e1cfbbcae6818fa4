namespace BotHub.Storage.Scripts;

internal static class ReleaseScript
{
    /// <summary>KEYS ready, conversation. ARGV conversation, epoch, idle expiry ms or '0', delay ms. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[2], 's'))
        if not held(s, ARGV[2]) then return 0 end
        s.ow, s.os, s.tr = '', -1, math.max(0, s.tr - 1)
        local idle = s.mh == s.mt and s.oh == s.ot
        if idle and ARGV[3] ~= '0' then s.ex = 1 end
        redis.call('HSET', KEYS[2], 's', packed(s))
        if not idle then
            redis.call('ZADD', KEYS[1], text(now() + tonumber(ARGV[4])), ARGV[1])
        else
            redis.call('ZREM', KEYS[1], ARGV[1])
            if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
        end
        return 1
        """);
}
