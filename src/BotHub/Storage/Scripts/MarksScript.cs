namespace BotHub.Storage.Scripts;

internal static class MarksScript
{
    /// <summary>What people want of the turn at the mailbox's head. After <see cref="StoreScript.State"/>.</summary>
    public const string Marks = """
        -- {1, mailbox number to stop, mailbox number with a new wording}, -1 for none
        local function marks(key, s)
            local revised = -1
            if s.rv == 1 then
                for i, v in ipairs(read(key, 'v', s.mh, math.max(s.mh, math.min(s.mt, s.mh + 32) - 1))) do
                    if v then revised = s.mh + i - 1 break end
                end
            end
            return {1, s.sp, revised}
        end

        """;

    /// <summary>KEYS conversation. Returns {1, stop, revised}.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + Marks + """
        return marks(KEYS[1], state(redis.call('HGET', KEYS[1], 's')))
        """);
}
