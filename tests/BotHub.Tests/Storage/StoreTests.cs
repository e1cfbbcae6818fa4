using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Storage;
using BotHub.Storage.Scripts;
using StackExchange.Redis;
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

    private protected Task<T> RedisAsync<T>(Func<IDatabase, Task<T>> call) => Fixture.Node.Get<StoreConnection>().CallAsync(call, Cancel);

    private protected Keys KeysOfStore => Fixture.Node.Get<Keys>();

    /// <summary>Runs a script as far as its first writes, as a crash of the store would cut it. False when it had no more than that.</summary>
    private protected async Task<bool> RunCutAsync(StoreScript script, int writes, RedisKey[] keys, RedisValue[] values)
    {
        const string Cut = "cut by the test";
        var text = $$"""
            local left = {{writes}}
            local reads = {GET = 1, HGET = 1, HMGET = 1, TIME = 1, ZSCORE = 1, ZRANGEBYSCORE = 1, ZCOUNT = 1}
            local function run(name, ...)
                if not reads[name] then
                    if left == 0 then error('{{Cut}}') end
                    left = left - 1
                end
                return redis.call(name, ...)
            end

            """ + script.Text.Replace("redis.call(", "run(", StringComparison.Ordinal);
        try
        {
            await RedisAsync(database => database.ScriptEvaluateAsync(text, keys, values));
            return false;
        }
        catch (StoreUnavailableException e) when (e.Message.Contains(Cut, StringComparison.Ordinal))
        {
            return true;
        }
    }
}
