namespace BotHub.Core.Conversations;

/// <summary>Hints between nodes. None is needed for correctness: the sweep and the fence are; they only make things prompt.</summary>
public interface IWakeUps
{
    /// <summary>Tells other nodes that a conversation is due and this node has no room for it.</summary>
    Task OfferAsync(ConversationId conversation);

    /// <summary>Tells the node that answers in this conversation to look at the marks.</summary>
    Task MarkAsync(ConversationId conversation);

    /// <summary>Registers the node's handlers; they must return at once.</summary>
    Task ListenAsync(Action<ConversationId> offered, Action<ConversationId> marked, CancellationToken cancel);
}
