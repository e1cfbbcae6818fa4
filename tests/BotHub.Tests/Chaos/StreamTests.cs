using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

/// <summary>The stream's contract over two replicas, with answers slow enough to be joined, left and stopped midway.</summary>
public sealed class StreamTests : ChaosTests
{
    [Fact]
    public async Task Whoever_joins_wherever_and_whenever_ends_with_the_same_text()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 100);
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        var first = await FollowAsync(conversation, () => hubs[0].Address);
        await conversation.PostAsync("m1", $"one {new string('a', 250)}.", Deadline);
        await first.UntilAsync(p => p.Answers.Any(a => a.Text.Length > 40), "the middle of the answer", Deadline);

        // Midway: with nothing seen, with everything seen, with an id from long ago.
        Follower[] joined =
        [
            await FollowAsync(conversation, () => hubs[1].Address),
            await FollowAsync(conversation, () => hubs[1].Address, after: 0),
            await FollowAsync(conversation, () => hubs[1].Address, after: 17),
        ];
        foreach (var late in joined) await late.UntilAsync(p => p.Snapshots == 1 && p.Answers.Any(), "a snapshot first", Deadline);
        await conversation.PostAsync("m2", "two.", Deadline);
        foreach (var follower in joined.Prepend(first)) await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true, Text: "two." } && !p.IsRunning, "both answers", Deadline);
        var page = await conversation.ReadAsync(Deadline);
        foreach (var follower in joined.Prepend(first)) ChatLoad.AssertShows(follower, page);
        Assert.Equal(0, first.Read(p => p.Snapshots));

        AssertQuiet(hubs);
    }

    [Fact]
    public async Task A_long_answer_outgrows_the_log_without_a_snapshot_for_those_who_are_there()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 1200, ("Channels__Web__FlushInterval", "00:00:00.005"));
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        var (here, there) = (await FollowAsync(conversation, () => hubs[0].Address), await FollowAsync(conversation, () => hubs[1].Address));
        var text = $"{new string('l', 10_000)}.";
        await conversation.PostAsync("m", text, Deadline);
        await here.UntilAsync(p => p.Events > 20, "some deltas", Deadline);
        var early = here.Read(p => p.LastId);
        foreach (var follower in new[] { here, there }) await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true } a && a.Text == text, "the whole answer", Deadline);
        Assert.True(here.Read(p => p.Events) > 270, $"{here.Read(p => p.Events)} events do not outgrow the log.");
        Assert.Equal((0, 0), (here.Read(p => p.Snapshots), there.Read(p => p.Snapshots)));

        // The log does not reach back to this id any more.
        var late = await FollowAsync(conversation, after: early);
        await late.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true } a && a.Text == text, "the whole answer", Deadline);
        Assert.Equal(1, late.Read(p => p.Snapshots));
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task Stop_from_the_other_replica_ends_the_answer_where_it_is()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 50);
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        Follower[] followers = [await FollowAsync(conversation, () => hubs[0].Address), await FollowAsync(conversation, () => hubs[1].Address)];
        for (var n = 0; n < 4; n++)
        {
            var count = n + 1;
            await conversation.PostAsync($"m{n}", new string('s', 2000), Deadline);
            await followers[0].UntilAsync(p => p.Answers.Count() == count && p.Answers.Last().Text.Length > 5, "the answer's beginning", Deadline);
            var length = followers[0].Read(p => p.Answers.Last().Text.Length);
            // One of the two is the replica that does not answer.
            await conversation.StopAsync(hubs[n % 2].Address, Deadline);
            foreach (var follower in followers) await follower.UntilAsync(p => p.Answers.Count() == count && p.Answers.Last().State == "stopped", "the answer stopped", Deadline);
            Assert.InRange(followers[0].Read(p => p.Answers.Last().Text.Length), length, 1500);
        }

        var page = await conversation.ReadAsync(Deadline);
        foreach (var follower in followers) ChatLoad.AssertShows(follower, page);
        Assert.All(page.Messages.Where(m => m.IsAnswer), a => Assert.Equal("stopped", a.State));
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task Fifty_messages_in_a_row_are_answered_in_their_order()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 0, ("Storage__MailboxLimit", "50"));
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        var follower = await FollowAsync(conversation);
        for (var i = 0; i < 50; i++) await conversation.PostAsync($"m{i}", $"message {i}", Deadline);
        await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true, Text: "message 49" }, "the last answer", Deadline);
        var page = await conversation.ReadAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, 50).SelectMany(i => new[] { $"message {i}", $"message {i}" }), page.Messages.Select(m => m.Text));
        ChatLoad.AssertShows(follower, page);
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task A_burst_within_the_debounce_gets_one_answer()
    {
        var hubs = await StartHubsAsync(1, redis: null, speed: 0, ("Pipeline__Debounce", "00:00:02"));
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        var follower = await FollowAsync(conversation);
        for (var i = 0; i < 3; i++) await conversation.PostAsync($"m{i}", $"part {i}", Deadline);
        await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true, Text: "part 2" }, "the one answer", Deadline);
        var page = await conversation.ReadAsync(Deadline);
        Assert.Equal(["part 0", "part 1", "part 2", "part 2"], page.Messages.Select(m => m.Text));
        Assert.Single(page.Messages.Select(m => m.Turn).Distinct());
        ChatLoad.AssertShows(follower, page);
        AssertQuiet(hubs);
    }
}
