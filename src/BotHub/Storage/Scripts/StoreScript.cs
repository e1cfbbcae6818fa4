using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace BotHub.Storage.Scripts;

/// <summary>
/// One atomic step at the store. The scripts run on Redis (Lua 5.1) and on Garnet (Lua 5.4), so three rules hold in all of them:
/// every key is in KEYS; numbers stay integers (no bare division); and one multi-field HSET decides, because a crash of Garnet
/// can cut a script between two writes: what precedes the HSET must be harmless alone, what follows it must not be missed.
/// </summary>
internal sealed partial class StoreScript
{
    /// <summary>What scripts may call. A script holds only what it calls: Lua makes each function anew whenever the script runs.</summary>
    private static readonly (string Name, string Text)[] Functions =
    [
        ("drop", "local function drop(key, fields) if #fields > 0 then redis.call('HDEL', key, unpack(fields)) end end"),
        ("read", "local function read(key, prefix, from, to) if from > to then return {} end return redis.call('HMGET', key, unpack(names(prefix, from, to))) end"),
        ("names", """
            local function names(prefix, from, to, into)
                local f = into or {}
                for n = from, to do f[#f + 1] = prefix .. text(n) end
                return f
            end
            """),
        ("text", "local function text(n) return string.format('%d', n) end"),
        // Server time only: the nodes' clocks do not matter.
        ("now", "local function now() local t = redis.call('TIME') return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000) end"),
    ];

    /// <summary>
    /// A conversation's counters and marks, which are one field, with the values they begin with. <see cref="Keys"/> tells what they mean. Scripts call
    /// them <c>s.mh</c>; what they run is <c>s[5]</c>, as an array costs half of what a table with names does.
    /// </summary>
    private static readonly (string Name, string First)[] Fields =
    [
        ("ep", "0"), ("ow", "''"), ("ld", "0"), ("tr", "0"), ("mh", "0"), ("mt", "0"), ("mb", "0"), ("oh", "0"), ("ot", "0"), ("ob", "0"), ("os", "-1"),
        ("th", "0"), ("tt", "0"), ("ws", "0"), ("sp", "-1"), ("rv", "0"), ("dh", "0"), ("dt", "0"), ("da", "0"), ("ex", "0"), ("nt", "0"), ("mo", "''"),
        ("uh", "0"), ("ut", "0"), ("ub", "0"),
    ];

    /// <summary>
    /// For the scripts of a conversation: <c>state</c> reads its field's value, <c>packed</c> writes it, and <c>held</c> is true for the epoch that holds the lease.
    /// </summary>
    public static readonly string State = $$"""
        local function state(value)
            if not value then return { {{string.Join(", ", Fields.Select(f => f.First))}} } end
            return {cmsgpack.unpack(value)}
        end
        local function packed(s) return cmsgpack.pack(unpack(s)) end
        local function held(s, epoch) return s.ow ~= '' and s.ep == tonumber(epoch) end

        """;

    /// <summary>Takes a lease on a conversation. After <see cref="State"/>.</summary>
    public const string Leases = """
        -- The first epoch is the age of the year 2025 in seconds, so that epochs (and the feed's ids, which start with them)
        -- grow even when an idle conversation was deleted in between.
        local function lease(s, at, owner, length)
            if s.ep == 0 then s.ep = math.floor(at / 1000) - 1735689600 end
            s.ep, s.ow, s.ld = s.ep + 1, owner, tonumber(length)
        end

        """;

    /// <summary>
    /// What is remembered of the newest messages' turns lies in rings: <c>slot</c> is a turn's field, which may hold another turn's value;
    /// <c>ofTurn</c> is what a value says, behind its turn's number, or nil where it is not that turn's or where that is old. After <see cref="State"/>.
    /// </summary>
    public static readonly string Slots = $$"""
        -- A turn is named t<n> after its first message.
        local function slot(kind, turn) return kind .. text((tonumber(string.match(turn, '^t(%d+)$')) or 0) % {{Keys.LedgersHeld}}) end
        local function ofTurn(s, turn, value)
            local n, rest = string.match(value or '', '^(%d+) (.*)$')
            if n and 't' .. n == turn and tonumber(n) >= s.mh - {{Keys.LedgersHeld}} then return rest end
        end

        """;

    /// <summary>Finds a message's mailbox number by the platform's id, if it is not below a number. Rare, so it is no index but a look at the known ids. After <see cref="State"/>.</summary>
    public const string Numbered = """
        local function numbered(key, s, wanted, least)
            for to = s.dt - 1, s.dh, -64 do
                local from = math.max(s.dh, to - 63)
                local known = read(key, 'r', from, to)
                for i = #known, 1, -1 do
                    local n, pid = string.match(known[i] or '', '^%d+ (%S+) (%S+) ')
                    n = tonumber(n)
                    if n and n < least then return nil end
                    if n and pid == wanted then return n end
                end
            end
        end

        """;

    [SuppressMessage("Security", "CA5350", Justification = "SHA-1 is how the protocol names scripts.")]
    public StoreScript(string body)
    {
        var text = FieldOfState().Replace(body, m => $"s[{1 + Array.FindIndex(Fields, f => f.Name == m.Groups[1].Value)}]");
        foreach (var (name, function) in Functions)
            if (text.Contains(name + "(", StringComparison.Ordinal)) text = function + "\n" + text;
        Text = text.ReplaceLineEndings("\n");
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
    }

    public string Text { get; }

    /// <summary>The name EVALSHA knows it by.</summary>
    public byte[] Hash { get; }

    [GeneratedRegex(@"\bs\.([a-z][a-z])\b")]
    private static partial Regex FieldOfState();
}
