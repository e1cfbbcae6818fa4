namespace BotHub.Storage.Scripts;

internal static class RenewScript
{
    /// <summary>KEYS ready, conversation. ARGV conversation, epoch, lease ms. Returns {1, stop, revised}, or {0} when the lease is lost.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + MarksScript.Marks + """
        local s = state(redis.call('HGET', KEYS[2], 's'))
        if not held(s, ARGV[2]) then return {0} end
        local length = tonumber(ARGV[3])
        if s.ld ~= length then
            s.ld = length
            redis.call('HSET', KEYS[2], 's', packed(s))
        end
        redis.call('ZADD', KEYS[1], text(now() + length), ARGV[1])
        return marks(KEYS[2], s)
        """);
}
