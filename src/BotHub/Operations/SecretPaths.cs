using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BotHub.Operations;

/// <summary>Takes secrets out of addresses before anything is exported: Telegram's hold the bot's token.</summary>
internal static partial class SecretPaths
{
    /// <summary>What clients' and servers' spans hold the address in (OpenTelemetry semantic conventions, HTTP spans).</summary>
    private const string Full = "url.full", Path = "url.path";

    public static void Hide(Activity span, Uri? address)
    {
        if (address is not null && Token().IsMatch(address.AbsolutePath)) span.SetTag(Full, Hide(address.GetLeftPart(UriPartial.Path)));
    }

    /// <summary>Of a request that came in: somebody may take the hub for a Bot API server.</summary>
    public static void Hide(Activity span, PathString path)
    {
        if (path.Value is { } text && Token().IsMatch(text)) span.SetTag(Path, Hide(text));
    }

    public static string Hide(string address) => Token().Replace(address, "/bot***/");

    [GeneratedRegex("/bot[0-9]+(:|%3[Aa])[^/?#]*/?")]
    private static partial Regex Token();
}
