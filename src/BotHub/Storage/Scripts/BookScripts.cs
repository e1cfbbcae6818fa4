namespace BotHub.Storage.Scripts;

/// <summary>
/// The books of a tenant. <see cref="Keys"/> tells what their fields hold. A month's hash is written by one HSET for all that is booked at once,
/// the marks of what is booked included: so booking again books nothing again, whichever prefix of a script a crash has left.
/// </summary>
internal static class BookScripts
{
    private const string Shared = """
        local function sums(value)
            if not value then return {0, 0, 0, 0, 0, 0} end
            local a, b, c, d, e, f = string.match(value, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)')
            return {tonumber(a), tonumber(b), tonumber(c), tonumber(d), tonumber(e), tonumber(f)}
        end
        -- What was kept free for these turns is free again.
        local function free(held, ends, turns)
            if #turns == 0 then return end
            local fields = {}
            for i, turn in ipairs(turns) do fields[i] = 't:' .. turn end
            local less, set, gone = {}, {}, {}
            for i, value in ipairs(redis.call('HMGET', held, unpack(fields))) do
                if value then gone[#gone + 1] = fields[i] end
                if value and value ~= '' then
                    local p = {cmsgpack.unpack(value)}
                    for j = 1, #p, 2 do less[p[j]] = (less[p[j]] or 0) + p[j + 1] end
                    set[#set + 1] = fields[i]
                    set[#set + 1] = ''
                end
            end
            for name, amount in pairs(less) do
                local left = math.max(0, tonumber(redis.call('HGET', held, 's:' .. name) or 0) - amount)
                set[#set + 1] = 's:' .. name
                set[#set + 1] = text(left)
                if left == 0 then gone[#gone + 1] = 's:' .. name end
            end
            if #set > 0 then redis.call('HSET', held, unpack(set)) end
            drop(held, gone)
            redis.call('ZREM', ends, unpack(turns))
        end

        """;

    /// <summary>
    /// KEYS books of the month, reservations, their ends. ARGV ms after which the books expire, number of turns, turns whose reservations end, number of marks, for each of
    /// them its field, what it holds now or '', and what it shall hold; then fields and what is added to them, "turns prompt cached completion nanos ms", or for a window
    /// "steps back step amount …". Returns 1; or 0 and does nothing when a mark holds something else: somebody booked meanwhile.
    /// </summary>
    public static readonly StoreScript Book = new(Shared + """
        local turns, fields, first = {}, {}, 4 + tonumber(ARGV[2])
        for i = 3, first - 2 do turns[#turns + 1] = ARGV[i] end
        local marks = tonumber(ARGV[first - 1])
        local sums_ = first + 3 * marks
        for i = first, sums_ - 1, 3 do fields[#fields + 1] = ARGV[i] end
        for i = sums_, #ARGV, 2 do fields[#fields + 1] = ARGV[i] end
        if marks > 0 then
            local held, set = redis.call('HMGET', KEYS[1], unpack(fields)), {}
            for m = 1, marks do
                local i = first + 3 * (m - 1)
                if (held[m] or '') ~= ARGV[i + 1] then return 0 end
                set[#set + 1] = ARGV[i]
                set[#set + 1] = ARGV[i + 2]
            end
            for m = marks + 1, #fields do
                local more, value, parts = ARGV[sums_ + 2 * (m - marks) - 1], held[m], {}
                if string.sub(fields[m], 1, 1) == 'q' then
                    local back, steps = string.match(more, '^(%d+) (.*)$')
                    local sum, newest = {}, 0
                    local function add(list)
                        for step, amount in string.gmatch(list, '(%d+) (%d+)') do
                            newest = tonumber(step)
                            sum[newest] = (sum[newest] or 0) + tonumber(amount)
                        end
                    end
                    add(value or '')
                    -- What is added comes in order; it says what is old by now.
                    add(steps)
                    for step in pairs(sum) do
                        if newest - step <= tonumber(back) then parts[#parts + 1] = step end
                    end
                    table.sort(parts)
                    for k, step in ipairs(parts) do parts[k] = text(step) .. ' ' .. text(sum[step]) end
                else
                    local old = sums(value)
                    for k, n in ipairs(sums(more)) do parts[k] = text(old[k] + n) end
                end
                set[#set + 1] = fields[m]
                set[#set + 1] = table.concat(parts, ' ')
            end
            redis.call('HSET', KEYS[1], unpack(set))
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
        end
        -- Used before it is free: a crash between the two holds too much for a while, the other way round too little.
        free(KEYS[2], KEYS[3], turns)
        return 1
        """);

    /// <summary>KEYS reservations, their ends. ARGV turns.</summary>
    public static readonly StoreScript Free = new(Shared + """
        free(KEYS[1], KEYS[2], ARGV)
        return #ARGV
        """);

    /// <summary>
    /// KEYS books of this month, of the month before, reservations, their ends. ARGV the day's begin and end in ms, turn, its life in ms, ms after which this month's books
    /// expire, '1' when a cheaper model may be asked for, and for each claim: budget and id, limit, most, measure (1 turns, 2 tokens, 3 nanos), used from which on people are
    /// told or -1, used from which on a cheaper model is asked for or -1, name of the period; then 'c', number of fields, fields to add up, or 'q', step in ms, steps back.
    /// Returns {0, server ms} when it is another day; {1, claims to tell, used, …} when reserved; {2, claim, used} to wait;
    /// {3, claim, used, ms when enough is there again, or -1} when spent; {4, claim, used} for a cheaper model.
    /// </summary>
    public static readonly StoreScript Reserve = new(Shared + """
        local at = now()
        if at < tonumber(ARGV[1]) or at >= tonumber(ARGV[2]) then return {0, text(at)} end
        local month, held, ends, turn, life = KEYS[1], KEYS[3], KEYS[4], ARGV[3], tonumber(ARGV[4])
        free(held, ends, redis.call('ZRANGEBYSCORE', ends, '-inf', text(at), 'LIMIT', 0, 50))
        -- An end farther away than any can be was written before the clock was set back.
        for _, late in ipairs(redis.call('ZRANGEBYSCORE', ends, '(' .. text(at + life), '+inf', 'LIMIT', 0, 50)) do
            redis.call('ZADD', ends, text(at + life), late)
        end
        local claims, names_, i = {}, {'t:' .. turn}, 7
        while i <= #ARGV do
            local c = {name = ARGV[i], limit = tonumber(ARGV[i + 1]), most = tonumber(ARGV[i + 2]), measure = tonumber(ARGV[i + 3]),
                warn = tonumber(ARGV[i + 4]), degrade = tonumber(ARGV[i + 5]), period = ARGV[i + 6], used = 0, steps = {}}
            if ARGV[i + 7] == 'c' then
                local count = tonumber(ARGV[i + 8])
                for _, value in ipairs(redis.call('HMGET', month, unpack(ARGV, i + 9, i + 8 + count))) do
                    local s = sums(value)
                    if c.measure == 1 then c.used = c.used + s[1] elseif c.measure == 2 then c.used = c.used + s[2] + s[4] else c.used = c.used + s[5] end
                end
                i = i + 9 + count
            else
                c.length, c.back = tonumber(ARGV[i + 8]), tonumber(ARGV[i + 9])
                local this = math.floor(at / c.length)
                for k = 2, 1, -1 do
                    for step, amount in string.gmatch(redis.call('HGET', KEYS[k], 'q:' .. c.name) or '', '(%d+) (%d+)') do
                        if this - tonumber(step) <= c.back then
                            c.steps[#c.steps + 1] = {tonumber(step), tonumber(amount)}
                            c.used = c.used + tonumber(amount)
                        end
                    end
                end
                i = i + 10
            end
            claims[#claims + 1] = c
            names_[#names_ + 1] = 's:' .. c.name
        end

        local kept = redis.call('HMGET', held, unpack(names_))
        local mine = {}
        if kept[1] and kept[1] ~= '' then
            local p = {cmsgpack.unpack(kept[1])}
            for j = 1, #p, 2 do mine[p[j]] = p[j + 1] end
        end
        local wait, cheaper
        for j, c in ipairs(claims) do
            local others = math.max(0, tonumber(kept[j + 1] or 0) - (mine[c.name] or 0))
            -- A message that is being answered counts as one; what it will cost nobody knows.
            c.seen = c.used
            if c.measure == 1 then c.seen = c.used + others end
            if c.used + c.most > c.limit then
                if ARGV[6] == '1' and c.degrade >= 0 then return {4, j - 1, text(c.used)} end
                local again, over = -1, c.used + c.most - c.limit
                table.sort(c.steps, function(a, b) return a[1] < b[1] end)
                for _, s in ipairs(c.steps) do
                    over = over - s[2]
                    if over <= 0 then
                        again = (s[1] + c.back + 1) * c.length
                        break
                    end
                end
                return {3, j - 1, text(c.used), text(again)}
            end
            if c.degrade >= 0 and c.seen >= c.degrade then cheaper = cheaper or j end
            if c.used + c.most + others > c.limit then wait = wait or j end
        end
        if cheaper and ARGV[6] == '1' then return {4, cheaper - 1, text(claims[cheaper].used)} end
        if wait then return {2, wait - 1, text(claims[wait].used)} end

        local answer, told = {1}, {}
        for j, c in ipairs(claims) do
            if c.warn >= 0 and c.seen >= c.warn then
                -- Once a period, and the same turn again after a crash.
                local mark = redis.call('HGET', month, 'n:' .. c.name)
                if not mark or string.sub(mark, 1, #c.period + 1) ~= c.period .. ' ' then
                    mark = c.period .. ' ' .. turn
                    told[#told + 1] = 'n:' .. c.name
                    told[#told + 1] = mark
                end
                if mark == c.period .. ' ' .. turn then
                    answer[#answer + 1] = j - 1
                    answer[#answer + 1] = text(c.seen)
                end
            end
        end
        if #told > 0 then
            redis.call('HSET', month, unpack(told))
            redis.call('PEXPIRE', month, ARGV[5])
        end
        local sum, kept_ = {}, {}
        for j, c in ipairs(claims) do
            sum[c.name] = tonumber(kept[j + 1] or 0) - (mine[c.name] or 0) + c.most
            mine[c.name] = nil
            kept_[#kept_ + 1] = c.name
            kept_[#kept_ + 1] = c.most
        end
        -- What the turn had kept before in a budget that it does not touch any more.
        for name, amount in pairs(mine) do sum[name] = tonumber(redis.call('HGET', held, 's:' .. name) or 0) - amount end
        local set = {'t:' .. turn, cmsgpack.pack(unpack(kept_))}
        for name, amount in pairs(sum) do
            set[#set + 1] = 's:' .. name
            set[#set + 1] = text(math.max(0, amount))
        end
        -- Its end before it is there: alone it is harmless, the other way round it might never end.
        redis.call('ZADD', ends, text(at + life), turn)
        redis.call('HSET', held, unpack(set))
        redis.call('PEXPIRE', held, text(life * 2))
        redis.call('PEXPIRE', ends, text(life * 2))
        return answer
        """);

    /// <summary>
    /// KEYS conversations. Returns for each its records that are not booked yet, the oldest first, and the number behind the last of them in front; nothing for one that has none.
    /// </summary>
    public static readonly StoreScript Unbooked = new(StoreScript.State + $$"""
        local all = {}
        for i, key in ipairs(KEYS) do
            local s = state(redis.call('HGET', key, 's'))
            local to = math.min(s.ut, s.uh + {{Keys.UsageAtOnce}})
            local found = read(key, 'u', s.uh - s.ub, to - 1 - s.ub)
            if #found > 0 then table.insert(found, 1, text(to)) end
            all[i] = found
        end
        return all
        """);

    /// <summary>
    /// KEYS a partition's index of unbooked usage, conversations. ARGV for each conversation its name, the number behind the records that are booked or '', the last of these.
    /// What has been added since stays.
    /// </summary>
    public static readonly StoreScript Clear = new(StoreScript.State + $$"""
        for i = 2, #KEYS do
            local name, done, last = ARGV[3 * i - 5], ARGV[3 * i - 4], ARGV[3 * i - 3]
            local s = state(redis.call('HGET', KEYS[i], 's'))
            local from, to = s.uh, tonumber(done) or 0
            -- In a conversation that was deleted and begun anew meanwhile, the same number is another record.
            if from < to and to <= s.ut and (redis.call('HGET', KEYS[i], 'u' .. text(to - 1 - s.ub)) or '') == last then
                s.uh = to
                redis.call('HSET', KEYS[i], 's', packed(s))
                drop(KEYS[i], names('u', math.max({{Keys.UsagePlacesKept}}, from - s.ub), to - 1 - s.ub))
            end
            if s.uh == s.ut then redis.call('ZREM', KEYS[1], name) end
        end
        return #KEYS - 1
        """);
}
