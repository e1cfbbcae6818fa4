namespace BotHub.Storage.Scripts;

internal static class CommitScript
{
    /// <summary>
    /// KEYS conversation, dead letters of the partition. ARGV epoch, first mail, mail count, turn, reply or '',
    /// ledger or '', '1' to reset the window, dead letter's reason or '', transcript limit, ledgers held, dead letters held, entries.
    /// Returns the reply's outbox number ('-1' without one), '-2' when a message of the turn was given a new wording, or nil when the
    /// lease is lost or the turn's mail is not the mailbox's head.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[1], 'ep', 'ow', 'mh', 'mt', 'oh', 'ot', 'th', 'tt', 'sp', 'lt', 'rv')
        local mh, mt, oh, ot = tonumber(h[3]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0, tonumber(h[6]) or 0
        local th, tt, lt = tonumber(h[7]) or 0, tonumber(h[8]) or 0, tonumber(h[10]) or 0
        local first, count = tonumber(ARGV[2]), tonumber(ARGV[3])
        if h[1] ~= ARGV[1] or not h[2] or h[2] == '' or first ~= mh or first + count > mt then return false end
        local marked = h[11] == '1'
        if marked then
            for i, v in ipairs(read(KEYS[1], 'v', mh, mh + count - 1)) do
                if v then return '-2' end
            end
        end
        local set = {'mh', text(mh + count), 'tr', '0'}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if marked and mh + count == mt then put('rv', '') end
        if h[9] and h[9] ~= '' and tonumber(h[9]) < mh + count then put('sp', '') end
        for i = 12, #ARGV do
            put('t' .. text(tt), ARGV[i])
            tt = tt + 1
        end
        -- The oldest entries leave; not all at once, should the limit have been lowered.
        local keep = math.max(th, math.min(th + 500, tt - tonumber(ARGV[9])))
        put('tt', text(tt))
        if keep > th then put('th', text(keep)) end
        if ARGV[7] == '1' then put('ws', text(tt)) end
        if ARGV[5] ~= '' then
            put('o' .. text(ot), ARGV[5])
            put('ot', text(ot + 1))
            put('os', text(oh))
        end
        local stale
        if ARGV[6] ~= '' then
            local slot = 'lr' .. text(lt % tonumber(ARGV[10]))
            if lt >= tonumber(ARGV[10]) then stale = redis.call('HGET', KEYS[1], slot) end
            put('l:' .. ARGV[4], ARGV[6])
            put(slot, ARGV[4])
            put('lt', text(lt + 1))
        end
        if ARGV[8] ~= '' then
            local old = redis.call('HMGET', KEYS[1], 'm' .. text(mh), 'dl')
            local dl = tonumber(old[2]) or 0
            put('dx' .. text(dl % tonumber(ARGV[11])), text(now()) .. ' ' .. text(mh) .. ' ' .. ARGV[8] .. '\n' .. (old[1] or ''))
            put('dl', text(dl + 1))
        end
        -- The lease runs on as it is: renewing it is its keeper's business, and the conversation is in the ready set.
        redis.call('HSET', KEYS[1], unpack(set))
        drop(KEYS[1], 'm', mh, mh + count - 1)
        drop(KEYS[1], 't', th, keep - 1)
        if stale and stale ~= ARGV[4] then redis.call('HDEL', KEYS[1], 'l:' .. stale, 'a:' .. stale, 'f:' .. stale) end
        if ARGV[8] ~= '' then redis.call('INCR', KEYS[2]) end
        return ARGV[5] ~= '' and text(ot) or '-1'
        """);
}
