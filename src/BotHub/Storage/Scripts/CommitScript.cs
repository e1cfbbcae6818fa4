namespace BotHub.Storage.Scripts;

internal static class CommitScript
{
    /// <summary>
    /// KEYS ready, conversation, dead letters of the partition. ARGV conversation, epoch, first mail, mail count, turn, reply or '',
    /// ledger or '', '1' to reset the window, dead letter's reason or '', transcript limit, ledgers held, dead letters held, entries.
    /// Returns the reply's outbox number ('-1' without one), '-2' when a message of the turn was given a new wording, or nil when the
    /// lease is lost or the turn's mail is not the mailbox's head.
    /// </summary>
    public static readonly StoreScript Script = new("""
        local h = redis.call('HMGET', KEYS[2], 'ep', 'ow', 'mh', 'mt', 'oh', 'ot', 'th', 'tt', 'sp', 'lt', 'dl', 'ld', 'rv')
        local mh, mt, oh, ot = tonumber(h[3]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0, tonumber(h[6]) or 0
        local th, tt, lt, dl = tonumber(h[7]) or 0, tonumber(h[8]) or 0, tonumber(h[10]) or 0, tonumber(h[11]) or 0
        local first, count = tonumber(ARGV[3]), tonumber(ARGV[4])
        if h[1] ~= ARGV[2] or not h[2] or h[2] == '' or first ~= mh or first + count > mt then return false end
        local marked = h[13] == '1'
        if marked then
            for i, v in ipairs(read(KEYS[2], 'v', mh, mh + count - 1)) do
                if v then return '-2' end
            end
        end
        local at = now()
        local set = {'mh', text(mh + count), 'tr', '0'}
        local function put(name, value) set[#set + 1] = name set[#set + 1] = value end
        if marked and mh + count == mt then put('rv', '') end
        if h[9] and h[9] ~= '' and tonumber(h[9]) < mh + count then put('sp', '') end
        for i = 13, #ARGV do
            put('t' .. text(tt), ARGV[i])
            tt = tt + 1
        end
        -- The oldest entries leave; not all at once, should the limit have been lowered.
        local keep = math.max(th, math.min(th + 500, tt - tonumber(ARGV[10])))
        put('tt', text(tt))
        put('th', text(keep))
        if ARGV[8] == '1' then put('ws', text(tt)) end
        if ARGV[6] ~= '' then
            put('o' .. text(ot), ARGV[6])
            put('oh', text(oh))
            put('ot', text(ot + 1))
            put('os', text(oh))
        end
        local stale
        if ARGV[7] ~= '' then
            local slot = 'lr' .. text(lt % tonumber(ARGV[11]))
            stale = redis.call('HGET', KEYS[2], slot)
            put('l:' .. ARGV[5], ARGV[7])
            put(slot, ARGV[5])
            put('lt', text(lt + 1))
        end
        if ARGV[9] ~= '' then
            local body = redis.call('HGET', KEYS[2], 'm' .. text(mh))
            put('dx' .. text(dl % tonumber(ARGV[12])), text(at) .. ' ' .. text(mh) .. ' ' .. ARGV[9] .. '\n' .. (body or ''))
            put('dl', text(dl + 1))
        end
        redis.call('HSET', KEYS[2], unpack(set))
        redis.call('ZADD', KEYS[1], text(at + (tonumber(h[12]) or 0)), ARGV[1])
        drop(KEYS[2], 'm', mh, mh + count - 1)
        drop(KEYS[2], 't', th, keep - 1)
        if stale and stale ~= ARGV[5] then redis.call('HDEL', KEYS[2], 'l:' .. stale, 'a:' .. stale, 'f:' .. stale) end
        if ARGV[9] ~= '' then redis.call('INCR', KEYS[3]) end
        return ARGV[6] ~= '' and text(ot) or '-1'
        """);
}
