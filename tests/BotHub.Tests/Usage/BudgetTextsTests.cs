using BotHub.Core.Usage;

namespace BotHub.Tests.Usage;

public sealed class BudgetTextsTests
{
    [Theory]
    [InlineData(0, "a minute")]
    [InlineData(61, "2 minutes")]
    [InlineData(3599, "1 hour")]
    [InlineData(3601, "1 hour and 1 minute")]
    [InlineData(86_399, "1 day")]
    [InlineData(100_000, "1 day and 4 hours")]
    [InlineData(2_592_000, "30 days")]
    public void Times_are_told_in_plain_words(int seconds, string words) => Assert.Equal(words, BudgetTexts.In(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0.00 EUR")]
    [InlineData(1_500_000_000, "1.50 EUR")]
    [InlineData(12_345_678_901_234, "12,345.68 EUR")]
    [InlineData(1_234_000, "0.001234 EUR")]
    [InlineData(500_000_000, "0.50 EUR")]
    public void Small_sums_show_what_they_are(long nanos, string text) => Assert.Equal(text, BudgetTexts.Money(UsageSettings.Off, nanos));
}
