using BotHub.Configuration;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Telegram;

/// <summary>Section <c>Channels:Telegram</c>: any number of bots, each a section with a name of the operator's choice.</summary>
public sealed class TelegramOptions
{
    public const string Section = "Channels:Telegram";

    /// <summary>The bots that are on, by name.</summary>
    public IReadOnlyDictionary<string, TelegramBotOptions> Bots { get; private set; } = new Dictionary<string, TelegramBotOptions>();

    /// <summary>The names of the bots that are configured and off.</summary>
    public IReadOnlyList<string> Off { get; private set; } = [];

    /// <summary>Of those, the ones that are off because they have no token.</summary>
    public IReadOnlyList<string> WithoutToken { get; private set; } = [];

    /// <summary>What is wrong with the section; the validator reports it. Never holds a token or a webhook's secret.</summary>
    public IReadOnlyList<string> Errors { get; private set; } = [];

    /// <summary>Fills the options; everything wrong ends in <see cref="Errors"/>.</summary>
    internal void Read(IConfigurationSection section)
    {
        List<string> errors = [], off = [], tokenless = [];
        Dictionary<string, TelegramBotOptions> bots = new(StringComparer.OrdinalIgnoreCase);
        var all = true;
        foreach (var child in section.GetChildren())
        {
            if (child.Key.Equals("Enabled", StringComparison.OrdinalIgnoreCase))
            {
                all = new SectionReader(section, errors).Flag("Enabled", true);
                continue;
            }

            var reading = TelegramBotReader.Read(child, errors);
            if (!reading.Enabled || reading.Bot is null) off.Add(child.Key);
            if (reading.Enabled && reading.NoToken) tokenless.Add(child.Key);
            if (reading.Enabled && reading.Bot is { } bot) bots[child.Key] = bot;
        }

        foreach (var twins in bots.Values.GroupBy(b => b.Id).Where(g => g.Count() > 1))
            errors.Add($"{string.Join(" and ", twins.Select(b => $"{Section}:{b.Name}:Token"))} are of the same bot ({twins.Key}): give each bot a token of its own from BotFather, or remove one of them.");
        if (!all) (off, tokenless, bots) = ([.. off, .. bots.Keys], [], []);
        (Bots, Off, WithoutToken, Errors) = (bots, off, tokenless, errors);
    }
}

/// <summary>Refuses to start with a wrong section <c>Channels:Telegram</c>: all errors at once.</summary>
internal sealed class TelegramOptionsValidator : IValidateOptions<TelegramOptions>
{
    public ValidateOptionsResult Validate(string? name, TelegramOptions options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
}

public enum ReceiveMode
{
    Polling,
    Webhook,
}

/// <summary>How an answer is shown while it is being written.</summary>
public enum StreamingMode
{
    /// <summary>Drafts in private chats, edits of one message in groups.</summary>
    Auto,
    /// <summary>Edits of one message everywhere: a repeated delivery then shows nothing twice in private chats either.</summary>
    Edit,
    /// <summary>Only the finished answer.</summary>
    Off,
}

/// <summary>What happens to a reply of which nobody can know whether it was sent (the connection broke after the request had left).</summary>
public enum UnknownSendPolicy
{
    /// <summary>It is sent again: at worst people see it twice.</summary>
    Resend,
    /// <summary>It is not sent again: at worst people never see it; the operator is told.</summary>
    Skip,
}

/// <summary>Section <c>Channels:Telegram:NAME</c>.</summary>
public sealed record TelegramBotOptions
{
    /// <summary>The name of the section: the bot's name among operators.</summary>
    public required string Name { get; init; }

    /// <summary>Given by BotFather: <c>digits:secret</c>. Never logged.</summary>
    public required string Token { get; init; }

    /// <summary>A Bot API server of one's own; null is Telegram's.</summary>
    public Uri? ApiUrl { get; init; }

    public ReceiveMode Mode { get; init; }

    /// <summary>The public address of this hub under which Telegram shall call it; the path is the hub's own.</summary>
    public Uri? WebhookUrl { get; init; }

    /// <summary>Sent by Telegram with every update, 1 to 256 of <c>A-Z a-z 0-9 _ -</c>.</summary>
    public string? WebhookSecret { get; init; }

    public string? Persona { get; init; }
    public string? Model { get; init; }

    /// <summary>Whose books what people use here goes into.</summary>
    public string Tenant { get; init; } = Core.Usage.Payer.DefaultTenant;

    /// <summary>The models that people may choose with <c>/model</c>; in groups the administrators do. None by default.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary><c>Internal</c>: what people write may not leave the house, so only models that run there answer.</summary>
    public DataClass DataClass { get; init; } = DataClass.Open;

    internal BotChoice Choice => field ??= new BotChoice(Persona, Model, DataClass) { Offered = Models, Tenant = Tenant };

    /// <summary>
    /// Who may talk with the bot: <c>*</c> everybody, a user's id, a group's id (negative), <c>@username</c>, <c>admins</c> (of the group they
    /// write in). Nobody else is answered; empty answers nobody.
    /// </summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    public StreamingMode Streaming { get; init; } = StreamingMode.Auto;

    /// <summary>Whether answers may be sent as rich messages where the server takes them.</summary>
    public bool Rich { get; init; } = true;

    /// <summary>Whether answers carry buttons for feedback and for another try.</summary>
    public bool Buttons { get; init; } = true;

    public bool LinkPreviews { get; init; }
    public UnknownSendPolicy UnknownSends { get; init; } = UnknownSendPolicy.Resend;

    /// <summary>The largest file that is fetched, in megabytes (2^20 bytes). Telegram's own server gives out 20.</summary>
    public int MaxFileMegabytes { get; init; } = 20;

    /// <summary>Calls a second by the whole bot, over all replicas; 0 is no limit. Telegram speaks of about 30; the worst second sees half as many again.</summary>
    public double CallsPerSecond { get; init; } = 20;

    /// <summary>Calls a second in one private chat; 0 is no limit. Telegram speaks of about one.</summary>
    public double ChatCallsPerSecond { get; init; } = 1;

    /// <summary>Calls a minute in one group; 0 is no limit. Telegram speaks of 20.</summary>
    public int GroupCallsPerMinute { get; init; } = 18;

    /// <summary>The digits before the token's colon: public, and the same for good.</summary>
    public long Id => long.Parse(Token.AsSpan(0, Token.IndexOf(':', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Leaves the secrets out.</summary>
    public override string ToString() => $"{Name} ({Id})";
}
