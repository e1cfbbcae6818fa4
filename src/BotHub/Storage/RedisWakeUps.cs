using BotHub.Core.Conversations;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>Hints over two channels. A hint that can't be sent is dropped: the sweep finds the conversation, the lease's renewal the mark.</summary>
internal sealed partial class RedisWakeUps(StoreConnection connection, ILogger<RedisWakeUps> logger) : IWakeUps
{
    public Task OfferAsync(ConversationId conversation) => SendAsync(Keys.Offers, conversation);

    public Task MarkAsync(ConversationId conversation) => SendAsync(Keys.Marks, conversation);

    public async Task ListenAsync(Action<ConversationId> offered, Action<ConversationId> marked, CancellationToken cancel)
    {
        await SubscribeAsync(Keys.Offers, offered, cancel);
        await SubscribeAsync(Keys.Marks, marked, cancel);
    }

    private async Task SendAsync(RedisChannel channel, ConversationId conversation)
    {
        try
        {
            await connection.CallAsync(_ => connection.Subscriber.PublishAsync(channel, conversation.Value), CancellationToken.None);
        }
        catch (StoreUnavailableException e)
        {
            Log.NotSent(logger, e);
        }
    }

    private async Task SubscribeAsync(RedisChannel channel, Action<ConversationId> handler, CancellationToken cancel)
    {
        var queue = await connection.CallAsync(_ => connection.Subscriber.SubscribeAsync(channel), cancel);
        queue.OnMessage(message =>
        {
            if (ConversationId.TryParse(message.Message, out var id)) handler(id.Value);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A wake-up could not be sent")]
        public static partial void NotSent(ILogger logger, Exception e);
    }
}
