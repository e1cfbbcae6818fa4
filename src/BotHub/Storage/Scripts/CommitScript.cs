namespace BotHub.Storage.Scripts;

internal static class CommitScript
{
    /// <summary>
    /// KEYS conversation, dead letters of the partition, its index of unbooked usage. ARGV epoch, first mail, mail count, conversation, reply or '' (behind 'e' when its
    /// message is the last of the entries, behind 'r' when it holds its message), ledger behind its turn's number or '', '1' to reset the window, dead letter's
    /// reason or '', transcript limit, '=' and the model chosen from now on or '', usage or '',
    /// entries.
    /// Returns the reply's outbox number ('-1' without one), '-2' when a message of the turn was given a new wording, or nil when the
    /// lease is lost or the turn's mail is not the mailbox's head.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + $$"""
        local s = state(redis.call('HGET', KEYS[1], 's'))
        local first, count = tonumber(ARGV[2]), tonumber(ARGV[3])
        local head = first + count
        if not held(s, ARGV[1]) or first ~= s.mh or head > s.mt then return false end
        if s.rv == 1 then
            for i, v in ipairs(read(KEYS[1], 'v', first, head - 1)) do
                if v then return '-2' end
            end
            if head == s.mt then s.rv = 0 end
        end
        s.mh, s.tr = head, 0
        if s.sp < head then s.sp = -1 end
        local set, gone = {'s', ''}, nil
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        for i = 12, #ARGV do
            put('t' .. text(s.tt), ARGV[i])
            s.tt = s.tt + 1
        end
        -- The oldest entries leave; not all at once, should the limit have been lowered.
        local keep = math.max(s.th, math.min(s.th + 500, s.tt - tonumber(ARGV[9])))
        if keep > s.th then gone = names('t', s.th, keep - 1) end
        s.th = keep
        if ARGV[7] == '1' then s.ws = s.tt end
        if ARGV[10] ~= '' then s.mo = string.sub(ARGV[10], 2) end
        local number = '-1'
        if ARGV[5] ~= '' then
            number = text(s.ot)
            if s.oh == s.ot then s.ob = s.ot end
            -- A reply that is in the transcript already is not written twice.
            put('o' .. text(s.ot - s.ob), string.sub(ARGV[5], 1, 1) == 'e' and text(s.tt - 1) .. string.sub(ARGV[5], 2) or '-' .. string.sub(ARGV[5], 2))
            s.os, s.ot = s.oh, s.ot + 1
        end
        -- The mailbox's first place is written over by the next message; what a burst has needed beside it is freed.
        if head - s.mb > 1 then gone = names('m', math.max(1, first - s.mb), head - 1 - s.mb, gone) end
        if ARGV[6] ~= '' then put('l' .. text(first % {{Keys.LedgersHeld}}), ARGV[6]) end
        if ARGV[8] ~= '' then
            local old = redis.call('HMGET', KEYS[1], 'm' .. text(first - s.mb), 'dl')
            local dl = tonumber(old[2]) or 0
            put('dx' .. text(dl % {{Keys.DeadLettersHeld}}), text(now()) .. ' ' .. text(first) .. ' ' .. ARGV[8] .. '\n' .. (old[1] or ''))
            put('dl', text(dl + 1))
        end
        if ARGV[11] ~= '' then
            local at = text(now())
            -- In the index before there is a record: alone this is harmless, the other way round nobody would find the record. With a record it is there.
            if s.uh == s.ut then
                redis.call('ZADD', KEYS[3], 'NX', at, ARGV[4])
                s.ub = s.ut
            end
            put('u' .. text(s.ut - s.ub), ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. at .. ' ' .. ARGV[11])
            s.ut = s.ut + 1
        end
        -- The lease runs on as it is: renewing it is its keeper's business, and the conversation is in the ready set.
        set[2] = packed(s)
        redis.call('HSET', KEYS[1], unpack(set))
        if gone then drop(KEYS[1], gone) end
        if ARGV[8] ~= '' then redis.call('INCR', KEYS[2]) end
        return number
        """);
}
