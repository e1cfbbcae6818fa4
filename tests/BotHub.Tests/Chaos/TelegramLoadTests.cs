using System.Diagnostics;
using BotHub.FakeTelegram;

namespace BotHub.Tests.Chaos;

/// <summary>Many chats at once against a Telegram that counts every call and bans whoever ignores it.</summary>
public sealed class TelegramLoadTests : ChaosTests
{
    protected override TimeSpan Patience => TimeSpan.FromSeconds(240);

    [Fact]
    public async Task Two_hundred_chats_of_twenty_messages_are_answered_in_order_without_a_ban_a_loss_or_a_repetition()
    {
        const int Messages = 20;
        await using var world = await TelegramWorld.StartAsync();
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, 0, [.. world.Settings, ("Pipeline__Lease", "00:00:10")]);
        var chats = world.PrivateChats(200);
        var start = Stopwatch.GetTimestamp();
        for (var n = 0; n < Messages; n++)
        {
            foreach (var chat in chats) TelegramWorld.Say(chat, n);
            await Task.Delay(50, Deadline);
        }

        await TelegramWorld.AllAnsweredAsync(chats, Messages, Patience);
        var calls = world.Server.Calls.Counts;
        Tell($"{chats.Count * Messages} messages in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s; {world.Server.Flood.Refusals.Count} refusals; {string.Join(", ", calls.OrderByDescending(c => c.Value).Select(c => $"{c.Key} {c.Value}"))}");
        Assert.Equal(0, TelegramWorld.Check(chats, Messages));
        Assert.Empty(world.Server.Flood.Bans);
        Assert.Empty(world.Server.Flood.Violations);
        AssertQuiet(hubs);
    }

    [Fact]
    public async Task While_one_of_two_hubs_dies_again_and_again_nothing_is_lost_or_reordered_and_repetitions_are_those_in_doubt()
    {
        await using var world = await TelegramWorld.StartAsync();
        var redis = await StartRedisAsync();
        var hubs = await StartHubsAsync(2, redis, 200, world.Settings);
        var (people, groups) = (world.PrivateChats(60), world.Groups(15));
        List<FakeChat> all = [.. people, .. groups];
        var monkey = new Monkey(hubs, new Random(Seed));
        var chaos = monkey.RunAsync((2000, 2000), TimeSpan.FromSeconds(20), Deadline);
        var messages = 0;
        while (!chaos.IsCompleted)
        {
            foreach (var chat in all) TelegramWorld.Say(chat, messages);
            messages++;
            await Task.Delay(1000, Deadline);
        }

        await chaos;
        await TelegramWorld.AllAnsweredAsync(all, messages, Patience);
        // Who waits in the last chat may see a repetition of the one before still; what is in doubt is settled when the outboxes are empty.
        var (twice, edited) = (TelegramWorld.Check(people, messages), TelegramWorld.Check(groups, messages));
        var unknown = await hubs[0].StoreFigureAsync("unknownSends", Deadline);
        Tell($"{monkey.Kills} kills, {all.Count * messages} messages: {twice} answers twice in private chats, {edited} in groups; {unknown} sends in doubt; {world.Server.Flood.Refusals.Count} refusals");
        Assert.Equal(0, edited);
        Assert.InRange(twice, 0, unknown);
        Assert.Empty(world.Server.Flood.Bans);
    }
}
