using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BotHub.Operations;

/// <summary>Takes secrets out of addresses before anything is exported: Telegram's hold the bot's token.</summary>
internal static partial class SecretPaths
{
    /// <summary>The attribute that holds the whole address (OpenTelemetry semantic conventions, HTTP spans).</summary>
    private const string Attribute = "url.full";

    public static void Hide(Activity span, Uri? address)
    {
        if (address is not null && Token().IsMatch(address.AbsolutePath)) span.SetTag(Attribute, Hide(address.GetLeftPart(UriPartial.Path)));
    }

    public static string Hide(string address) => Token().Replace(address, "/bot***/");

    [GeneratedRegex("/bot[0-9]+(:|%3[Aa])[^/?#]*/?")]
    private static partial Regex Token();
}
