namespace BotHub.Storage.Scripts;

internal static class AcceptScript
{
    /// <summary>
    /// KEYS ready, conversation. ARGV conversation, uid, body, delay ms, mailbox limit, dedupe most, dedupe least, dedupe age ms,
    /// platform id or '', platform id of the message it revises or '', owner or '', lease ms. With an owner the conversation is claimed
    /// in the same step where it is idle: as the claim script would, right after.
    /// Returns {1 accepted | 2 took an unanswered message's place | 0 duplicate | -1 full, sequence, mails ahead}, and behind it, when
    /// claimed, {epoch, tries, stop, transcript tail, window start, note or ''}.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[2], 'mh', 'mt', 'd:' .. ARGV[2], 'dh', 'dt', 'ow', 'u:' .. ARGV[10],
            'oh', 'ot', 'ep', 'tr', 'sp', 'tt', 'ws', 'nt')
        local mh, mt, dh, dt = tonumber(h[1]) or 0, tonumber(h[2]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0
        if h[3] then
            local n = tonumber(h[3])
            return {0, n, math.max(0, n - mh)}
        end
        local place = mt
        if ARGV[10] ~= '' and h[7] and tonumber(h[7]) >= mh then place = tonumber(h[7]) end
        if place == mt and mt - mh >= tonumber(ARGV[5]) then return {-1, -1, mt - mh} end
        local at = now()
        -- A few old ids leave with each new one: two while the ring is as it should be, more only after a setting shrank.
        local gone, head = {}, dh
        while head < dt and head < dh + 4 and dt + 1 - head > tonumber(ARGV[7]) do
            local old = redis.call('HGET', KEYS[2], 'r' .. text(head))
            local ms, uid, pid
            if old then ms, uid, pid = string.match(old, '^(%d+) (%S+) ?(%S*)$') end
            if ms and at - tonumber(ms) <= tonumber(ARGV[8]) and dt + 1 - head <= tonumber(ARGV[6]) then break end
            gone[#gone + 1] = 'r' .. text(head)
            if uid then gone[#gone + 1] = 'd:' .. uid end
            if pid and pid ~= '' then gone[#gone + 1] = 'u:' .. pid end
            head = head + 1
        end
        if redis.call('PTTL', KEYS[2]) >= 0 then redis.call('PERSIST', KEYS[2]) end
        local seen = text(at) .. ' ' .. ARGV[2]
        if place == mt and ARGV[9] ~= '' and ARGV[10] == '' then seen = seen .. ' ' .. ARGV[9] end
        local set = {'m' .. text(place), ARGV[3], 'd:' .. ARGV[2], text(place), 'r' .. text(dt), seen, 'dt', text(dt + 1)}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if not h[1] then put('mh', '0') end
        if head > dh then put('dh', text(head)) end
        if place == mt then put('mt', text(mt + 1)) end
        local claimed
        if place < mt then
            -- Whoever holds the conversation may have read the old wording already: the commit looks at the mark.
            if h[6] and h[6] ~= '' then
                put('v' .. text(place), '1')
                put('rv', '1')
            end
        else
            -- In the ready set before there is mail: alone this is harmless, the other way round the mail would never be found.
            if ARGV[11] ~= '' and mh == mt and (not h[6] or h[6] == '') and (h[8] or '0') == (h[9] or '0') then
                redis.call('ZADD', KEYS[1], text(at + tonumber(ARGV[12])), ARGV[1])
                claimed = {1, mt, 0, epoch(h[10], at), (tonumber(h[11]) or 0) + 1, mark(h[12]), tonumber(h[13]) or 0, tonumber(h[14]) or 0, h[15] or ''}
                put('ep', text(claimed[4]))
                put('ow', ARGV[11])
                put('ld', ARGV[12])
                put('tr', text(claimed[5]))
            else
                redis.call('ZADD', KEYS[1], 'NX', text(at + tonumber(ARGV[4])), ARGV[1])
            end
            if ARGV[9] ~= '' and ARGV[10] == '' then put('u:' .. ARGV[9], text(place)) end
        end
        redis.call('HSET', KEYS[2], unpack(set))
        if #gone > 0 then redis.call('HDEL', KEYS[2], unpack(gone)) end
        if place < mt then return {2, place, place - mh} end
        return claimed or {1, mt, mt - mh}
        """);
}
