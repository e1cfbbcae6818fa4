using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace BotHub.Storage.Scripts;

/// <summary>
/// One atomic step at the store. The scripts run on Redis (Lua 5.1) and on Garnet (Lua 5.4), so three rules hold in all of them:
/// every key is in KEYS; numbers stay integers (no bare division); and one multi-field HSET decides, because a crash of Garnet
/// can cut a script between two writes: what precedes the HSET must be harmless alone, what follows it must not be missed.
/// </summary>
internal sealed class StoreScript
{
    // Server time only: the nodes' clocks do not matter.
    private const string Prelude = """
        local function now() local t = redis.call('TIME') return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000) end
        local function text(n) return string.format('%.0f', n) end
        local function names(prefix, from, to) local f = {} for n = from, to do f[#f + 1] = prefix .. text(n) end return f end
        local function read(key, prefix, from, to) if from > to then return {} end return redis.call('HMGET', key, unpack(names(prefix, from, to))) end
        -- The first epoch is the age of the year 2025 in seconds, so that epochs (and the feed's ids, which start with them)
        -- grow even when an idle conversation was deleted in between.
        local function epoch(last, at) return (tonumber(last) or (math.floor(at / 1000) - 1735689600)) + 1 end
        local function mark(n) if n and n ~= '' then return tonumber(n) end return -1 end
        -- {1, mailbox number to stop, mailbox number with a new wording}, -1 for none
        local function marks(key, sp, rv, mh, mt)
            local stop, revised = mark(sp), -1
            if rv == '1' then
                local from, to = tonumber(mh) or 0, tonumber(mt) or 0
                for i, v in ipairs(redis.call('HMGET', key, unpack(names('v', from, math.max(from, math.min(to, from + 32) - 1))))) do
                    if v then revised = from + i - 1 break end
                end
            end
            return {1, stop, revised}
        end
        local function drop(key, prefix, from, to) if from <= to then redis.call('HDEL', key, unpack(names(prefix, from, to))) end end

        """;

    [SuppressMessage("Security", "CA5350", Justification = "SHA-1 is how the protocol names scripts.")]
    public StoreScript(string body)
    {
        Text = (Prelude + body).ReplaceLineEndings("\n");
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
    }

    public string Text { get; }

    /// <summary>The name EVALSHA knows it by.</summary>
    public byte[] Hash { get; }
}
