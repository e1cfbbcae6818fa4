namespace BotHub.Storage.Scripts;

internal static class ViewScript
{
    /// <summary>KEYS conversation, feed. ARGV entries at most. Returns {first entry, entries, mailbox head, mails, feed batches, replies in the outbox}.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        local s = state(redis.call('HGET', KEYS[1], 's'))
        local from = math.max(s.th, s.tt - tonumber(ARGV[1]))
        return {from, read(KEYS[1], 't', from, s.tt - 1), s.mh, read(KEYS[1], 'm', s.mh - s.mb, s.mt - 1 - s.mb), redis.call('LRANGE', KEYS[2], 0, -1), s.ot - s.oh}
        """);
}
