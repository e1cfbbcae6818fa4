namespace BotHub.Storage.Scripts;

internal static class StopScript
{
    /// <summary>KEYS conversation. Returns 1, or 0 when nothing waits.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[1], 's'))
        if s.mh >= s.mt then return 0 end
        s.sp = s.mh
        redis.call('HSET', KEYS[1], 's', packed(s))
        return 1
        """);
}
