using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>Outermost: shows what comes out of the other stages, and delivers the reply once it is committed.</summary>
public sealed class DeliverStage : ITurnStage
{
    public async IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next)
    {
        await turn.Surface.StartAsync(turn);
        await foreach (var part in next(turn))
        {
            await turn.Surface.ShowAsync(part);
            yield return part;
        }

        var delivery = await turn.Surface.DeliverAsync(turn.Reply!, DeliveryState.Fresh);
        if (delivery.Fence == Fence.Lost) throw new TurnAbandonedException(TurnEnd.LeaseLost);
        turn.Delivered = delivery;
    }
}
