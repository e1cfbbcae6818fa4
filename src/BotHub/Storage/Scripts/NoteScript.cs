namespace BotHub.Storage.Scripts;

internal static class NoteScript
{
    /// <summary>KEYS conversation. ARGV epoch, note. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[1], 's'))
        if not held(s, ARGV[1]) then return 0 end
        s.nt = 1
        redis.call('HSET', KEYS[1], 's', packed(s), 'nt', ARGV[2])
        return 1
        """);
}
