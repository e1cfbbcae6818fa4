namespace BotHub.Storage.Scripts;

internal static class ClaimScript
{
    /// <summary>
    /// KEYS ready, conversation. ARGV conversation, owner, lease ms.
    /// Returns nothing, or {epoch, resumed, tries, stop, transcript tail, window start, outbox head, outbox, mailbox head, mails,
    /// 1 when the outbox's head was about to be sent, note or '', chosen model or '', the replies' messages ('' where the outbox holds it)}.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Leases + $$"""
        local at = now()
        local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
        if not score or tonumber(score) > at then return false end
        local s = state(redis.call('HGET', KEYS[2], 's'))
        if s.mh == s.mt and s.oh == s.ot then
            redis.call('ZREM', KEYS[1], ARGV[1])
            return false
        end
        local resumed, doubt, last = 0, 0, math.min(s.mt, s.mh + {{Keys.MailPerClaim}}) - 1
        if s.ow ~= '' then resumed = 1 end
        lease(s, at, ARGV[2], ARGV[3])
        if s.mh < s.mt then s.tr = s.tr + 1 end
        if s.oh < s.ot then
            if s.os == s.oh then doubt = 1 end
            s.os = s.oh
        end
        redis.call('ZADD', KEYS[1], text(at + s.ld), ARGV[1])
        redis.call('HSET', KEYS[2], 's', packed(s))
        -- Whoever claims reads the newest wording, so the marks on what is handed out are void.
        if s.rv == 1 then drop(KEYS[2], names('v', s.mh, last)) end
        local note = s.nt == 1 and redis.call('HGET', KEYS[2], 'nt') or ''
        local outbox, said = read(KEYS[2], 'o', s.oh - s.ob, s.ot - 1 - s.ob), {}
        for i, reply in ipairs(outbox) do
            local number = reply and string.match(reply, '^%d+')
            said[i] = number and redis.call('HGET', KEYS[2], 't' .. number) or ''
        end
        return {s.ep, resumed, s.tr, s.sp, s.tt, s.ws, s.oh, outbox, s.mh, read(KEYS[2], 'm', s.mh - s.mb, last - s.mb), doubt, note, s.mo, said}
        """);
}
