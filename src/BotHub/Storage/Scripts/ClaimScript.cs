namespace BotHub.Storage.Scripts;

internal static class ClaimScript
{
    /// <summary>
    /// KEYS ready, conversation. ARGV conversation, owner, lease ms, mails at most.
    /// Returns nothing, or {epoch, resumed, tries, stop, transcript tail, window start, outbox head, outbox, mailbox head, mails,
    /// 1 when the outbox's head was about to be sent, note or ''}.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local at = now()
        local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
        if not score or tonumber(score) > at then return false end
        local h = redis.call('HMGET', KEYS[2], 'ep', 'ow', 'mh', 'mt', 'oh', 'ot', 'tr', 'sp', 'tt', 'ws', 'os', 'nt', 'rv')
        local mh, mt, oh, ot = tonumber(h[3]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0, tonumber(h[6]) or 0
        if mh == mt and oh == ot then
            redis.call('ZREM', KEYS[1], ARGV[1])
            return false
        end
        local ep = epoch(h[1], at)
        local tr = tonumber(h[7]) or 0
        if mh < mt then tr = tr + 1 end
        redis.call('ZADD', KEYS[1], text(at + tonumber(ARGV[3])), ARGV[1])
        local set = {'ep', text(ep), 'ow', ARGV[2], 'ld', ARGV[3], 'tr', text(tr)}
        local doubt = 0
        if oh < ot then
            if h[11] == text(oh) then doubt = 1 end
            set[9], set[10] = 'os', text(oh)
        end
        redis.call('HSET', KEYS[2], unpack(set))
        local last = math.min(mt, mh + tonumber(ARGV[4])) - 1
        -- Whoever claims reads the newest wording, so the marks on what is handed out are void.
        if h[13] == '1' then drop(KEYS[2], 'v', mh, last) end
        local resumed = 0
        if h[2] and h[2] ~= '' then resumed = 1 end
        return {ep, resumed, tr, mark(h[8]), tonumber(h[9]) or 0, tonumber(h[10]) or 0,
            oh, read(KEYS[2], 'o', oh, ot - 1), mh, read(KEYS[2], 'm', mh, last), doubt, h[12] or ''}
        """);
}
