using System.Net;
using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

public sealed class OutageTests : ChaosTests
{
    [Fact]
    public async Task While_the_store_is_away_hubs_say_so_and_afterwards_everything_acknowledged_is_answered()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 250);
        using var client = ClientOf(hubs);
        List<ChatLoad> loads = [];
        for (var i = 0; i < 12; i++)
        {
            var conversation = await client.OpenAsync(Deadline);
            loads.Add(new ChatLoad(conversation, await FollowAsync(conversation), i));
        }

        var witness = await client.OpenAsync(Deadline);
        using var enough = new CancellationTokenSource();
        var talks = loads.ConvertAll(l => l.RunAsync(60, 300, enough.Token, Deadline));
        await loads[0].Follower.UntilAsync(p => p.Answers.Any(), "a first answer", Deadline);
        for (var outage = 0; outage < 2; outage++)
        {
            await redis.KillAsync();
            // The first time it stays away until all calls have been refused; the second time it is back at once.
            if (outage == 0) await Task.WhenAll(hubs.Select(hub => AssertAwayAsync(client, hub, witness)));
            await redis.StartAsync(Deadline);
            foreach (var load in loads)
            {
                var seen = load.Acknowledged;
                await load.Follower.UntilAsync(p => p.Answers.Any(a => a.IsFinal) && load.Acknowledged > seen, "another answer after the outage", Deadline);
            }
        }

        await enough.CancelAsync();
        await Task.WhenAll(talks);
        foreach (var load in loads) await load.AssertAllAnsweredOnceAsync(Deadline);
        AssertQuiet(hubs);
        Tell($"2 outages, {loads.Sum(l => l.Acknowledged)} messages, {client.Refused} calls refused with Retry-After, {loads.Sum(l => l.Follower.Read(p => p.Snapshots))} snapshots.");
    }

    private Task AssertAwayAsync(HubClient client, HubProcess hub, HubConversation witness) => Task.WhenAll(
        AssertRefusedAsync(client, hub, witness, HttpMethod.Post, "messages", new { id = "w", text = "anybody there?" }),
        AssertRefusedAsync(client, hub, witness, HttpMethod.Get, "messages", null),
        AssertRefusedAsync(client, hub, witness, HttpMethod.Get, "events", null),
        AssertRefusedAsync(client, hub, witness, HttpMethod.Post, "stop", null));

    private async Task AssertRefusedAsync(HubClient client, HubProcess hub, HubConversation witness, HttpMethod method, string call, object? body)
    {
        using var response = await client.SendAsync(hub.Address, method, $"api/chat/conversations/{witness.Id}/{call}", witness.Token, body, HttpCompletionOption.ResponseHeadersRead, Deadline);
        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{method} {call} was answered {(int)response.StatusCode} without a store.");
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{method} {call} was refused without a Retry-After.");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
