namespace BotHub.Storage.Scripts;

internal static class MarksScript
{
    /// <summary>KEYS conversation. Returns {1, stop, revised}.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[1], 'sp', 'rv', 'mh', 'mt')
        return marks(KEYS[1], h[1], h[2], h[3], h[4])
        """);
}
