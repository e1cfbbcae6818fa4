namespace BotHub.Storage.Scripts;

internal static class StopScript
{
    /// <summary>KEYS conversation. Returns 1, or 0 when nothing waits.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[1], 'mh', 'mt')
        if not h[1] or not h[2] or tonumber(h[1]) >= tonumber(h[2]) then return 0 end
        redis.call('HSET', KEYS[1], 'sp', h[1])
        return 1
        """);
}
