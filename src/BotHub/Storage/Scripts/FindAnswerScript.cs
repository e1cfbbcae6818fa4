namespace BotHub.Storage.Scripts;

internal static class FindAnswerScript
{
    /// <summary>
    /// KEYS conversation. ARGV turn or '', platform id or '', messages whose turns are remembered. Returns {turn, platform ids, 1 when the named message is the
    /// answer's, feedback}, or nothing. Of several turns that share an answer's message, each edited by the next, it is the newest.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + """
        local key = KEYS[1]
        local function found(turn, known, answer) return {turn, known, answer, redis.call('HGET', key, 'f:' .. turn) or ''} end
        local function ids(turn) return redis.call('HGET', key, 'a:' .. turn) or '' end
        local h = redis.call('HMGET', key, 's', 'u:' .. ARGV[2])
        local s = state(h[1])
        local function newest(id)
            local from = math.max(0, s.mh - tonumber(ARGV[3]))
            local known = read(key, 'a:t', from, s.mh - 1)
            for i = #known, 1, -1 do
                if known[i] and string.find(' ' .. known[i] .. ' ', ' ' .. id .. ' ', 1, true) then return {'t' .. text(from + i - 1), known[i]} end
            end
        end
        if ARGV[1] ~= '' then
            if redis.call('HEXISTS', key, 'l:' .. ARGV[1]) == 0 then return false end
            return found(ARGV[1], ids(ARGV[1]), 1)
        end
        if h[2] then
            local n = tonumber(h[2])
            if n >= s.mh then return false end
            -- A turn is named after its first message, and a burst has 32 at most.
            for first = n, math.max(0, n - 31), -1 do
                local turn = 't' .. text(first)
                if redis.call('HEXISTS', key, 'l:' .. turn) == 1 then
                    local known = ids(turn)
                    local again = newest(string.match(known, '^(%S+)') or '?')
                    if again then return found(again[1], again[2], 0) end
                    return found(turn, known, 0)
                end
            end
            return false
        end
        local named = newest(ARGV[2])
        if named then return found(named[1], named[2], 1) end
        return false
        """);
}
