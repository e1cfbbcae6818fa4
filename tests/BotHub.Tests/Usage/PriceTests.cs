using System.Numerics;
using BotHub.Core.Usage;

namespace BotHub.Tests.Usage;

public sealed class PriceTests
{
    [Fact]
    public void Ten_thousand_random_calls_cost_what_exact_fractions_say_and_their_sum_to_half_a_billionth_each()
    {
        var random = new Random(20261128);
        var (sum, exact) = (0L, new Fraction(0, 1));
        for (var i = 0; i < 10_000; i++)
        {
            decimal Next(int digits) => Math.Round((decimal)random.NextDouble() * (decimal)Math.Pow(10, random.Next(-3, 5)), digits);
            var price = new Price(Next(random.Next(0, 7)), Next(3), Next(4), Next(4), Next(4), Next(4));
            var prompt = random.Next(0, 2_000_000);
            var use = new Consumption(prompt, random.Next(0, prompt + 1), random.Next(0, 200_000), TimeSpan.FromMilliseconds(random.Next(0, 3_600_000)), random.Next(0, 5), TimeSpan.FromMilliseconds(random.Next(0, 600_000)));
            var whole = Fraction.Of(price.Prompt) * (prompt - use.CachedTokens) * 1000
                + (Fraction.Of(price.CachedPrompt) * use.CachedTokens * 1000)
                + (Fraction.Of(price.Completion) * use.CompletionTokens * 1000)
                + (Fraction.Of(price.Image) * use.Images * 1_000_000_000)
                + (Fraction.Of(price.AudioMinute) * (long)use.Audio.TotalMilliseconds * 1_000_000_000 / 60_000)
                + (Fraction.Of(price.GpuHour) * (long)use.Duration.TotalMilliseconds * 1_000_000_000 / 3_600_000);
            var nanos = price.Of(use);
            Assert.Equal(whole.Rounded(), nanos);
            sum += nanos;
            exact += whole;
        }

        Assert.InRange(Math.Abs((double)(sum - exact.Rounded())), 0, 5_000);
    }

    [Theory]
    [InlineData(1_000_000, 0, 0, "2.5", "1.25", "10", 2_500_000_000)]
    [InlineData(1_000_000, 1_000_000, 1_000_000, "2.5", "1.25", "10", 11_250_000_000)]
    [InlineData(1, 0, 0, "0.0005", "0", "0", 1)]
    [InlineData(1, 0, 0, "0.0004", "0", "0", 0)]
    [InlineData(10, 99, 0, "1", "0.5", "0", 5_000)]
    public void A_price_is_for_a_million_tokens_and_cached_ones_are_part_of_the_prompt(long prompt, long cached, long completion, string price, string cachedPrice, string completionPrice, long nanos) =>
        Assert.Equal(nanos, new Price(decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture), decimal.Parse(cachedPrice, System.Globalization.CultureInfo.InvariantCulture), decimal.Parse(completionPrice, System.Globalization.CultureInfo.InvariantCulture)).Of(new Consumption(prompt, cached, completion, TimeSpan.FromHours(1))));

    [Fact]
    public void An_hour_on_a_GPU_of_ones_own_costs_its_price() =>
        Assert.Equal(1_800_000_000, new Price(0, 0, 0, GpuHour: 1.8m).Of(new Consumption(5, 0, 5, TimeSpan.FromHours(1))));

    private readonly record struct Fraction(BigInteger Top, BigInteger Bottom)
    {
        public static Fraction Of(decimal value)
        {
            var bits = decimal.GetBits(value);
            var top = (new BigInteger((uint)bits[2]) << 64) + (new BigInteger((uint)bits[1]) << 32) + (uint)bits[0];
            return new Fraction(top, BigInteger.Pow(10, (bits[3] >> 16) & 0xFF));
        }

        public static Fraction operator *(Fraction a, long b) => a with { Top = a.Top * b };

        public static Fraction operator /(Fraction a, long b) => a with { Bottom = a.Bottom * b };

        public static Fraction operator +(Fraction a, Fraction b)
        {
            var (top, bottom) = ((a.Top * b.Bottom) + (b.Top * a.Bottom), a.Bottom * b.Bottom);
            var common = BigInteger.GreatestCommonDivisor(top, bottom);
            return common.IsZero ? new(0, 1) : new(top / common, bottom / common);
        }

        public long Rounded() => (long)(((Top * 2) + Bottom) / (Bottom * 2));
    }
}
