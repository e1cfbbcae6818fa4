using BotHub.Core.Usage;

namespace BotHub.Tests.Usage;

public sealed class UsageCalendarTests
{
    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Vienna")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("America/Havana")]
    [InlineData("Africa/Cairo")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Pacific/Apia")]
    [InlineData("Australia/Lord_Howe")]
    public void Every_day_begins_where_the_one_before_ends(string zone)
    {
        var calendar = new UsageCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone));
        for (var day = new DateOnly(2010, 1, 1); day < new DateOnly(2012, 6, 1); day = day.AddDays(1))
        {
            // Samoa left out a whole day in 2011.
            if (zone == "Pacific/Apia" && day == new DateOnly(2011, 12, 30)) continue;
            var start = calendar.StartOf(day);
            Assert.Equal(day, calendar.DayOf(start));
            Assert.True(calendar.DayOf(start.AddMilliseconds(-1)) < day, $"{zone} {day}");
        }
    }
}
