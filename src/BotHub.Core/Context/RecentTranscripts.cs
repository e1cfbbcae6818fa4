using BotHub.Core.Conversations;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Context;

/// <summary>
/// The newest transcript entries of the conversations this node answered lately, so that a turn reads only what it does not know
/// yet. A transcript is append-only and its entries are numbered: what was read once stays true, and what another node has added
/// since shows by the tail. Bounded in characters and in time.
/// </summary>
public sealed class RecentTranscripts(IConversationStore store, IOptions<ContextOptions> options) : IDisposable
{
    private const long MostCharacters = 32 * 1024 * 1024;

    /// <summary>Well under the shortest idle expiry of the store: a conversation that was deleted and begun anew has the same numbers.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10), Oldest = TimeSpan.FromHours(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MostCharacters });

    /// <summary>The entries with the numbers from <paramref name="from"/> up to <paramref name="tail"/>, that one not included.</summary>
    /// <exception cref="StoreUnavailableException">Something must be read and the store did not answer.</exception>
    public async ValueTask<IReadOnlyList<ChatEntry>> ReadAsync(ConversationId conversation, long from, long tail, CancellationToken cancel)
    {
        if (from >= tail) return [];
        var known = _known.Get<Holder>(conversation.Value)?.Part;
        if (known is null || known.From > from || known.Tail > tail || known.Tail < from) known = new Part(from, []);
        if (known.Tail < tail)
        {
            var missing = await store.ReadTranscriptAsync(conversation, known.Tail, (int)(tail - known.Tail), cancel);
            // An entry that is gone or unreadable would shift the numbers of those behind it: such a part is used once and not kept.
            if (missing.Count != tail - known.Tail) return [.. known.Since(from), .. missing];
            known = Keep(conversation, new Part(from, [.. known.Since(from), .. missing]));
        }

        return known.Since(from);
    }

    /// <summary>Adds what this node has just committed at <paramref name="tail"/>; as many of the oldest leave as come.</summary>
    public void Append(ConversationId conversation, long tail, IReadOnlyList<ChatEntry> entries)
    {
        if (_known.Get<Holder>(conversation.Value)?.Part is not { } known || known.Tail != tail) return;
        var from = Math.Max(known.From, tail + entries.Count - options.Value.MaxMessages);
        Keep(conversation, from < tail ? new Part(from, [.. known.Since(from), .. entries]) : new Part(tail, [.. entries]));
    }

    private Part Keep(ConversationId conversation, Part part)
    {
        var size = 0L;
        foreach (var entry in part.Entries) size += 200L + entry.Text.Length + (entry.Prompt?.Length ?? 0);
        // Put into the cache anew only where it has grown: most turns change what is in there already.
        if (_known.Get<Holder>(conversation.Value) is { } holder && size <= holder.Charged) holder.Part = part;
        else
        {
            var charged = size + size / 4;
            _known.Set(conversation.Value, new Holder(part, charged), new MemoryCacheEntryOptions { Size = charged, SlidingExpiration = Forgotten, AbsoluteExpirationRelativeToNow = Oldest });
        }

        return part;
    }

    public void Dispose() => _known.Dispose();

    /// <param name="charged">The characters that it counts as in the cache.</param>
    private sealed class Holder(Part part, long charged)
    {
        private volatile Part _part = part;

        public long Charged => charged;

        public Part Part
        {
            get => _part;
            set => _part = value;
        }
    }

    private sealed record Part(long From, ChatEntry[] Entries)
    {
        public long Tail => From + Entries.Length;

        public ArraySegment<ChatEntry> Since(long from) => new ArraySegment<ChatEntry>(Entries)[(int)(from - From)..];
    }
}
