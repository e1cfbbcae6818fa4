namespace BotHub.Storage.Scripts;

internal static class ReceiptScript
{
    /// <summary>
    /// KEYS ready, conversation, unknown sends of the partition. ARGV conversation, epoch, outbox sequence, platform ids or '',
    /// '1' to take the next mail, mails at most, idle expiry ms or '0', turn, '1' when the outcome never became known. Returns {1, stop, mailbox head, mails}, or {0} when the lease is lost.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[2], 'ep', 'ow', 'mh', 'mt', 'oh', 'ot', 'sp', 'ld', 'rv', 'nt')
        if h[1] ~= ARGV[2] or not h[2] or h[2] == '' then return {0} end
        local mh, mt, oh, ot = tonumber(h[3]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0, tonumber(h[6]) or 0
        local sent, head = tonumber(ARGV[3]), oh
        if sent >= oh and sent < ot then head = sent + 1 end
        local set = {'oh', text(head), 'os', ''}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if head < ot then set[4] = text(head) end
        if head > oh and ARGV[4] ~= '' then put('a:' .. ARGV[8], ARGV[4]) end
        if h[10] and h[10] ~= '' then put('nt', '') end
        local mail, take, more = {}, ARGV[5] == '1' and mh < mt and head == ot, head < ot
        if take then
            put('tr', '1')
            mail = read(KEYS[2], 'm', mh, math.min(mt, mh + tonumber(ARGV[6])) - 1)
        elseif not more then
            put('ow', '')
        end
        -- Out of the outbox before out of the ready set: the other way round a crash would strand the reply.
        redis.call('HSET', KEYS[2], unpack(set))
        if take or more then
            redis.call('ZADD', KEYS[1], text(now() + (tonumber(h[8]) or 0)), ARGV[1])
        elseif mh < mt then
            redis.call('ZADD', KEYS[1], text(now()), ARGV[1])
        else
            redis.call('ZREM', KEYS[1], ARGV[1])
            if ARGV[7] ~= '0' then redis.call('PEXPIRE', KEYS[2], ARGV[7]) end
        end
        drop(KEYS[2], 'o', oh, head - 1)
        if take and h[9] == '1' then drop(KEYS[2], 'v', mh, math.min(mt, mh + tonumber(ARGV[6])) - 1) end
        if head > oh and ARGV[9] == '1' then redis.call('INCR', KEYS[3]) end
        return {1, mark(h[7]), mh, mail}
        """);
}
