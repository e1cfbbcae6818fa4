namespace BotHub.Storage.Scripts;

internal static class NoteScript
{
    /// <summary>KEYS conversation. ARGV epoch, note. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[1], 'ep', 'ow')
        if h[1] ~= ARGV[1] or not h[2] or h[2] == '' then return 0 end
        redis.call('HSET', KEYS[1], 'nt', ARGV[2])
        return 1
        """);
}
