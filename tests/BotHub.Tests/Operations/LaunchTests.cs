using System.Net;
using System.Net.Sockets;
using BotHub.Tests.Chaos;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Operations;

/// <summary>How the program ends when it cannot start: in words, the reason last, and without a crash.</summary>
public sealed class LaunchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_port_that_is_taken_is_the_last_thing_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await using var hub = new HubProcess(new Dictionary<string, string> { ["ASPNETCORE_URLS"] = address });
        using var deadline = new CancellationTokenSource(Patience);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => hub.StartAsync(deadline.Token));

        Assert.Contains("ended with 1 while it started", error.Message, StringComparison.Ordinal);
        await AssertToldInWordsAsync(hub, $"The hub does not start: Failed to bind to address {address}: address already in use.", deadline.Token);
    }

    [Fact]
    public async Task A_hub_that_is_asked_to_stop_while_it_starts_does_so()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) Assert.Skip("SIGTERM is Unix's.");
        // Nobody listens there, and the hub would wait for long.
        await using var hub = new HubProcess(new Dictionary<string, string> { ["ConnectionStrings__Redis"] = $"127.0.0.1:{Ports.Free()}", ["Storage__StartTimeout"] = "00:05:00" });
        using var deadline = new CancellationTokenSource(Patience);
        var start = hub.StartAsync(deadline.Token);
        await hub.UntilLoggedAsync("The store is not there yet", deadline.Token);

        await hub.SignalAsync("TERM");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => start);
        Assert.Contains("ended with 0 while it started", error.Message, StringComparison.Ordinal);
        await AssertToldInWordsAsync(hub, "The hub was asked to stop before it had started.", deadline.Token);
    }

    private static async Task AssertToldInWordsAsync(HubProcess hub, string last, CancellationToken deadline)
    {
        // Its last lines may still be on their way.
        await hub.ExitAsync(deadline);
        Assert.EndsWith(last, hub.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", hub.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(" fail: ", hub.Log, StringComparison.Ordinal);
    }
}
