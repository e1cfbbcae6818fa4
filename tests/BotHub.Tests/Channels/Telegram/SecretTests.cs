using BotHub.FakeTelegram;
using BotHub.Operations;
using BotHub.Tests.Operations;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>The token is part of every address that the hub calls, and nobody gets to see it.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task The_token_leaves_neither_in_logs_nor_in_traces()
    {
        await using var collector = await Collector.StartAsync();
        await using var hub = await TelegramHub.PrepareAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        hub.Telegram.Faults.Add(new Fault(FaultKind.Reset) { Method = "getMe" });
        hub.Telegram.Faults.Add(new Fault(FaultKind.BadGateway) { Method = "getUpdates" });
        var chat = hub.Chat();
        chat.SendFile(FakeFileKind.Document, "all is well"u8.ToArray(), "notes.txt", "text/plain", "read it");

        hub.Start();

        await chat.WaitForTextAsync("all is well", TimeSpan.FromSeconds(30));
        // The answer is there before its span has ended.
        await TelegramHub.UntilAsync(() => Received("traces").Contains("/bot***/sendMessage", StringComparison.Ordinal));
        var (secret, traces) = (hub.Bot.Token.Split(':')[1], Received("traces"));
        Assert.Contains("/file/bot***/documents", traces, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, traces, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, Received("logs"), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, Received("metrics"), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, hub.Hub.Logs.All, StringComparison.Ordinal);

        string Received(string signal)
        {
            var services = hub.Hub.Services;
            Assert.True(services.GetRequiredService<TracerProvider>().ForceFlush() && services.GetRequiredService<MeterProvider>().ForceFlush() && services.GetRequiredService<LoggerProvider>().ForceFlush());
            return string.Concat(collector.Received($"/v1/{signal}"));
        }
    }

    [Theory]
    [InlineData("https://api.telegram.org/bot123:AAx-y_z/sendMessage", "https://api.telegram.org/bot***/sendMessage")]
    [InlineData("https://api.telegram.org/file/bot123:AAx-y_z/documents/a.txt", "https://api.telegram.org/file/bot***/documents/a.txt")]
    [InlineData("http://localhost:8081/bot123%3AAAx/getMe", "http://localhost:8081/bot***/getMe")]
    [InlineData("https://example.com/bots/1:2/x", "https://example.com/bots/1:2/x")]
    public void Addresses_lose_the_token_and_nothing_else(string address, string hidden) => Assert.Equal(hidden, SecretPaths.Hide(address));
}
