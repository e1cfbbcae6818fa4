namespace BotHub.Core.Usage;

/// <summary>Days and months as the operator's time zone has them.</summary>
public sealed class UsageCalendar(TimeZoneInfo zone)
{
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>The moment a day begins; where clocks skip midnight, the first moment after it.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        // A midnight that comes twice is the first of the two.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    public static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);

    /// <summary>A moment as people of the zone write it.</summary>
    public string Tell(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var name = local.Offset == TimeSpan.Zero ? "UTC" : $"UTC{(local.Offset < TimeSpan.Zero ? '-' : '+')}{local.Offset:hh\\:mm}";
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{local:yyyy-MM-dd HH:mm} ({name})");
    }
}
