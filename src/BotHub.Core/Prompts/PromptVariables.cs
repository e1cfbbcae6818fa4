using System.Buffers;
using System.Globalization;
using System.Text;

namespace BotHub.Core.Prompts;

/// <summary>The values of a prompt's variables for one conversation.</summary>
/// <param name="BotName">The name the bot goes by: <c>{{bot_name}}</c>.</param>
/// <param name="Channel">The channel's id, such as <c>web</c>: <c>{{channel}}</c>.</param>
/// <param name="UserName">The user's display name, when known: <c>{{user_name}}</c>.</param>
/// <param name="Locale">The user's language tag, such as <c>de-AT</c>, when known: <c>{{locale}}</c>.</param>
/// <param name="Date">Today for the user or the hub, when it should be told: <c>{{date}}</c>.</param>
public sealed record PromptVariables(
    string BotName, string Channel, string? UserName = null, string? Locale = null, DateOnly? Date = null)
{
    /// <summary>Display names come from outside: more of them is no name.</summary>
    private const int LongestValue = 64;

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-'");

    /// <summary>Every variable's name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bot_name", "channel", "locale", "user_name", "date"];

    /// <summary>Those that differ between users or days, and so belong into a prompt's last paragraph.</summary>
    public static IReadOnlyList<string> Volatile { get; } = ["locale", "user_name", "date"];

    /// <summary>The value of a variable; null or empty where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such variable.</exception>
    public string? Value(string name) => name switch
    {
        "bot_name" => Clean(BotName),
        "channel" => Clean(Channel),
        "user_name" => Clean(UserName),
        "locale" => Clean(Locale),
        "date" => Date?.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"There is no prompt variable '{name}'.", nameof(name)),
    };

    /// <summary>Keeps a value on its line, and free of the characters that chat templates and variables are made of.</summary>
    private static string? Clean(string? value)
    {
        if (value is null)
            return null;
        // Nearly all values are clean as they are.
        if (value.Length <= LongestValue && !value.AsSpan().ContainsAnyExcept(Plain))
            return value.Trim();
        var clean = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (clean.Length >= LongestValue)
                break;
            if (!Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                && rune.Value is not ('<' or '>' or '{' or '}' or '|' or '[' or ']'))
                clean.Append(rune.ToString());
        }

        return clean.ToString().Trim();
    }
}
