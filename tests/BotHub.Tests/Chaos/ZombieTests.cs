using BotHub.Tests.Client;

namespace BotHub.Tests.Chaos;

public sealed class ZombieTests : ChaosTests
{
    [Fact]
    public async Task A_hub_that_was_paused_beyond_its_leases_writes_nothing_when_it_wakes_up()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, speed: 100);
        var (paused, other) = (hubs[0], hubs[1]);
        using var client = ClientOf([paused]);
        using var elsewhere = ClientOf([other]);
        List<(HubConversation Conversation, Follower There, Follower Here, string Text)> talks = [];
        for (var i = 0; i < 8; i++)
        {
            // The hub that accepts a message answers it: all of these run on the one that is paused.
            var conversation = await client.OpenAsync(Deadline);
            var (here, there) = (await FollowAsync(conversation), await FollowAsync(conversation, () => other.Address));
            var text = $"m{i} {new string('z', 200)}.";
            await conversation.PostAsync($"m{i}", text, Deadline);
            talks.Add((conversation, there, here, text));
        }

        foreach (var (_, there, _, _) in talks) await there.UntilAsync(p => p.Answers.Any(a => a.Text.Length > 0), "the answer's beginning", Deadline);
        await paused.SignalAsync("STOP");
        foreach (var (_, there, _, text) in talks)
            await there.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true } a && a.Text == text, "the whole answer of the other hub", Deadline);
        var before = await Task.WhenAll(talks.Select(t => t.Conversation.ReadAsync(Deadline, other.Address)));
        var voided = talks.Sum(t => t.There.Read(p => p.Voided));
        await paused.SignalAsync("CONT");

        // The woken hub shows what the other one has answered, and takes part again.
        foreach (var (i, (conversation, there, here, text)) in talks.Index())
        {
            await here.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true } a && a.Text == text, "the whole answer on the woken hub", Deadline);
            ChatLoad.AssertShows(here, before[i]);
            await conversation.PostAsync("next", "still there?", Deadline);
            foreach (var follower in new[] { here, there }) await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true, Text: "still there?" }, "the next answer", Deadline);
            var after = await conversation.ReadAsync(Deadline, other.Address);
            Assert.Equal(before[i].Messages, after.Messages.Take(2));
            Assert.Equal(4, after.Messages.Count);
            foreach (var follower in new[] { here, there }) ChatLoad.AssertShows(follower, after);
        }

        AssertQuiet(hubs);
        Assert.True(voided > 0, "No answer was running on the paused hub: the test has shown nothing.");
        Tell($"{voided} of {talks.Count} answers were taken over from the paused hub.");
    }
}
