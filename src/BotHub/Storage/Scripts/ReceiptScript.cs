namespace BotHub.Storage.Scripts;

internal static class ReceiptScript
{
    /// <summary>
    /// KEYS ready, conversation, unknown sends of the partition. ARGV conversation, epoch, outbox sequence, platform ids behind their turn's number or '',
    /// '1' to take the next mail, idle expiry ms or '0', the ids' field, '1' when the outcome never became known. Returns {1, stop, mailbox head, mails}, or {0} when the lease is lost.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + $$"""
        local s = state(redis.call('HGET', KEYS[2], 's'))
        if not held(s, ARGV[2]) then return {0} end
        local sent, oh = tonumber(ARGV[3]), s.oh
        if sent >= oh and sent < s.ot then s.oh = sent + 1 end
        local set = {'s', ''}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if s.oh > oh and ARGV[4] ~= '' then put(ARGV[7], ARGV[4]) end
        if s.nt == 1 then
            put('nt', '')
            s.nt = 0
        end
        local more, mail, last = s.oh < s.ot, {}, math.min(s.mt, s.mh + {{Keys.MailPerClaim}}) - 1
        local take = ARGV[5] == '1' and s.mh < s.mt and not more
        s.os = more and s.oh or -1
        if take then
            s.tr = 1
            mail = read(KEYS[2], 'm', s.mh - s.mb, last - s.mb)
        elseif not more then
            s.ow = ''
            if ARGV[6] ~= '0' and s.mh == s.mt then s.ex = 1 end
        end
        -- Garbage: the replies that are out. The first place is written over by the next one.
        local gone
        if s.oh - s.ob > 1 then gone = names('o', math.max(1, oh - s.ob), s.oh - 1 - s.ob) end
        if take and s.rv == 1 then gone = names('v', s.mh, last, gone) end
        -- Out of the outbox before out of the ready set: the other way round a crash would strand the reply.
        set[2] = packed(s)
        redis.call('HSET', KEYS[2], unpack(set))
        if take or more then
            redis.call('ZADD', KEYS[1], text(now() + s.ld), ARGV[1])
        elseif s.mh < s.mt then
            redis.call('ZADD', KEYS[1], text(now()), ARGV[1])
        else
            redis.call('ZREM', KEYS[1], ARGV[1])
            if ARGV[6] ~= '0' then redis.call('PEXPIRE', KEYS[2], ARGV[6]) end
        end
        if gone then drop(KEYS[2], gone) end
        if s.oh > oh and ARGV[8] == '1' then redis.call('INCR', KEYS[3]) end
        return {1, s.sp, s.mh, mail}
        """);
}
