using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Usage;

/// <summary>Puts a price on what a turn used, and hands it on once it is committed.</summary>
public sealed class UsageMeter(UsageSettings settings, IBooks books, UsageMetrics metrics)
{
    /// <summary>What the commit writes down; null where no model was called, or nothing is written down at all.</summary>
    public TurnUsage? Of(Turn turn, MessageState state)
    {
        if (!settings.Enabled || turn.Figures.Calls.Count == 0) return null;
        var payer = Payer.Of(turn);
        var lines = new UsageLine[turn.Figures.Calls.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            var call = turn.Figures.Calls[i];
            var nanos = settings.PriceOf(call.Model).Of(new Consumption(call.PromptTokens, call.CachedTokens, call.CompletionTokens, TimeSpan.FromMilliseconds(call.Milliseconds)));
            lines[i] = new UsageLine(call.Model, call.PromptTokens, call.CachedTokens, call.CompletionTokens, nanos, (long)Math.Round(call.Milliseconds));
        }

        return new TurnUsage(payer.Tenant, payer.User, payer.Group, state is MessageState.Done or MessageState.Stopped, lines);
    }

    /// <summary>The turn is committed with this.</summary>
    public void Committed(Turn turn, TurnUsage? usage)
    {
        if (usage is not null)
        {
            metrics.Used(turn, usage);
            books.Committed(turn.Conversation, turn.Id, usage.Tenant, used: true);
        }
        // An earlier try, on whatever node, may have reserved what this one did not need.
        else if (settings.Budgets.Count > 0 && (turn.Reserved || turn.Tries > 1) && turn.Messages.Count > 0)
        {
            books.Committed(turn.Conversation, turn.Id, Payer.Of(turn).Tenant, used: false);
        }
    }
}
