namespace BotHub.Tests.Chaos;

public sealed class CrashTests : ChaosTests
{
    [Fact]
    public async Task Three_hubs_on_one_Redis_lose_nothing_and_answer_nothing_twice_while_they_are_killed()
    {
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(3, redis, speed: 250);
        await TalkWhileAsync(hubs, conversations: 24, monkey => monkey.RunAsync((700, 1000), TimeSpan.FromSeconds(14), Deadline));
    }

    [Fact]
    public async Task One_hub_with_the_embedded_store_loses_nothing_when_it_is_killed_and_started_again()
    {
        var hubs = await StartHubsAsync(1, redis: null, speed: 250);
        await TalkWhileAsync(hubs, conversations: 12, monkey => monkey.RunAsync((1200, 2200), TimeSpan.FromSeconds(12), Deadline));
    }

    [Fact]
    public async Task A_message_whose_hub_dies_every_time_is_given_up_and_its_sender_is_told()
    {
        var hubs = await StartHubsAsync(1, redis: null, speed: 20, ("Pipeline__MaxTries", "2"));
        using var client = ClientOf(hubs);
        var conversation = await client.OpenAsync(Deadline);
        var follower = await FollowAsync(conversation);
        await conversation.PostAsync("poison", new string('p', 5_000), Deadline);
        await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: false, Text.Length: > 0 }, "the answer's beginning", Deadline);
        var snapshots = follower.Read(p => p.Snapshots);
        await DieAsync(hubs[0]);
        // All its texts look alike: only what comes behind a snapshot was surely said by the new process.
        await follower.UntilAsync(p => p.Snapshots > snapshots, "a snapshot", Deadline);
        var said = follower.Read(p => p.Answers.LastOrDefault()?.Text.Length ?? 0);
        await follower.UntilAsync(p => p.Answers.LastOrDefault()?.Text.Length > said, "the answer begun anew", Deadline);
        await DieAsync(hubs[0]);
        await follower.UntilAsync(p => p.Answers.LastOrDefault() is { State: "failed" }, "an apology", Deadline);
        await conversation.PostAsync("next", "still there?", Deadline);
        await follower.UntilAsync(p => p.Answers.LastOrDefault() is { IsFinal: true, Text: "still there?" }, "the next answer", Deadline);
        ChatLoad.AssertShows(follower, await conversation.ReadAsync(Deadline));
        // The status may be a reading of a moment ago.
        while (await hubs[0].StoreFigureAsync("deadLetters", Deadline) is var letters and not 1)
        {
            Assert.Equal(0, letters);
            await Task.Delay(100, Deadline);
        }

        AssertQuiet(hubs);
    }

    private async Task DieAsync(HubProcess hub)
    {
        await hub.KillAsync();
        await hub.StartAsync(Deadline);
    }

    private async Task TalkWhileAsync(List<HubProcess> hubs, int conversations, Func<Monkey, Task> storm)
    {
        using var client = ClientOf(hubs);
        List<ChatLoad> loads = [];
        for (var i = 0; i < conversations; i++)
        {
            var conversation = await client.OpenAsync(Deadline);
            loads.Add(new ChatLoad(conversation, await FollowAsync(conversation, restless: 25), i));
        }

        using var enough = new CancellationTokenSource();
        var monkey = new Monkey(hubs, new Random(Seed));
        var talks = loads.ConvertAll(l => l.RunAsync(60, 300, enough.Token, Deadline));
        await storm(monkey);
        await enough.CancelAsync();
        await Task.WhenAll(talks);

        foreach (var load in loads) await load.AssertAllAnsweredOnceAsync(Deadline);
        AssertQuiet(hubs);
        Tell($"{monkey.Kills} kills, {loads.Sum(l => l.Acknowledged)} messages in {conversations} conversations, {loads.Sum(l => l.Follower.Read(p => p.Events))} events over {loads.Sum(l => l.Follower.Connections)} connections, "
            + $"{loads.Sum(l => l.Follower.Read(p => p.Snapshots))} snapshots of which {loads.Sum(l => l.Follower.Read(p => p.Voided))} took a started answer back, {client.Broken} calls repeated.");
    }
}
