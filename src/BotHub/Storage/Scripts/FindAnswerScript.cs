namespace BotHub.Storage.Scripts;

internal static class FindAnswerScript
{
    /// <summary>
    /// KEYS conversation. ARGV turn or '', platform id or ''. Returns {turn, platform ids, 1 when the named message is the
    /// answer's, feedback}, or nothing. Of several turns that share an answer's message, each edited by the next, it is the newest.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Slots + StoreScript.Numbered + $$"""
        local key = KEYS[1]
        local s = state(redis.call('HGET', key, 's'))
        local from = math.max(0, s.mh - {{Keys.LedgersHeld}})
        local function found(turn, known, answer)
            local voices = redis.call('HGET', key, slot('f', turn))
            return {turn, known, answer, ofTurn(s, turn, voices) or ''}
        end
        local function kept(kind, turn) return ofTurn(s, turn, redis.call('HGET', key, slot(kind, turn))) end
        local function newest(id)
            local held = read(key, 'a', 0, {{Keys.LedgersHeld - 1}})
            for n = s.mh - 1, from, -1 do
                local turn = 't' .. text(n)
                local known = ofTurn(s, turn, held[n % {{Keys.LedgersHeld}} + 1])
                if known and string.find(' ' .. known .. ' ', ' ' .. id .. ' ', 1, true) then return {turn, known} end
            end
        end
        if ARGV[1] ~= '' then
            if not kept('l', ARGV[1]) then return false end
            return found(ARGV[1], kept('a', ARGV[1]) or '', 1)
        end
        local n = numbered(key, s, ARGV[2], from)
        if n then
            if n >= s.mh then return false end
            -- A turn is named after its first message, and a burst has {{Keys.MailPerClaim}} at most.
            for first = n, math.max(0, n - {{Keys.MailPerClaim - 1}}), -1 do
                local turn = 't' .. text(first)
                if kept('l', turn) then
                    local known = kept('a', turn) or ''
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
