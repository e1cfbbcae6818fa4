namespace BotHub.Storage;

/// <summary>Section <c>Storage</c>. The connection string is <c>ConnectionStrings:Redis</c>; without it the store runs inside the hub.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "Redis";

    /// <summary>Where the embedded store keeps its files; relative to the current directory.</summary>
    public string Directory { get; set; } = "data";

    /// <summary>Into how many parts the conversations are divided. Fixed at the first start: 64, or 256 for a large cluster.</summary>
    public int Partitions { get; set; } = 64;

    /// <summary>Unanswered messages that one conversation may hold.</summary>
    public int MailboxLimit { get; set; } = 50;

    /// <summary>Transcript entries that one conversation keeps; the oldest leave.</summary>
    public int TranscriptLimit { get; set; } = 20_000;

    /// <summary>How long a live feed is kept after its last batch.</summary>
    public TimeSpan FeedExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>After how long an idle conversation is deleted, transcript and all. Null: never.</summary>
    public TimeSpan? IdleExpiry { get; set; }

    /// <summary>How long a signing key signs before the next one does.</summary>
    public TimeSpan KeyRotation { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the start waits for the store.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Memory of the embedded store's conversations in MiB; what does not fit is read from disk.</summary>
    public int MemoryMegabytes { get; set; } = 512;

    /// <summary>The embedded store writes a checkpoint and cuts its log whenever the log has grown by this many MiB.</summary>
    public int LogMegabytes { get; set; } = 128;
}
