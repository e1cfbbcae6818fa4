namespace BotHub.Storage.Scripts;

internal static class FeedbackScript
{
    /// <summary>
    /// KEYS conversation. ARGV turn, user, '+', '-' or '' to take it back, users held. The field is "user=+ user=-", oldest first.
    /// Returns 1, or 0 when the turn is not known.
    /// </summary>
    public static readonly StoreScript Script = new("""
        if redis.call('HEXISTS', KEYS[1], 'l:' .. ARGV[1]) == 0 then return 0 end
        local kept = {}
        for user, value in string.gmatch(redis.call('HGET', KEYS[1], 'f:' .. ARGV[1]) or '', '(%S+)=([+-])') do
            if user ~= ARGV[2] then kept[#kept + 1] = user .. '=' .. value end
        end
        if ARGV[3] ~= '' then kept[#kept + 1] = ARGV[2] .. '=' .. ARGV[3] end
        while #kept > tonumber(ARGV[4]) do table.remove(kept, 1) end
        redis.call('HSET', KEYS[1], 'f:' .. ARGV[1], table.concat(kept, ' '))
        return 1
        """);
}
