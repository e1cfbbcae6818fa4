namespace BotHub.Storage.Scripts;

internal static class ChatMoveScript
{
    /// <summary>KEYS moves. ARGV old id, new id. A chain of moves leads to the first id.</summary>
    public static readonly StoreScript Record = new("""
        local origin = redis.call('HGET', KEYS[1], 'f:' .. ARGV[1]) or ARGV[1]
        if origin ~= ARGV[2] then redis.call('HSET', KEYS[1], 'f:' .. ARGV[2], origin, 't:' .. origin, ARGV[2]) end
        return 1
        """);

    /// <summary>KEYS moves. ARGV id. Returns {origin, current}.</summary>
    public static readonly StoreScript Find = new("""
        local origin = redis.call('HGET', KEYS[1], 'f:' .. ARGV[1]) or ARGV[1]
        return {origin, redis.call('HGET', KEYS[1], 't:' .. origin) or ARGV[1]}
        """);
}
