namespace BotHub.Storage.Scripts;

internal static class ViewScript
{
    /// <summary>KEYS conversation, feed. ARGV entries at most. Returns {first entry, entries, mailbox head, mails, feed batches}.</summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[1], 'th', 'tt', 'mh', 'mt')
        local th, tt, mh, mt = tonumber(h[1]) or 0, tonumber(h[2]) or 0, tonumber(h[3]) or 0, tonumber(h[4]) or 0
        local from = math.max(th, tt - tonumber(ARGV[1]))
        return {from, read(KEYS[1], 't', from, tt - 1), mh, read(KEYS[1], 'm', mh, mt - 1), redis.call('LRANGE', KEYS[2], 0, -1)}
        """);
}
