namespace BotHub.Storage.Scripts;

internal static class PollScripts
{
    /// <summary>KEYS poll. ARGV owner, lease ms. Returns nil while it is held, or {epoch, offset}.</summary>
    public static readonly StoreScript Acquire = new("""
        local at = now()
        local h = redis.call('HMGET', KEYS[1], 'ep', 'ow', 'un', 'of', 'at')
        local till, seen = tonumber(h[3] or 0), tonumber(h[5] or 0)
        if h[2] and h[2] ~= '' and till > at then
            -- The clock was set back: what was left of the lease when it was written is all that it may still last.
            if at < seen then redis.call('HSET', KEYS[1], 'un', text(at + till - seen), 'at', text(at)) end
            return false
        end
        local ep = tonumber(h[1] or 0) + 1
        redis.call('HSET', KEYS[1], 'ep', text(ep), 'ow', ARGV[1], 'un', text(at + tonumber(ARGV[2])), 'at', text(at))
        return {text(ep), h[4] or '0'}
        """);

    /// <summary>KEYS poll. ARGV epoch, lease ms, offset or ''. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Renew = new("""
        local h = redis.call('HMGET', KEYS[1], 'ep', 'ow')
        if h[1] ~= ARGV[1] or not h[2] or h[2] == '' then return 0 end
        local at = now()
        local till = text(at + tonumber(ARGV[2]))
        if ARGV[3] == '' then
            redis.call('HSET', KEYS[1], 'un', till, 'at', text(at))
        else
            redis.call('HSET', KEYS[1], 'un', till, 'at', text(at), 'of', ARGV[3], 'ad', text(at))
        end
        return 1
        """);

    /// <summary>KEYS poll. ARGV epoch. Returns 1, or 0 when the lease is lost.</summary>
    public static readonly StoreScript Release = new("""
        local h = redis.call('HMGET', KEYS[1], 'ep', 'ow')
        if h[1] ~= ARGV[1] or not h[2] or h[2] == '' then return 0 end
        redis.call('HSET', KEYS[1], 'ow', '', 'un', '0')
        return 1
        """);

    /// <summary>KEYS dead letters. ARGV update id, JSON of id, reason and body, letters held. Returns the letters ever counted.</summary>
    public static readonly StoreScript DeadLetter = new("""
        local h = redis.call('HMGET', KEYS[1], 'n', 'id')
        local n = tonumber(h[1] or 0)
        if h[2] == ARGV[1] then return n end
        redis.call('HSET', KEYS[1], 'n', text(n + 1), 'id', ARGV[1], 'x' .. text(n % tonumber(ARGV[3])), text(now()) .. ' ' .. ARGV[2])
        return n + 1
        """);

    /// <summary>KEYS poll, dead letters. Returns {owner or '', remaining ms, offset, letters, advanced ms}.</summary>
    public static readonly StoreScript Status = new("""
        local at = now()
        local h = redis.call('HMGET', KEYS[1], 'ow', 'un', 'of', 'ad')
        local owner, left = h[1] or '', math.max(0, tonumber(h[2] or 0) - at)
        if left == 0 then owner = '' end
        if owner == '' then left = 0 end
        return {owner, text(left), h[3] or '0', redis.call('HGET', KEYS[2], 'n') or '0', h[4] or '0'}
        """);
}
