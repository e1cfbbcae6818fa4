using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>This node's limits against visitors who are too fast. What must hold over all nodes, the mailbox's cap, is the store's.</summary>
public sealed class WebLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> _create;
    private readonly PartitionedRateLimiter<string> _post;
    private readonly ConcurrentDictionary<string, int> _streams = new(StringComparer.Ordinal);
    private readonly int _maxStreams;

    public WebLimits(IOptions<WebOptions> options)
    {
        var o = options.Value;
        _maxStreams = o.StreamsPerConversation;
        _create = PerMinute(o.ConversationsPerMinute, o.ConversationsPerMinute);
        _post = PerMinute(o.MessagesPerMinute, o.MessagesPerMinute * 2);
    }

    /// <summary>Null when the address may open a conversation, else how long to wait.</summary>
    public TimeSpan? TryCreate(string address) => Try(_create, address);

    /// <summary>Null when the conversation may get a message, else how long to wait.</summary>
    public TimeSpan? TryPost(string chat) => Try(_post, chat);

    /// <summary>Null when too many streams are open; else to be disposed when the stream ends.</summary>
    public IDisposable? TryStream(string chat)
    {
        if (_streams.AddOrUpdate(chat, 1, (_, n) => n + 1) <= _maxStreams) return new Stream(this, chat);
        Leave(chat);
        return null;
    }

    private void Leave(string chat)
    {
        if (_streams.AddOrUpdate(chat, 0, (_, n) => n - 1) == 0) _streams.TryRemove(new KeyValuePair<string, int>(chat, 0));
    }

    private static TimeSpan? Try(PartitionedRateLimiter<string> limiter, string key)
    {
        using var lease = limiter.AttemptAcquire(key);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<string> PerMinute(int rate, int burst) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / rate,
            QueueLimit = 0,
        }));

    public void Dispose()
    {
        _create.Dispose();
        _post.Dispose();
    }

    private sealed class Stream(WebLimits owner, string chat) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) owner.Leave(chat);
        }
    }
}
