namespace BotHub.Storage.Scripts;

/// <summary>
/// The limits of one model for all replicas, in one value that one SET writes with its expiry, so that no crash can tear it. It is one
/// MessagePack array of seen, full, shut, the lengths of the three lists, and the lists:
/// <list type="bullet">
/// <item>seen: when it was written, in server ms. A clock that is behind it has been set back: all times move back with it.</item>
/// <item>full: when the requests' bucket will be full again (GCRA), in µs; shut: until when the provider wants no calls.</item>
/// <item>log: what was granted in each sixtieth of the window: its number, requests, tokens; three entries for each.</item>
/// <item>run: the calls that hold a place: id and end of the lease. Two entries for each.</item>
/// <item>line: the calls that wait, in their order: id, tokens, end of the lease. Three entries for each.</item>
/// </list>
/// A sliding window instead of a bucket, because a full bucket and its refill are twice the minute that the provider counts; a sixtieth is
/// counted until one more has passed, which is what calls may take on their way. A bucket of a
/// sixth smooths the requests.
/// </summary>
internal static class ModelLimitScripts
{
    private const string Shared = """
        local function load(at)
            local value = redis.call('GET', KEYS[1])
            local s = {full = 0, shut = 0, log = {}, run = {}, line = {}}
            if not value then return s end
            local all = cmsgpack.unpack(value)
            local function part(from, count)
                local list = {}
                for i = 1, count do list[i] = all[from + i] end
                return list
            end
            s.full, s.shut = all[2], all[3]
            s.log, s.run, s.line = part(6, all[4]), part(6 + all[4], all[5]), part(6 + all[4] + all[5], all[6])
            local back = all[1] - at
            if back > 0 then
                s.full, s.shut = s.full - back * 1000, math.max(0, s.shut - back)
                for i = 2, #s.run, 2 do s.run[i] = s.run[i] - back end
                for i = 3, #s.line, 3 do s.line[i] = s.line[i] - back end
                -- What was granted counts as granted now: the window is as full as it was, and ends as it would have.
                local kept = {}
                for i = 1, #s.log, 3 do kept[i], kept[i + 1], kept[i + 2] = s.log[i] - back, s.log[i + 1], s.log[i + 2] end
                s.log = kept
            end
            local run, line = {}, {}
            for i = 1, #s.run, 2 do
                if s.run[i + 1] > at then run[#run + 1] = s.run[i] run[#run + 1] = s.run[i + 1] end
            end
            for i = 1, #s.line, 3 do
                if s.line[i + 2] > at then
                    for k = 0, 2 do line[#line + 1] = s.line[i + k] end
                end
            end
            s.run, s.line = run, line
            return s
        end
        local function save(at, s)
            local all = {at, s.full, s.shut, #s.log, #s.run, #s.line}
            for _, list in ipairs({s.log, s.run, s.line}) do
                for i = 1, #list do all[#all + 1] = list[i] end
            end
            redis.call('SET', KEYS[1], cmsgpack.pack(all), 'PX', text(math.max(600000, s.shut - at + 60000)))
        end
        local function without(list, width, id)
            local rest = {}
            for i = 1, #list, width do
                if list[i] ~= id then
                    for k = 0, width - 1 do rest[#rest + 1] = list[i + k] end
                end
            end
            return rest
        end

        """;

    /// <summary>
    /// KEYS limits. ARGV call, tokens, requests, tokens per window, places (0: no such limit), window ms, place held ms, queue held ms,
    /// queue at most, patience ms. Returns {0 granted | 1 wait | 2 refused, wait ms, calls ahead, slot, tokens counted}.
    /// </summary>
    public static readonly StoreScript Ask = new(Shared + """
        local at = now()
        local s = load(at)
        local id, tokens, requests, volume, places, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
        if volume > 0 then tokens = math.min(tokens, volume) end
        local slice = math.floor(window / 60)

        -- Everyone before me is counted as if granted already: who asks first in a round does not matter.
        local ahead, before = 0, 0
        for i = 1, #s.line, 3 do
            if s.line[i] == id then break end
            ahead, before = ahead + 1, before + s.line[i + 1]
        end

        local log, called, taken = {}, 0, 0
        for i = 1, #s.log, 3 do
            if s.log[i] + slice + slice + window > at then
                log[#log + 1] = s.log[i] log[#log + 1] = s.log[i + 1] log[#log + 1] = s.log[i + 2]
                called, taken = called + s.log[i + 1], taken + s.log[i + 2]
            end
        end
        s.log = log

        -- When so much of what is counted in this column has left the window that the rest is below the limit.
        local function leaves(column, over, limit)
            if over <= 0 then return at end
            local last = at
            for i = 1, #log, 3 do
                over = over - log[i + column]
                last = log[i] + slice + slice + window
                if over <= 0 then return last end
            end
            -- The rest belongs to calls before this one: a window for as much as fits into one.
            return last + window * math.floor((over + limit - 1) / limit)
        end

        local go, step = math.max(at, s.shut), 0
        if requests > 0 then
            step = math.floor((window * 1000 + requests - 1) / requests)
            local slack = step * (math.max(math.min(3, requests), math.floor(requests / 6)) - 1)
            -- After the provider's "not now" the bucket holds one call. It is never emptier than these limits could have made it.
            if s.shut > 0 and s.shut <= at then s.full, s.shut = math.max(s.full, s.shut * 1000 + slack), 0 end
            s.full = math.max(at * 1000, math.min(s.full, at * 1000 + slack + step))
            go = math.max(go, math.floor((s.full + ahead * step - slack + 999) / 1000), leaves(1, called + ahead + 1 - requests, requests))
        end
        if volume > 0 then go = math.max(go, leaves(2, taken + before + tokens - volume, volume)) end
        local free = places == 0 or #s.run + 2 * ahead < 2 * places

        local line = without(s.line, 3, id)
        if go <= at and free then
            s.line = line
            local slot = at - at % math.max(1, slice)
            local n = #log
            if n > 0 and log[n - 2] == slot then
                log[n - 1], log[n] = log[n - 1] + 1, log[n] + tokens
            else
                log[n + 1], log[n + 2], log[n + 3] = slot, 1, tokens
            end
            s.full = s.full + step
            if places > 0 then
                s.run = without(s.run, 2, id)
                s.run[#s.run + 1] = id
                s.run[#s.run + 1] = at + tonumber(ARGV[7])
            end
            save(at, s)
            return {0, '0', 0, text(slot), tokens}
        end
        local known = #line < #s.line
        if go - at > tonumber(ARGV[10]) or (not known and #line >= 3 * tonumber(ARGV[9])) then
            if known then
                s.line = line
                save(at, s)
            end
            return {2, text(go - at), ahead, '0', 0}
        end
        local till = at + tonumber(ARGV[8])
        if known then
            s.line[ahead * 3 + 2], s.line[ahead * 3 + 3] = tokens, till
        else
            line[#line + 1] = id
            line[#line + 1] = tokens
            line[#line + 1] = till
            s.line = line
        end
        save(at, s)
        return {1, text(go - at), ahead, '0', 0}
        """);

    /// <summary>KEYS limits. ARGV call, held ms.</summary>
    public static readonly StoreScript Renew = new(Shared + """
        local at = now()
        local s = load(at)
        s.run = without(s.run, 2, ARGV[1])
        s.run[#s.run + 1] = ARGV[1]
        s.run[#s.run + 1] = at + tonumber(ARGV[2])
        save(at, s)
        return 1
        """);

    /// <summary>KEYS limits. ARGV call, slot or '0', tokens more than were counted (may be negative).</summary>
    public static readonly StoreScript End = new(Shared + """
        local at = now()
        local s = load(at)
        s.run, s.line = without(s.run, 2, ARGV[1]), without(s.line, 3, ARGV[1])
        local slot = tonumber(ARGV[2])
        for i = 1, #s.log, 3 do
            if s.log[i] == slot then s.log[i + 2] = math.max(0, s.log[i + 2] + tonumber(ARGV[3])) end
        end
        save(at, s)
        return 1
        """);

    /// <summary>KEYS limits. ARGV ms.</summary>
    public static readonly StoreScript HoldBack = new(Shared + """
        local at = now()
        local s = load(at)
        s.shut = math.max(s.shut, at + tonumber(ARGV[1]))
        save(at, s)
        return 1
        """);
}
