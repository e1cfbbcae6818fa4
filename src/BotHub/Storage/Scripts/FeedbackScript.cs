namespace BotHub.Storage.Scripts;

internal static class FeedbackScript
{
    /// <summary>
    /// KEYS conversation. ARGV turn, user, '+', '-' or '' to take it back, users held. The field is "turn's number user=+ user=-", oldest first.
    /// Returns 1, or 0 when the turn is not known.
    /// </summary>
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Slots + """
        local h = redis.call('HMGET', KEYS[1], 's', slot('l', ARGV[1]), slot('f', ARGV[1]))
        local s = state(h[1])
        if not ofTurn(s, ARGV[1], h[2]) then return 0 end
        local kept = {}
        for user, value in string.gmatch(ofTurn(s, ARGV[1], h[3]) or '', '(%S+)=([+-])') do
            if user ~= ARGV[2] then kept[#kept + 1] = user .. '=' .. value end
        end
        if ARGV[3] ~= '' then kept[#kept + 1] = ARGV[2] .. '=' .. ARGV[3] end
        while #kept > tonumber(ARGV[4]) do table.remove(kept, 1) end
        redis.call('HSET', KEYS[1], slot('f', ARGV[1]), string.sub(ARGV[1], 2) .. ' ' .. table.concat(kept, ' '))
        return 1
        """);
}
