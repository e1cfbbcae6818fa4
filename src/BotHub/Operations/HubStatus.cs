using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using BotHub.Core.Usage;
using BotHub.Llama;
using Microsoft.Extensions.AI;

namespace BotHub.Operations;

/// <summary>The hub as <c>GET /status</c> tells it. It is public: no secrets, no addresses, nothing anybody wrote.</summary>
/// <param name="Version">The hub's version.</param>
/// <param name="Node">This process's name among the nodes; new at every start.</param>
/// <param name="StartedAt">When this process started.</param>
/// <param name="UptimeSeconds">Seconds since then.</param>
/// <param name="Notice">What people are told when no language model is loaded; else null.</param>
/// <param name="Store">The durable store, shared by all nodes.</param>
/// <param name="Models">The models of this node.</param>
/// <param name="Channels">The ways to reach the bot.</param>
/// <param name="Pipeline">The work of this node.</param>
/// <param name="Usage">What everybody together used; null when nothing is written down or the store is away.</param>
public sealed record HubStatus(
    string Version,
    string Node,
    DateTimeOffset StartedAt,
    long UptimeSeconds,
    string? Notice,
    StatusOfStore Store,
    StatusOfModels Models,
    IReadOnlyList<StatusOfChannel> Channels,
    StatusOfPipeline Pipeline,
    StatusOfUsage? Usage)
{
    /// <summary>Version and, after the plus sign, the first digits of the commit it was built from.</summary>
    public static string CurrentVersion { get; } = Short(typeof(HubStatus).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    private static string Short(string version) => version.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus && version.Length > plus + 9 ? version[..(plus + 9)] : version;
}

/// <param name="Available">Whether it answered; if not, <paramref name="Problem"/> says why and the figures are missing.</param>
/// <param name="Problem">Why it did not answer.</param>
/// <param name="Kind"><c>garnet</c>: inside the hub; <c>redis</c>: a server of the operator's.</param>
/// <param name="Version">The version of the Redis protocol it speaks.</param>
/// <param name="Durable">Whether it keeps an append-only file, so that an acknowledged message survives its crash.</param>
/// <param name="Ready">Conversations with work, those being answered included.</param>
/// <param name="Due">Conversations that wait for a node.</param>
/// <param name="OldestDueSeconds">How long the most overdue of them has waited.</param>
/// <param name="DeadLetters">Messages given up since the store was set up.</param>
/// <param name="UnknownSends">Replies since then of which no platform said whether they arrived.</param>
/// <param name="RoundTripMilliseconds">One round trip to the store, as just measured.</param>
public sealed record StatusOfStore(
    bool Available,
    string? Problem,
    string? Kind = null,
    string? Version = null,
    bool? Durable = null,
    long? Ready = null,
    long? Due = null,
    double? OldestDueSeconds = null,
    long? DeadLetters = null,
    long? UnknownSends = null,
    double? RoundTripMilliseconds = null)
{
    internal static StatusOfStore Of(StoreReading reading) => reading.Status is not { } s
        ? new StatusOfStore(false, reading.Problem)
        : new StatusOfStore(
            true, null, s.Kind, s.Version, s.Durable, s.Ready, s.Due, Math.Round(s.OldestDue.TotalSeconds, 3), s.DeadLetters, s.UnknownSends,
            Math.Round(s.RoundTrip.TotalMilliseconds, 3));
}

/// <param name="Default">The name of the model that answers unless a persona names another.</param>
/// <param name="All">Every model.</param>
public sealed record StatusOfModels(string? Default, IReadOnlyList<StatusOfModel> All);

/// <param name="Context">Tokens of prompt and answer together.</param>
/// <param name="Notice">Why this is not the model one would expect; else null.</param>
/// <param name="InHouse">Whether it runs on machines of the operator's own.</param>
/// <param name="Breaker"><c>closed</c>: it is asked as usual; <c>open</c>: it failed so often that routes pass it over; <c>half-open</c>: the next answer tries it.</param>
/// <param name="Engine">The work of an engine in this process; null for other models.</param>
public sealed record StatusOfModel(string Name, string Type, string Description, int Context, string? Notice, bool InHouse, string Breaker, StatusOfEngine? Engine)
{
    internal static StatusOfModel Of(NamedModel m, CircuitBreaker breaker) => new(
        m.Name, m.Type, m.Description, m.ContextTokens, m.Notice, m.InHouse,
        breaker.State switch { BreakerState.Open => "open", BreakerState.HalfOpen => "half-open", _ => "closed" },
        StatusOfEngine.Of(m.Client.GetService<LlamaEngine>()?.Health));
}

/// <param name="Slots">Conversations it computes at the same time.</param>
/// <param name="Active">Answers being computed.</param>
/// <param name="Waiting">Answers that wait for a slot.</param>
/// <param name="TokensPerSecond">Of all answers together, over about the last second.</param>
/// <param name="Problem">Why it does not work; else null.</param>
public sealed record StatusOfEngine(int Slots, int Active, int Waiting, double TokensPerSecond, string? Problem)
{
    internal static StatusOfEngine? Of(LlamaHealth? health) => health is null
        ? null
        : new StatusOfEngine(health.Slots, health.Active, health.Waiting, Math.Round(health.TokensPerSecond, 1), health.Healthy ? null : "the engine does not work; see the log");
}

/// <param name="State"><c>on</c> or <c>off</c>.</param>
/// <param name="Bots">Every configured bot; null where the channel has none of its own.</param>
public sealed record StatusOfChannel(string Id, string State, IReadOnlyList<BotReport>? Bots = null);

/// <param name="Running">Conversations this node is working on.</param>
/// <param name="Draining">Whether the node has been asked to stop and takes no new work.</param>
public sealed record StatusOfPipeline(int Running, bool Draining, StatusOfLimits Limits);

/// <param name="ConcurrentTurns">Turns this node answers at the same time.</param>
/// <param name="TextLength">The longest message in UTF-16 units.</param>
/// <param name="TurnSeconds">The longest a turn may take.</param>
public sealed record StatusOfLimits(int ConcurrentTurns, int TextLength, double TurnSeconds);

/// <param name="Today">In the time zone of <c>Usage:TimeZone</c>.</param>
public sealed record StatusOfUsage(StatusOfUse Today, StatusOfUse Month);

/// <summary>Sums over all tenants. Money is behind the operators' key.</summary>
/// <param name="Turns">Answered messages.</param>
/// <param name="PromptTokens">Cached ones included.</param>
public sealed record StatusOfUse(long Turns, long PromptTokens, long CachedTokens, long CompletionTokens)
{
    internal static StatusOfUse Of(UsageSum s) => new(s.Turns, s.PromptTokens, s.CachedTokens, s.CompletionTokens);
}

/// <param name="Ready">Whether the node should be sent people.</param>
/// <param name="Checks">Each check with <c>ok</c> or what is wrong.</param>
public sealed record Readiness(bool Ready, IReadOnlyDictionary<string, string> Checks);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HubStatus))]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class StatusJson : JsonSerializerContext;
