using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

/// <summary>What every test over a store needs.</summary>
public abstract class StoreTests<TFixture>(TFixture fixture)
    where TFixture : StoreFixture
{
    protected static readonly TimeSpan Ample = TimeSpan.FromMinutes(5), Brief = TimeSpan.FromMilliseconds(200);

    private static int _last;

    protected TFixture Fixture
    {
        get
        {
            if (fixture.Missing is { } reason) Assert.Skip(reason);
            return fixture;
        }
    }

    protected IConversationStore Store => Fixture.Node.Store;

    protected IConversationFeed Feed => Fixture.Node.Feed;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected static ConversationId NewConversation() => ConversationId.Of("test", "bot", $"c{Interlocked.Increment(ref _last)}");

    protected Task<AcceptResult> AcceptAsync(ConversationId conversation, string id, string text = "hello") =>
        Store.AcceptAsync(Message(conversation, id, text), TimeSpan.Zero, Cancel);

    protected async Task<Claim> ClaimAsync(ConversationId conversation, TimeSpan? lease = null, string owner = "node-1") =>
        await Store.ClaimAsync(conversation, owner, lease ?? Ample, Cancel) ?? throw new InvalidOperationException("Nothing to claim.");

    /// <summary>Claims as soon as a short lease has run out by the store's clock.</summary>
    protected async Task<Claim> TakeOverAsync(ConversationId conversation, TimeSpan? lease = null, string owner = "node-2")
    {
        for (var tries = 0; tries < 3000; tries++)
        {
            if (await Store.ClaimAsync(conversation, owner, lease ?? Ample, Cancel) is { } claim) return claim;
            await Task.Delay(10, Cancel);
        }

        throw new TimeoutException("The lease did not run out.");
    }
}
