using System.Globalization;
using System.Text;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Context;

/// <summary>
/// A window's rows in short: <c>t7</c> begins a turn's rows, <c>u5 id</c> is one of a person and <c>a9 id</c> one of the assistant, with
/// their tokens; an answer's id is left out where it is what <see cref="Turn.AnswerIdOf"/> makes it. Rows end with <c>|</c>, and a
/// dropped one with <c>/</c>.
/// </summary>
internal static class LedgerRows
{
    private const string Budget = "budget";

    /// <summary>Null when a row can't be written so.</summary>
    public static string? Write(IReadOnlyList<WindowPart> kept, IReadOnlyList<WindowPart> dropped)
    {
        var (text, turn) = (new StringBuilder(16 * (kept.Count + dropped.Count)), "");
        return Add(dropped, '/', Budget) && Add(kept, '|', null) ? text.ToString() : null;

        bool Add(IReadOnlyList<WindowPart> parts, char end, string? reason)
        {
            foreach (var part in parts)
            {
                if (part.Reason != reason || !IsPlain(part.Id) || !IsPlain(part.Turn) || part.Turn[0] != 't') return false;
                if (part.Turn != turn) text.Append(turn = part.Turn).Append(';');
                text.Append(part.Role == MessageRole.User ? 'u' : 'a').Append(CultureInfo.InvariantCulture, $"{part.Tokens}");
                if (!Turn.IsAnswerId(part.Id, turn)) text.Append(' ').Append(part.Id);
                text.Append(end);
            }

            return true;
        }
    }

    public static (IReadOnlyList<WindowPart> Kept, IReadOnlyList<WindowPart> Dropped) Read(ReadOnlySpan<char> rows)
    {
        List<WindowPart> kept = [], dropped = [];
        var turn = "";
        while (rows.IndexOfAny(";|/") is var end and >= 0)
        {
            var row = rows[..end];
            if (rows[end] == ';') turn = row.ToString();
            else
            {
                var space = row.IndexOf(' ');
                var id = space < 0 ? Turn.AnswerIdOf(turn) : row[(space + 1)..].ToString();
                var tokens = int.Parse(space < 0 ? row[1..] : row[1..space], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                var isKept = rows[end] == '|';
                (isKept ? kept : dropped).Add(new WindowPart(id, turn, row[0] == 'u' ? MessageRole.User : MessageRole.Assistant, tokens, isKept, isKept ? null : Budget));
            }

            rows = rows[(end + 1)..];
        }

        return (kept, dropped);
    }

    private static bool IsPlain(string name) => name.Length > 0 && !name.AsSpan().ContainsAny(" ;|/");
}
