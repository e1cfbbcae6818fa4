namespace BotHub.Storage.Scripts;

/// <summary>
/// The outbound budget. Its values are strings, "seen full shut last rest": times in server µs, 16 digits each, and a rest that is the
/// key's own. One SET writes a value and its expiry, so a crash can't tear it.
/// <list type="bullet">
/// <item>seen: when it was written. A clock that is behind it has been set back: all times move back with it, so that nobody waits
/// longer than he would have.</item>
/// <item>full: when the bucket will be full again (GCRA's theoretical arrival time): n calls are gone while it is n intervals ahead.</item>
/// <item>shut: the end of the penalty; 0 once the bucket knows of it.</item>
/// <item>last: a chat's last granted call, or when the bot's held calls will be gone.</item>
/// </list>
/// </summary>
internal static class OutboundScripts
{
    private const string Shared = """
        local function micros() local t = redis.call('TIME') return tonumber(t[1]) * 1000000 + tonumber(t[2]) end
        local function stamp(n) return string.format('%016.0f', math.max(0, n)) end
        local function load(value, at)
            if not value then return 0, 0, 0, '', 0 end
            local back = math.max(0, tonumber(string.sub(value, 1, 16)) - at)
            local function time(from) return math.max(0, tonumber(string.sub(value, from, from + 15)) - back) end
            return time(18), time(35), time(52), string.sub(value, 69), back
        end
        local function save(key, at, full, shut, last, rest, life)
            redis.call('SET', key, stamp(at) .. ' ' .. stamp(full) .. ' ' .. stamp(shut) .. ' ' .. stamp(last) .. ' ' .. rest, 'PX', text(life))
        end
        local function earlier(log, back)
            if back == 0 then return log end
            return (string.gsub(log, '%d+', function(n) return stamp(tonumber(n) - back) end))
        end
        -- Rounded up, and a second more: the value must outlive what it limits.
        local function millis(n) return math.max(0, math.floor(n / 1000)) + 1000 end

        """;

    /// <summary>
    /// KEYS bot, chat. ARGV '1' when durable, reserved at most, chat's interval, tolerance and leave, bot's interval, tolerance and leave,
    /// bot's held calls at most, group's calls per window (0: no group), those this call may see before it has to wait, group's window, bot's expiry ms.
    /// All times in µs; a bucket's tolerance is (calls it holds - 1) × interval, its leave what must remain for calls of more worth.
    /// Rest of the bot: "held dropped waited"; rest of a chat: the times of a group's last calls, each 16 digits and a space.
    /// Returns {0 granted | 1 reserved | 2 wait | 3 dropped | 4 dead, wait µs, time of the call µs}.
    /// </summary>
    public static readonly StoreScript Ask = new(Shared + """
        local at = micros()
        local v = redis.call('MGET', KEYS[1], KEYS[2])
        -- Where nothing is limited and nothing was ever refused there is nothing to count.
        if not v[1] and not v[2] and ARGV[3] == '0' and ARGV[6] == '0' and ARGV[10] == '0' then return {0, '0', text(at)} end
        if v[2] and string.byte(v[2]) == 120 then return {4, '0', text(at)} end
        local atMost, chatStep, chatSlack, botStep, botSlack = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6]), tonumber(ARGV[7])
        local group, allowed, window = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
        local bot, botShut, heldTo, figures = load(v[1], at)
        local held, dropped, waited = string.match(figures, '^(%d+) (%d+) (%d+)')
        held, dropped, waited = tonumber(held or 0), tonumber(dropped or 0), tonumber(waited or 0)
        local chat, chatShut, last, log, back = load(v[2], at)
        log = earlier(log, back)

        -- A penalty that has passed leaves a bucket with one call in it. No bucket is emptier than these limits could have made it.
        if chatShut > 0 and chatShut <= at then chat, chatShut = math.max(chat, chatShut + chatSlack), 0 end
        if botShut > 0 and botShut <= at then bot, botShut = math.max(bot, botShut + botSlack), 0 end
        chat = math.min(chat, at + atMost + chatSlack + chatStep)
        bot = math.min(bot, at + atMost + botSlack + botStep)
        -- Calls that the bot has paid for and whose time is yet to come take up room in its bucket: it refills only beside them.
        if heldTo <= at then held = 0 end
        bot = math.max(bot, at + held * botStep)

        local shut = math.max(chatShut, botShut)
        local botGo, go = at, at
        if shut > at then
            go = shut
        else
            if botStep > 0 then botGo = math.max(at, bot + tonumber(ARGV[8]) - botSlack) end
            go = math.max(botGo, last)
            if chatStep > 0 then go = math.max(go, chat + tonumber(ARGV[5]) - chatSlack) end
            if group > 0 then
                local count = math.floor(#log / 17)
                if allowed < 1 then
                    go = math.max(go, at + window)
                elseif count >= allowed then
                    local from = (count - allowed) * 17
                    go = math.max(go, tonumber(string.sub(log, from + 1, from + 16)) + window)
                end
            end
        end

        local outcome = 0
        if go > at then
            if ARGV[1] ~= '1' then
                outcome, dropped = 3, dropped + 1
            else
                waited, outcome = waited + 1, 2
                local room = botStep == 0 or go == botGo or held < tonumber(ARGV[9])
                if shut <= at and go - at <= atMost and room then outcome = 1 end
            end
        end
        if outcome < 2 then
            if chatStep > 0 then chat = math.max(chat, go) + chatStep end
            if group > 0 then log = string.sub(log .. stamp(go) .. ' ', -group * 17) end
            if botStep > 0 then
                bot = bot + botStep
                if go > botGo then held, heldTo = held + 1, math.max(heldTo, go) end
            end
            last = go
        end
        -- The chat before the bot: a crash between the two costs the chat a call and nobody else.
        if (outcome < 2 and (chatStep > 0 or group > 0 or go > at)) or back > 0 then
            local rest = math.max(chat, chatShut, last)
            if #log > 0 then rest = math.max(rest, tonumber(string.sub(log, -17, -2)) + window) end
            save(KEYS[2], at, chat, chatShut, last, log, millis(rest - at))
        end
        if outcome > 0 or botStep > 0 then
            save(KEYS[1], at, bot, botShut, heldTo, text(held) .. ' ' .. text(dropped) .. ' ' .. text(waited), ARGV[13])
        end
        return {outcome, text(go - at), text(go)}
        """);

    /// <summary>KEYS bot, chat. Returns {0 free | 2 in penalty | 4 dead, wait µs}.</summary>
    public static readonly StoreScript Confirm = new(Shared + """
        local at = micros()
        local v = redis.call('MGET', KEYS[1], KEYS[2])
        if v[2] and string.byte(v[2]) == 120 then return {4, '0'} end
        local _, botShut = load(v[1], at)
        local _, chatShut = load(v[2], at)
        local wait = math.max(botShut, chatShut) - at
        if wait <= 0 then return {0, '0'} end
        return {2, text(wait)}
        """);

    /// <summary>
    /// KEYS bot or chat, index of penalties. ARGV penalty µs, chat or '' for the bot, how much longer than it matters the value is kept ms.
    /// Returns 1, or 0 for a dead chat.
    /// </summary>
    public static readonly StoreScript Penalize = new(Shared + """
        local at = micros()
        local value = redis.call('GET', KEYS[1])
        if value and string.byte(value) == 120 then return 0 end
        local full, shut, last, rest, back = load(value, at)
        if ARGV[2] ~= '' then rest = earlier(rest, back) end
        shut = math.max(shut, at + tonumber(ARGV[1]))
        save(KEYS[1], at, full, shut, last, rest, millis(math.max(full, shut, last) - at) + tonumber(ARGV[3]))
        if ARGV[2] ~= '' then
            redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(at))
            redis.call('ZADD', KEYS[2], text(shut), ARGV[2])
            redis.call('PEXPIRE', KEYS[2], '172800000')
        end
        return 1
        """);

    /// <summary>KEYS chat, index of dead chats, index of penalties. ARGV chat, reason, kept ms, index's length.</summary>
    public static readonly StoreScript MarkDead = new(Shared + """
        local at = micros()
        redis.call('SET', KEYS[1], 'x' .. stamp(at) .. ' ' .. ARGV[2], 'PX', ARGV[3])
        redis.call('ZADD', KEYS[2], text(at), ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(at - tonumber(ARGV[3]) * 1000))
        redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[4]))
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        redis.call('ZREM', KEYS[3], ARGV[1])
        return 1
        """);

    /// <summary>KEYS chat, index of dead chats. ARGV chat. Returns 1, or 0 when it was not dead.</summary>
    public static readonly StoreScript Revive = new("""
        local value = redis.call('GET', KEYS[1])
        if not value or string.byte(value) ~= 120 then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        return 1
        """);

    /// <summary>KEYS bot, index of penalties, index of dead chats. ARGV dead chats' kept ms. Returns {in penalty, longest µs, bot's µs, dead, dropped, waited}.</summary>
    public static readonly StoreScript Status = new(Shared + """
        local at = micros()
        local value = redis.call('GET', KEYS[1])
        local _, shut, _, figures = load(value, at)
        local _, dropped, waited = string.match(figures, '^(%d+) (%d+) (%d+)')
        local longest = at
        local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
        if top[2] then longest = math.max(at, tonumber(top[2])) end
        return {redis.call('ZCOUNT', KEYS[2], '(' .. text(at), '+inf'), text(longest - at), text(math.max(0, shut - at)),
            redis.call('ZCOUNT', KEYS[3], text(at - tonumber(ARGV[1]) * 1000), '+inf'), dropped or '0', waited or '0'}
        """);
}
