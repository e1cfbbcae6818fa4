using System.Globalization;

namespace BotHub.Benchmarks;

/// <summary>What one round of the benchmark <c>telegram</c> measured.</summary>
/// <param name="Rate">Updates a second.</param>
/// <param name="P50">Milliseconds from an update's sending to its answer, as the next.</param>
/// <param name="BotCpu">Microseconds an update, as the two behind it.</param>
/// <param name="DriverCpu">Of the people and the fake Telegram: the same for all bots, and no bot's fault.</param>
/// <param name="Foreign">Cores that other processes kept busy meanwhile.</param>
internal sealed record TelegramRound(double Rate, double P50, double P99, double BotCpu, double RedisCpu, double DriverCpu, double Megabytes, double? Foreign)
{
    /// <summary>Cores: a round beside more than that says little.</summary>
    private const double Quiet = 0.3;

    public const string Head = "round bot       updates/s   p50 ms   p99 ms   bot us  redis us  driver us  bot MB  foreign cores";

    public string Line(int round, string name) => string.Create(
        CultureInfo.InvariantCulture,
        $"{round,5} {name,-8} {Rate,10:0} {P50,8:0.00} {P99,8:0.00} {BotCpu,8:0.0} {RedisCpu,9:0.0} {DriverCpu,10:0.0} {Megabytes,7:0} {Foreign,14:0.00}{(Foreign > Quiet ? "  noisy: not to be quoted" : "")}");

    public static void Summarize(string name, IReadOnlyList<TelegramRound> rounds) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {Median(rounds, r => r.Rate):0} updates/s, p50 {Median(rounds, r => r.P50):0.00} ms, p99 {Median(rounds, r => r.P99):0.00} ms; an update costs the bot {Median(rounds, r => r.BotCpu):0} us, redis-server {Median(rounds, r => r.RedisCpu):0} us, the driver {Median(rounds, r => r.DriverCpu):0} us (medians of {rounds.Count}, {rounds.Count(r => r.Foreign > Quiet)} of them noisy)"));

    public static void Compare(string name, IReadOnlyList<TelegramRound> ours, string other, IReadOnlyList<TelegramRound> theirs)
    {
        var ratios = ours.Zip(theirs, (a, b) => a.Rate / b.Rate).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} does {Median(ours, r => r.Rate) / Median(theirs, r => r.Rate):0.00} times {other}'s updates a second (ratio of medians; the pairs: {ratios[0]:0.00} to {ratios[^1]:0.00}), with {Median(ours, r => r.P99) / Median(theirs, r => r.P99):0.00} of its p99"));
    }

    private static double Median(IReadOnlyList<TelegramRound> rounds, Func<TelegramRound, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
