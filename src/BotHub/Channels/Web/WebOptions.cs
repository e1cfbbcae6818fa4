using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>Section <c>Channels:Web</c>: the chat page and its HTTP contract.</summary>
public sealed class WebOptions
{
    public const string Section = "Channels:Web";

    public bool Enabled { get; set; } = true;

    /// <summary>The name people see.</summary>
    public string BotName { get; set; } = "BotHub";

    /// <summary>The persona's id; null is the default one.</summary>
    public string? Persona { get; set; }

    /// <summary>The model's name; null is the persona's.</summary>
    public string? Model { get; set; }

    /// <summary>Whose books what visitors use goes into.</summary>
    public string Tenant { get; set; } = Core.Usage.Payer.DefaultTenant;

    /// <summary>The models that visitors may choose with <c>/model</c>. None by default.</summary>
    public string[] Models { get; set; } = [];

    /// <summary><c>Internal</c>: what visitors write may not leave the house, so only models that run there answer.</summary>
    public DataClass DataClass { get; set; } = DataClass.Open;

    internal BotChoice Choice => field ??= new BotChoice(Persona, Model, DataClass) { Tenant = Tenant, Offered = [.. Models.Select(m => m.Trim()).Where(m => m.Length > 0)] };

    /// <summary>Origins of other sites whose pages may call the contract, such as <c>https://www.example.com</c>. None by default.</summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>How long a visitor's token opens the conversation.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The longest message in UTF-16 units.</summary>
    public int MaxTextLength { get; set; } = 16_000;

    /// <summary>New conversations a minute from one address.</summary>
    public int ConversationsPerMinute { get; set; } = 60;

    /// <summary>Messages a minute in one conversation; twice as many may come in one burst.</summary>
    public int MessagesPerMinute { get; set; } = 60;

    /// <summary>Event streams open at the same time for one conversation, on one node.</summary>
    public int StreamsPerConversation { get; set; } = 10;

    /// <summary>Text is gathered this long before it is written to the feed; shorter is smoother, longer is cheaper.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(40);
}

internal sealed class WebOptionsValidator : IValidateOptions<WebOptions>
{
    public ValidateOptionsResult Validate(string? name, WebOptions o)
    {
        List<string> errors = [];
        if (string.IsNullOrWhiteSpace(o.BotName) || o.BotName.Length > 60) Add(nameof(o.BotName), o.BotName, "use 1 to 60 characters");
        if (!Core.Usage.Payer.IsTenant(o.Tenant)) Add(nameof(o.Tenant), o.Tenant, "use 1 to 64 of A-Z a-z 0-9 . _ -");
        foreach (var origin in o.AllowedOrigins)
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || origin != uri.GetLeftPart(UriPartial.Authority))
                Add(nameof(o.AllowedOrigins), origin, "use scheme, host and port only, such as https://www.example.com");
        if (o.TokenLifetime < TimeSpan.FromMinutes(1) || o.TokenLifetime > Core.Security.ISigningKeys.Kept) Add(nameof(o.TokenLifetime), o.TokenLifetime, $"use one minute to {Core.Security.ISigningKeys.Kept.TotalDays} days");
        if (o.MaxTextLength is < 1 or > 100_000) Add(nameof(o.MaxTextLength), o.MaxTextLength, "use 1 to 100000");
        if (o.ConversationsPerMinute is < 1 or > 1_000_000) Add(nameof(o.ConversationsPerMinute), o.ConversationsPerMinute, "use 1 to 1000000");
        if (o.MessagesPerMinute is < 1 or > 1_000_000) Add(nameof(o.MessagesPerMinute), o.MessagesPerMinute, "use 1 to 1000000");
        if (o.StreamsPerConversation is < 1 or > 1000) Add(nameof(o.StreamsPerConversation), o.StreamsPerConversation, "use 1 to 1000");
        if (o.FlushInterval < TimeSpan.FromMilliseconds(1) || o.FlushInterval > TimeSpan.FromSeconds(2)) Add(nameof(o.FlushInterval), o.FlushInterval, "use 1 ms to 2 s");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Add(string key, object value, string fix) => errors.Add($"{WebOptions.Section}:{key} is '{value}'; {fix}.");
    }
}
