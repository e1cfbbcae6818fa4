using BotHub.Core.Delivery;

namespace BotHub.Tests.Storage;

public abstract class ChatMoveTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    private readonly string _bot = $"test:{Guid.NewGuid():N}";

    private IChatMoves Moves => Fixture.Node.Get<IChatMoves>();

    [Fact]
    public async Task A_chat_that_never_moved_is_itself() =>
        Assert.Equal(new ChatMove("-1", "-1"), await Moves.FindAsync(_bot, "-1", Cancel));

    [Fact]
    public async Task A_chat_keeps_its_first_name_however_often_it_moves_and_all_nodes_know()
    {
        await Moves.RecordAsync(_bot, "-1", "-1001", Cancel);
        await Moves.RecordAsync(_bot, "-1", "-1001", Cancel);
        Assert.Equal(new ChatMove("-1", "-1001"), await Moves.FindAsync(_bot, "-1", Cancel));
        Assert.Equal(new ChatMove("-1", "-1001"), await Moves.FindAsync(_bot, "-1001", Cancel));
        await Moves.RecordAsync(_bot, "-1001", "-1002", Cancel);
        await using var other = await Fixture.StartAnotherAsync();
        foreach (var chat in new[] { "-1", "-1001", "-1002" })
            Assert.Equal(new ChatMove("-1", "-1002"), await other.Get<IChatMoves>().FindAsync(_bot, chat, Cancel));
        Assert.Equal(new ChatMove("-1", "-1"), await Moves.FindAsync(_bot + "x", "-1", Cancel));
    }
}

public sealed class GarnetChatMoveTests(GarnetFixture fixture) : ChatMoveTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisChatMoveTests(RedisFixture fixture) : ChatMoveTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
