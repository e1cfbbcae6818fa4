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
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Leases + StoreScript.Numbered + $$"""
        local h = redis.call('HMGET', KEYS[2], 's', 'd:' .. ARGV[2])
        local s = state(h[1])
        if h[2] then
            local n = tonumber(h[2])
            return {0, n, math.max(0, n - s.mh)}
        end
        local place, dh = s.mt, s.dh
        if ARGV[7] ~= '' then place = numbered(KEYS[2], s, ARGV[7], s.mh) or place end
        local new = place == s.mt
        if new and s.mt - s.mh >= tonumber(ARGV[5]) then return {-1, -1, s.mt - s.mh} end
        local at = now()
        -- A few old ids leave with each new one: two while the ring is as it should be, more only after a setting shrank. No look at
        -- the oldest before it may leave.
        local gone
        while s.dh < s.dt and s.dh < dh + 4 and s.dt + 1 - s.dh > {{Keys.DedupeLeast}} and (at > s.da or s.dt + 1 - s.dh > {{Keys.DedupeMost}}) do
            local old = redis.call('HGET', KEYS[2], 'r' .. text(s.dh))
            local ms, uid
            if old then ms, uid = string.match(old, '^(%d+) %S+ %S+ (.*)$') end
            if ms and at - tonumber(ms) <= {{Keys.DedupeAge.TotalMilliseconds}} and s.dt + 1 - s.dh <= {{Keys.DedupeMost}} then
                s.da = tonumber(ms) + {{Keys.DedupeAge.TotalMilliseconds}}
                break
            end
            gone = gone or {}
            gone[#gone + 1] = 'r' .. text(s.dh)
            if uid then gone[#gone + 1] = 'd:' .. uid end
            s.dh = s.dh + 1
        end
        if s.ex == 1 then
            redis.call('PERSIST', KEYS[2])
            s.ex = 0
        end
        local number, slot, named = text(place), text(s.dt), '-'
        if new and ARGV[6] ~= '' and ARGV[7] == '' then named = ARGV[6] end
        -- An empty mailbox begins anew in its first place.
        if s.mh == s.mt then s.mb = s.mt end
        local set = {
            's', '', 'm' .. text(place - s.mb), ARGV[3], 'd:' .. ARGV[2], number,
            'r' .. slot, text(at) .. ' ' .. (new and number or '-') .. ' ' .. named .. ' ' .. ARGV[2],
        }
        s.dt = s.dt + 1
        local result = {1, place, place - s.mh}
        if not new then
            result[1] = 2
            -- Whoever holds the conversation may have read the old wording already: the commit looks at the mark.
            if s.ow ~= '' then
                set[#set + 1] = 'v' .. number
                set[#set + 1] = '1'
                s.rv = 1
            end
        -- In the ready set before there is mail: alone this is harmless, the other way round the mail would never be found.
        elseif ARGV[8] ~= '' and s.mh == s.mt and s.ow == '' and s.oh == s.ot then
            redis.call('ZADD', KEYS[1], text(at + tonumber(ARGV[9])), ARGV[1])
            lease(s, at, ARGV[8], ARGV[9])
            s.tr = s.tr + 1
            result = {1, place, 0, s.ep, s.tr, s.sp, s.tt, s.ws, s.nt == 1 and redis.call('HGET', KEYS[2], 'nt') or '', s.mo}
        else
            redis.call('ZADD', KEYS[1], 'NX', text(at + tonumber(ARGV[4])), ARGV[1])
        end
        if new then s.mt = s.mt + 1 end
        set[2] = packed(s)
        redis.call('HSET', KEYS[2], unpack(set))
        if gone then drop(KEYS[2], gone) end
        return result
        """);
}
