namespace BotHub.FakeTelegram;

/// <summary>What counts as the target of a text link.</summary>
internal static class Links
{
    /// <summary>The entity for a link, or null where Telegram keeps the text and drops the link.</summary>
    public static FakeEntity? Entity(string url, int offset, int length)
    {
        if (UserOf(url) is { } user) return new("text_mention", offset, length) { UserId = user };
        return Checked(url) is { } target ? new("text_link", offset, length) { Url = target } : null;
    }

    public static long? UserOf(string url)
    {
        const string prefix = "tg://user?id=";
        return url.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && long.TryParse(url.AsSpan(prefix.Length), out var id) && id > 0 ? id : null;
    }

    public static string? Checked(string url)
    {
        url = url.Trim();
        if (url.Length == 0 || url.AsSpan().IndexOfAny(" \n\t") >= 0) return null;
        var separator = url.IndexOf("://", StringComparison.Ordinal);
        if (separator < 0) url = "http://" + url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return null;
        if (uri.Scheme is "tg" or "ton" or "tonsite") return url;
        return uri.Scheme is "http" or "https" && (uri.Host.Contains('.') || uri.HostNameType == UriHostNameType.IPv6) ? uri.AbsoluteUri : null;
    }
}
