using System.Globalization;

namespace BotHub.Models.Catalogue;

/// <summary>Sizes for people, in decimal units as disks and downloads are sold: "98 MB", "1.12 GB".</summary>
internal static class ByteSize
{
    public static string Text(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, bytes) / 1e3:0} kB"),
    };
}
