namespace BotHub.Storage.Scripts;

internal static class SigningKeyScript
{
    /// <summary>
    /// KEYS signing keys. ARGV rotation ms, kept ms, new id, new secret. Makes the new key current when there is none or it is too
    /// old, and forgets those past keeping. Returns {id, "ms secret"} of the current key: the same to all nodes.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local at = now()
        local current = redis.call('HGET', KEYS[1], 'cur')
        local held = current and redis.call('HGET', KEYS[1], 'k' .. current)
        if held and at - tonumber(string.match(held, '^(%d+)')) < tonumber(ARGV[1]) then return {current, held} end
        local made = text(at) .. ' ' .. ARGV[4]
        redis.call('HSET', KEYS[1], 'k' .. ARGV[3], made, 'cur', ARGV[3])
        local all = redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
            if all[i] ~= 'cur' and at - tonumber(string.match(all[i + 1], '^(%d+)')) > tonumber(ARGV[2]) then
                redis.call('HDEL', KEYS[1], all[i])
            end
        end
        return {ARGV[3], made}
        """);
}
