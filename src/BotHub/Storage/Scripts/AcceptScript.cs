namespace BotHub.Storage.Scripts;

internal static class AcceptScript
{
    /// <summary>
    /// KEYS ready, conversation. ARGV conversation, uid, body, delay ms, mailbox limit,
    /// platform id or '', platform id of the message it revises or '', owner or '', lease ms. With an owner the conversation is claimed
    /// in the same step where it is idle: as the claim script would, right after.
    /// Returns {1 accepted | 2 took an unanswered message's place | 0 duplicate | -1 full, sequence, mails ahead}, and behind it, when
    /// claimed, {epoch, tries, stop, transcript tail, window start, note or '', chosen model or ''}.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Leases + $$"""
        local wanted = {'s', 'd:' .. ARGV[2], 'nt', 'mo'}
        if ARGV[7] ~= '' then wanted[5] = 'u:' .. ARGV[7] end
        local h = redis.call('HMGET', KEYS[2], unpack(wanted))
        local s = state(h[1])
        if h[2] then
            local n = tonumber(h[2])
            return {0, n, math.max(0, n - s.mh)}
        end
        local place, dh = s.mt, s.dh
        if h[5] and tonumber(h[5]) >= s.mh then place = tonumber(h[5]) end
        local new = place == s.mt
        if new and s.mt - s.mh >= tonumber(ARGV[5]) then return {-1, -1, s.mt - s.mh} end
        local at = now()
        -- A few old ids leave with each new one: two while the ring is as it should be, more only after a setting shrank. No look at
        -- the oldest before it may leave.
        local gone = {}
        while s.dh < s.dt and s.dh < dh + 4 and s.dt + 1 - s.dh > {{Keys.DedupeLeast}} and (at > s.da or s.dt + 1 - s.dh > {{Keys.DedupeMost}}) do
            local old = redis.call('HGET', KEYS[2], 'r' .. text(s.dh))
            local ms, uid, pid
            if old then ms, uid, pid = string.match(old, '^(%d+) (%S+) ?(%S*)$') end
            if ms and at - tonumber(ms) <= {{Keys.DedupeAge.TotalMilliseconds}} and s.dt + 1 - s.dh <= {{Keys.DedupeMost}} then
                s.da = tonumber(ms) + {{Keys.DedupeAge.TotalMilliseconds}}
                break
            end
            gone[#gone + 1] = 'r' .. text(s.dh)
            if uid then gone[#gone + 1] = 'd:' .. uid end
            if pid and pid ~= '' then gone[#gone + 1] = 'u:' .. pid end
            s.dh = s.dh + 1
        end
        if s.ex == 1 then
            redis.call('PERSIST', KEYS[2])
            s.ex = 0
        end
        local number, seen, named = text(place), text(at) .. ' ' .. ARGV[2], new and ARGV[6] ~= '' and ARGV[7] == ''
        if named then seen = seen .. ' ' .. ARGV[6] end
        local set = {'s', '', 'm' .. number, ARGV[3], 'd:' .. ARGV[2], number, 'r' .. text(s.dt), seen}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if named then put('u:' .. ARGV[6], number) end
        s.dt = s.dt + 1
        local result = {1, place, place - s.mh}
        if not new then
            result[1] = 2
            -- Whoever holds the conversation may have read the old wording already: the commit looks at the mark.
            if s.ow ~= '' then
                put('v' .. number, '1')
                s.rv = 1
            end
        -- In the ready set before there is mail: alone this is harmless, the other way round the mail would never be found.
        elseif ARGV[8] ~= '' and s.mh == s.mt and s.ow == '' and s.oh == s.ot then
            redis.call('ZADD', KEYS[1], text(at + tonumber(ARGV[9])), ARGV[1])
            lease(s, at, ARGV[8], ARGV[9])
            s.tr = s.tr + 1
            result = {1, place, 0, s.ep, s.tr, s.sp, s.tt, s.ws, h[3] or '', h[4] or ''}
        else
            redis.call('ZADD', KEYS[1], 'NX', text(at + tonumber(ARGV[4])), ARGV[1])
        end
        if new then s.mt = s.mt + 1 end
        set[2] = packed(s)
        redis.call('HSET', KEYS[2], unpack(set))
        drop(KEYS[2], gone)
        return result
        """);
}
