using BotHub.Core.Usage;
using BotHub.Tests.Hosting;
using BotHub.Tests.Models.Routing;
using BotHub.Usage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Usage;

public sealed class UsageOptionsTests
{
    [Fact]
    public void Prices_are_exact_and_a_cached_prompt_costs_the_same_unless_it_is_said_otherwise()
    {
        var options = Prices(("Prices:a:Prompt", "0.1"), ("Prices:a:Completion", "0.30000001"), ("Prices:b:GpuHour", "1.8"));
        Assert.Empty(options.Errors);
        Assert.Equal(new Price(0.1m, 0.1m, 0.30000001m), options.Prices["A"]);
        Assert.Equal(new Price(0, 0, 0, GpuHour: 1.8m), options.Prices["b"]);
    }

    [Fact]
    public void All_that_is_wrong_with_prices_is_told_at_once()
    {
        var errors = Prices(("Prices:a:Prompt", "-1"), ("Prices:a:Completion", "1,5"), ("Prices:a:Promt", "1"), ("Prices:b", "3"), ("Prices:c:GpuHour", "10001")).Errors;
        Assert.Equal(5, errors.Count);
        Assert.Contains("Prices:a:Prompt = '-1' must be a number from 0 to 10000.", errors);
        Assert.Contains(errors, e => e.StartsWith("Prices:a:Promt is not known", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("Prices:b = '3' is no price", StringComparison.Ordinal));
    }

    [Fact]
    public void A_budget_is_what_its_section_says()
    {
        var options = Budgets(
            ("Budgets:Exempt", "telegram:1, web:boss"), ("Budgets:talk:Messages", "25"), ("Budgets:talk:Per", "03:00:00"), ("Budgets:talk:Match:0", "telegram:*"),
            ("Budgets:cloud:Scope", "model"), ("Budgets:cloud:Money", "50.5"), ("Budgets:cloud:WarnAt", "0"), ("Budgets:cloud:Degrade:Model", "small"));
        Assert.Empty(options.Errors);
        Assert.Equal(["telegram:1", "web:boss"], options.Exempt.Order());
        var (cloud, talk) = (options.Budgets.Single(b => b.Name == "cloud"), options.Budgets.Single(b => b.Name == "talk"));
        Assert.Equal((UsageScope.User, BudgetMeasure.Messages, 25L, BudgetPeriod.Window, TimeSpan.FromHours(3), 0.8), (talk.Scope, talk.Measure, talk.Limit, talk.Period, talk.Window, talk.WarnAt));
        Assert.Equal((UsageScope.Model, BudgetMeasure.Money, 50_500_000_000, BudgetPeriod.Month, null, new BudgetDegrade(0.9, "small")), (cloud.Scope, cloud.Measure, cloud.Limit, cloud.Period, cloud.WarnAt, cloud.Degrade));
        Assert.True(talk.Matches("telegram:5") && !talk.Matches("web:5") && cloud.Matches("anything"));
    }

    [Theory]
    [InlineData("Money", "5", "Messages", "5", "only one of the three")]
    [InlineData("Per", "Day", "WarnAt", "0.5", "only one of the three")]
    [InlineData("Messages", "0", "Per", "Day", "must be a whole number")]
    [InlineData("Messages", "5", "Per", "Fortnight", "is no period")]
    [InlineData("Messages", "5", "Per", "30.00:00:00", "is no period")]
    [InlineData("Messages", "5", "Scope", "Planet", "is not known; use User, Group, Channel, Tenant, Model")]
    [InlineData("Messages", "5", "WarnAt", "80", "must be a number from 0 to 1")]
    [InlineData("Messages", "5", "Degrade:At", "0.5", "Degrade:Model = '' is missing")]
    [InlineData("Messages", "5", "Limit", "5", "is not known")]
    public void A_wrong_budget_is_told_with_the_fix(string key, string value, string other, string otherValue, string error) =>
        Assert.Contains(error, string.Join('\n', Budgets(($"Budgets:b:{key}", value), ($"Budgets:b:{other}", otherValue)).Errors), StringComparison.Ordinal);

    [Fact]
    public void Nobody_is_exempt_by_half_a_name() => Assert.Contains("is nobody", Assert.Single(Budgets(("Budgets:Exempt", "12345")).Errors), StringComparison.Ordinal);

    [Fact]
    public void A_short_key_is_refused_and_never_repeated()
    {
        var result = new UsageOptionsValidator().Validate(null, new UsageOptions { ApiKey = "hunter2", Currency = "", TimeZone = "Mars/Olympus", Keep = TimeSpan.FromDays(1), Wait = TimeSpan.FromHours(1) });
        Assert.Equal(5, result.Failures!.Count());
        Assert.DoesNotContain("hunter2", string.Join('\n', result.Failures!), StringComparison.Ordinal);
        Assert.True(new UsageOptionsValidator().Validate(null, new UsageOptions()).Succeeded);
    }

    [Fact]
    public async Task Prices_and_budgets_of_models_that_are_not_there_stop_the_start()
    {
        var settings = UsageSettings.Off with
        {
            Prices = Prices(("Prices:gpt:Prompt", "1"), ("Prices:fake:Prompt", "1")).Prices,
            Budgets = Budgets(("Budgets:b:Messages", "5"), ("Budgets:b:Degrade:Model", "nano"), ("Budgets:m:Scope", "Model"), ("Budgets:m:Money", "1"), ("Budgets:m:Match", "fake,ghost,any*")).Budgets,
        };
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => new NamesCheck(settings, new FakeModel()).StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["Budgets:b:Degrade:Model is for the model 'nano'", "Budgets:m:Match is for the model 'ghost'", "Prices:gpt is for the model 'gpt'"], error.Failures.Select(f => f[..f.IndexOf(',')]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_limit_of_cost_without_prices_or_books_stops_the_start()
    {
        var models = new ScriptedModels(new ScriptedModel("local", inHouse: true), new ScriptedModel("fake"));
        models.Chain = models.Chain with { CostPerDay = 2m };
        foreach (var (settings, part) in new[]
        {
            (UsageSettings.Off with { Enabled = true }, "CostPerDay does not limit the model 'fake', which has no price: set Prices:fake:Prompt"),
            (UsageSettings.Off, "CostPerDay limits nothing while Usage:Enabled is false"),
        })
        {
            var error = await Assert.ThrowsAsync<OptionsValidationException>(() => new NamesCheck(settings, models).StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains(part, Assert.Single(error.Failures), StringComparison.Ordinal);
        }

        var priced = UsageSettings.Off with { Enabled = true, Prices = Prices(("Prices:fake:Prompt", "1")).Prices };
        await new NamesCheck(priced, models).StartAsync(TestContext.Current.CancellationToken);
    }

    private static PricesOptions Prices(params (string Key, string Value)[] settings)
    {
        var options = new PricesOptions();
        options.Read(Configuration(settings).GetSection(PricesOptions.Section));
        return options;
    }

    private static BudgetsOptions Budgets(params (string Key, string Value)[] settings)
    {
        var options = new BudgetsOptions();
        options.Read(Configuration(settings).GetSection(BudgetsOptions.Section));
        return options;
    }

    private static IConfigurationRoot Configuration((string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
