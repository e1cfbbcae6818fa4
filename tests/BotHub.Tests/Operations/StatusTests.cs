using BotHub.Core.Conversations;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Operations;

public sealed class StatusTests
{
    [Fact]
    public async Task The_status_tells_of_store_models_channels_and_load()
    {
        await using var host = await OperationsHost.StartAsync();

        var (code, status) = await host.GetAsync("/status");

        Assert.Equal(200, code);
        Assert.StartsWith("0.1.0", status.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(status.GetProperty("node").GetString()!);
        var store = status.GetProperty("store");
        Assert.Equal("garnet", store.GetProperty("kind").GetString());
        Assert.True(store.GetProperty("durable").GetBoolean());
        Assert.Equal(2, store.GetProperty("due").GetInt64());
        Assert.Equal(1.5, store.GetProperty("oldestDueSeconds").GetDouble());
        Assert.Equal(1, store.GetProperty("deadLetters").GetInt64());
        Assert.Equal(0.25, store.GetProperty("roundTripMilliseconds").GetDouble());
        Assert.Equal("local", status.GetProperty("models").GetProperty("default").GetString());
        Assert.Equal(4096, status.GetProperty("models").GetProperty("all")[0].GetProperty("context").GetInt32());
        Assert.Equal("on", status.GetProperty("channels")[0].GetProperty("state").GetString());
        Assert.False(status.GetProperty("pipeline").GetProperty("draining").GetBoolean());
        Assert.Equal(64, status.GetProperty("pipeline").GetProperty("limits").GetProperty("concurrentTurns").GetInt32());
        Assert.False(status.TryGetProperty("notice", out _));
    }

    [Fact]
    public async Task Without_the_store_it_is_503_with_what_is_known_and_no_address()
    {
        var clock = new FakeTimeProvider();
        await using var host = await OperationsHost.StartAsync(clock: clock);
        host.Store.Status = () => throw new StoreUnavailableException("secret-host:6379 refused");
        clock.Advance(TimeSpan.FromSeconds(1));

        var (code, status) = await host.GetAsync("/status");

        Assert.Equal(503, code);
        Assert.False(status.GetProperty("store").GetProperty("available").GetBoolean());
        Assert.Equal("unavailable", status.GetProperty("store").GetProperty("problem").GetString());
        Assert.Equal("local", status.GetProperty("models").GetProperty("default").GetString());
        Assert.DoesNotContain("secret-host", status.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_notice_that_no_language_model_is_loaded_is_told()
    {
        await using var host = await OperationsHost.StartAsync();
        host.Models.All = [host.Models.All[0] with { Notice = "No language model is loaded." }];

        var (_, status) = await host.GetAsync("/status");

        Assert.Equal("No language model is loaded.", status.GetProperty("notice").GetString());
    }

    [Fact]
    public async Task A_channel_that_is_switched_off_is_shown_as_off()
    {
        await using var host = await OperationsHost.StartAsync(new() { ["Channels:Web:Enabled"] = "false" });

        var (_, status) = await host.GetAsync("/status");

        Assert.Equal("off", status.GetProperty("channels")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_start_says_where_the_page_is_and_what_answers()
    {
        await using var host = await OperationsHost.StartAsync();

        Assert.Contains($"Chat page: {host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)} ", host.Logs.All, StringComparison.Ordinal);
        Assert.Contains("Information BotHub.Operations.StartBanner Store: garnet 7.4.3, durable", host.Logs.All, StringComparison.Ordinal);
        Assert.Contains("Model: local, A model for tests, context 4096 tokens", host.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", host.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_request_is_not_logged()
    {
        await using var host = await OperationsHost.StartAsync();
        var before = host.Logs.All;

        await host.Client.GetStringAsync("/status");

        Assert.Equal(before, host.Logs.All);
    }
}
