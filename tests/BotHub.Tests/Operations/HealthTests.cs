using BotHub.Core.Conversations;
using BotHub.Operations;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Operations;

public sealed class HealthTests
{
    [Fact]
    public async Task A_hub_whose_store_and_model_are_there_is_ready()
    {
        await using var host = await OperationsHost.StartAsync();

        var (status, body) = await host.GetAsync("/health/ready");

        Assert.Equal(200, status);
        Assert.True(body.GetProperty("ready").GetBoolean());
        Assert.All(body.GetProperty("checks").EnumerateObject(), check => Assert.Equal("ok", check.Value.GetString()));
    }

    [Fact]
    public async Task Without_its_store_it_is_alive_but_not_ready_and_names_the_check()
    {
        var clock = new FakeTimeProvider();
        await using var host = await OperationsHost.StartAsync(clock: clock);
        host.Store.Status = () => throw new StoreUnavailableException("secret-host:6379 refused");
        clock.Advance(TimeSpan.FromSeconds(1));

        var (status, body) = await host.GetAsync("/health/ready");

        Assert.Equal(503, status);
        Assert.False(body.GetProperty("ready").GetBoolean());
        Assert.Equal("unavailable", body.GetProperty("checks").GetProperty("store").GetString());
        Assert.Equal("ok", body.GetProperty("checks").GetProperty("model").GetString());
        Assert.Equal("live", await host.Client.GetStringAsync("/health/live"));
    }

    [Fact]
    public async Task A_store_that_hangs_is_given_up_after_two_seconds()
    {
        var clock = new FakeTimeProvider();
        var probe = new StoreProbe(new FakeStore { Status = () => new TaskCompletionSource<StoreStatus>().Task }, clock);

        var reading = probe.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(reading.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(new StoreReading(null, "no answer within 2 s"), await reading);
    }

    [Fact]
    public async Task Without_any_model_it_is_not_ready()
    {
        await using var host = await OperationsHost.StartAsync();
        host.Models.All = [];

        var (status, body) = await host.GetAsync("/health/ready");

        Assert.Equal(503, status);
        Assert.Equal("none is loaded", body.GetProperty("checks").GetProperty("model").GetString());
    }

    [Fact]
    public async Task While_it_drains_it_is_not_ready()
    {
        await using var host = await OperationsHost.StartAsync();
        await host.DrainAsync();

        var (status, body) = await host.GetAsync("/health/ready");

        Assert.Equal(503, status);
        Assert.Equal("draining", body.GetProperty("checks").GetProperty("pipeline").GetString());
    }

    [Fact]
    public async Task Many_askers_cost_the_store_one_reading_a_second()
    {
        var clock = new FakeTimeProvider();
        await using var host = await OperationsHost.StartAsync(clock: clock);
        clock.Advance(TimeSpan.FromSeconds(1));
        var before = host.Store.Reads;

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => host.Client.GetStringAsync(i % 2 == 0 ? "/status" : "/health/ready")));
        Assert.Equal(before + 1, host.Store.Reads);

        clock.Advance(TimeSpan.FromSeconds(1));
        await host.Client.GetStringAsync("/status");
        Assert.Equal(before + 2, host.Store.Reads);
    }
}
