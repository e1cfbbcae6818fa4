using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>Pages through a conversation, newest page first, each page oldest first.</summary>
internal static class MessageHistory
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    /// <summary>Entries read at once while looking for the message that a page ends before.</summary>
    private const int Stride = 500;

    public static async Task<IResult> ReadAsync(HttpContext http, string? before, int? limit, IConversationStore store, BotProfile profile, IOptions<WebOptions> options)
    {
        if (limit is < 1 or > MaxLimit) return Problems.Bad($"'limit' is 1 to {MaxLimit}.");
        var count = limit ?? DefaultLimit;
        var bot = BotInfo.Of(options.Value, profile);
        var conversation = http.Visitor().Conversation;
        var view = await store.ReadViewAsync(conversation, count, http.RequestAborted);
        var newest = ConversationSnapshot.Of(view);
        if (before is null)
        {
            var cut = Math.Max(0, newest.Messages.Count - count);
            return TypedResults.Ok(new MessagePage([.. newest.Messages.Skip(cut)], newest.More || cut > 0, bot));
        }

        var end = await FindAsync(store, conversation, view, before, http.RequestAborted);
        if (end < 0) return Problems.Bad("'before' names no message of this conversation.");
        var from = Math.Max(0, end - count);
        var page = await store.ReadTranscriptAsync(conversation, from, (int)(end - from), http.RequestAborted);
        return TypedResults.Ok(new MessagePage([.. page.Select(WireMessage.Of)], page.Count == count && from > 0, bot));
    }

    /// <summary>The transcript number of a message; the transcript's end for one that is not committed yet; -1 when unknown.</summary>
    private static async Task<long> FindAsync(IConversationStore store, ConversationId conversation, ConversationView view, string id, CancellationToken cancel)
    {
        var end = view.TranscriptStart + view.Transcript.Count;
        if (view.Waiting.Any(m => m.Body?.Id == id)) return end;
        while (end > 0)
        {
            var start = Math.Max(0, end - Stride);
            var entries = await store.ReadTranscriptAsync(conversation, start, (int)(end - start), cancel);
            for (var i = entries.Count - 1; i >= 0; i--)
                if (entries[i].Id == id) return end - (entries.Count - i);
            if (entries.Count < end - start) return -1;
            end = start;
        }

        return -1;
    }
}
