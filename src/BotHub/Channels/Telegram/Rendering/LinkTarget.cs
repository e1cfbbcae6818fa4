namespace BotHub.Channels.Telegram.Rendering;

/// <summary>Which addresses may become links; Telegram refuses the whole message for a link it does not understand.</summary>
internal static class LinkTarget
{
    public static bool IsLinkable(string? url) =>
        url is { Length: > 0 and <= RenderLimits.LinkLength }
        && !url.AsSpan().ContainsAny(" \n\t")
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.Scheme switch
        {
            // A host needs a dot for Telegram, so localhost is text.
            "http" or "https" => uri.HostNameType is UriHostNameType.IPv6 || uri.Host.Trim('.').Contains('.'),
            // tg://user would mention people, and is refused for those the bot has never met.
            "tg" => uri.Host.Length > 0 && uri.Host != "user",
            "mailto" => uri.UserInfo.Length > 0 && uri.Host.Length > 0,
            _ => false,
        };
}
