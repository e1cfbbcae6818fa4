using System.Globalization;
using System.Text;

namespace BotHub.Core.Prompts;

/// <summary>The values a prompt may name, as <c>{{name}}</c>. An empty value counts as none.</summary>
/// <param name="BotName">The name the bot goes by: <c>{{bot_name}}</c>.</param>
/// <param name="Date">Today: <c>{{date}}</c>.</param>
/// <param name="UserName">The user's display name: <c>{{user_name}}</c>.</param>
/// <param name="Locale">The user's language tag, such as <c>de-AT</c>: <c>{{locale}}</c>.</param>
/// <param name="Channel">The channel's id, such as <c>web</c>: <c>{{channel}}</c>.</param>
public sealed record PromptVariables(string BotName, string Date, string UserName, string Locale, string Channel)
{
    /// <summary>Display names come from outside: more of them is no name.</summary>
    private const int LongestValue = 64;

    /// <summary>The names a prompt file may use; any other is an error at start.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bot_name", "date", "user_name", "locale", "channel"];

    /// <summary>Those that differ between users or days, and so belong into a prompt's last paragraph.</summary>
    public static IReadOnlyList<string> Volatile { get; } = ["locale", "user_name", "date"];

    /// <summary>The value of a variable, fit for a prompt; empty where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such variable.</exception>
    public string Value(string name) => name switch
    {
        "bot_name" => Clean(BotName),
        "channel" => Clean(Channel),
        "user_name" => Clean(UserName),
        "locale" => Clean(Locale),
        "date" => Clean(Date),
        _ => throw new ArgumentException($"There is no prompt variable '{name}'.", nameof(name)),
    };

    /// <summary>Keeps a value on its line, and free of the characters that chat templates and variables are made of.</summary>
    private static string Clean(string value)
    {
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
