namespace BotHub.Storage.Scripts;

internal static class RenewScript
{
    /// <summary>KEYS ready, conversation. ARGV conversation, epoch, lease ms. Returns {1, stop, revised}, or {0} when the lease is lost.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[2], 'ep', 'ow', 'ld', 'sp', 'rv', 'mh', 'mt')
        if h[1] ~= ARGV[2] or not h[2] or h[2] == '' then return {0} end
        if h[3] ~= ARGV[3] then redis.call('HSET', KEYS[2], 'ld', ARGV[3]) end
        redis.call('ZADD', KEYS[1], text(now() + tonumber(ARGV[3])), ARGV[1])
        return marks(KEYS[2], h[4], h[5], h[6], h[7])
        """);
}
