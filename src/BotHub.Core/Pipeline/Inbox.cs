using BotHub.Core.Conversations;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

/// <summary>Where channels hand in messages. Returns once the message is durable: only then may a channel acknowledge it.</summary>
public sealed class Inbox(IConversationStore store, IWakeUps wakeUps, Dispatcher dispatcher, NodeName node, TimeProvider clock, IOptions<PipelineOptions> options)
{
    /// <exception cref="StoreUnavailableException">The store is away; nothing is promised, the sender should repeat with the same id.</exception>
    public Task<AcceptResult> AcceptAsync(InboundMessage message, CancellationToken cancel)
    {
        if (Clean(message.Text) is var clean && !ReferenceEquals(clean, message.Text)) message = message with { Text = clean };
        var command = CommandStage.Parse(message.Text);
        var delay = command is null ? options.Value.Debounce : TimeSpan.Zero;
        if (command != "stop" && delay == TimeSpan.Zero && dispatcher.TryReserve(message.Conversation) is { } place) return AcceptAsync(message, place);
        return AcceptAsync(message, delay, command == "stop", cancel);
    }

    private async Task<AcceptResult> AcceptAsync(InboundMessage message, TimeSpan delay, bool stop, CancellationToken cancel)
    {
        if (stop) await StopAsync(message.Conversation, cancel);
        var result = await store.AcceptAsync(message, delay, cancel);
        await TellAsync(message.Conversation, result.Outcome, delay);
        return result;
    }

    /// <summary>Accepts and, where the conversation is idle, begins its turn at once. Not to be cancelled: a claim must not get lost.</summary>
    private async Task<AcceptResult> AcceptAsync(InboundMessage message, WorkHandle place)
    {
        var before = clock.GetTimestamp();
        AcceptResult result;
        Claim? claim = null;
        try
        {
            (result, claim) = await store.AcceptAndClaimAsync(message, node.Value, options.Value.Lease, CancellationToken.None);
        }
        finally
        {
            dispatcher.Take(message.Conversation, place, claim, before);
        }

        if (claim is null) await TellAsync(message.Conversation, result.Outcome, TimeSpan.Zero);
        return result;
    }

    private Task TellAsync(ConversationId conversation, AcceptOutcome outcome, TimeSpan delay)
    {
        if (outcome == AcceptOutcome.Revised) return MarkedAsync(conversation);
        if (outcome == AcceptOutcome.Accepted) dispatcher.Hint(conversation, delay);
        return Task.CompletedTask;
    }

    /// <summary>Ends the answer at the mailbox's head, on whatever node it runs.</summary>
    public async Task<bool> StopAsync(ConversationId conversation, CancellationToken cancel)
    {
        if (!await store.RequestStopAsync(conversation, cancel)) return false;
        await MarkedAsync(conversation);
        return true;
    }

    private async Task MarkedAsync(ConversationId conversation)
    {
        if (!dispatcher.CheckMarks(conversation)) await wakeUps.MarkAsync(conversation);
    }

    /// <summary>
    /// NUL and lone surrogates cannot be stored and told alike everywhere (no UTF-8 form, cut by C libraries): they become U+FFFD,
    /// the replacement character, as the Unicode standard advises (section 5.22).
    /// </summary>
    private static string Clean(string text)
    {
        var bad = -1;
        for (var i = 0; i < text.Length && bad < 0; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (text[i] == '\0' || char.IsSurrogate(text[i])) bad = i;
        }

        if (bad < 0) return text;
        return string.Create(text.Length, text, static (span, source) =>
        {
            source.CopyTo(span);
            for (var i = 0; i < span.Length; i++)
            {
                if (char.IsHighSurrogate(span[i]) && i + 1 < span.Length && char.IsLowSurrogate(span[i + 1])) i++;
                else if (span[i] == '\0' || char.IsSurrogate(span[i])) span[i] = '\uFFFD';
            }
        });
    }
}
