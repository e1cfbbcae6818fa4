using System.Text.Json;
using System.Text.Json.Serialization;

namespace BotHub.Tests.Client;

// The contract's bodies as a stranger's program would declare them: on purpose not the hub's own types.

public sealed record OpenedConversation(string Conversation, string Token, DateTimeOffset ExpiresAt);

public sealed record AcceptedMessage(string Message, int Position);

public sealed record HubMessage(string Id, string Role, string Text, DateTimeOffset At, string State, string? Turn)
{
    [JsonIgnore]
    public bool IsAnswer => Role == "assistant";

    [JsonIgnore]
    public bool IsFinal => State is "done" or "stopped" or "failed";
}

public sealed record HubMessages(IReadOnlyList<HubMessage> Messages, bool More);

public sealed record HubLedger(string Turn, string State, IReadOnlyList<HubLedgerPart> Kept, IReadOnlyList<HubLedgerPart> Dropped, int Tries, IReadOnlyList<HubLedgerSum> Parts)
{
    public HubLedgerModel? Model { get; init; }
    public int CachedTokens { get; init; }
    public int ContextTokens { get; init; }
    public int PromptTokens { get; init; }
    public int ReservedTokens { get; init; }
    public int CompletionTokens { get; init; }
    public double? FirstTokenMilliseconds { get; init; }
}

public sealed record HubLedgerModel(string Name);

public sealed record HubLedgerPart(string Id, string Turn, string Role, int Tokens);

public sealed record HubLedgerSum(string Kind, int Tokens, int Messages);

public sealed record HubUsage(string Currency, IReadOnlyList<HubUsageRow> Rows);

public sealed record HubUsageRow(DateOnly Day, string Tenant, string Id, long Turns, long PromptTokens, long CachedTokens, long CompletionTokens, decimal Money, double Seconds);

/// <summary>One event of the stream; only the fields of its type are set.</summary>
public sealed record HubEvent(string Type)
{
    [JsonIgnore]
    public long Id { get; init; }

    public string? RunId { get; init; }
    public string? MessageId { get; init; }
    public string? Role { get; init; }
    public string? Delta { get; init; }
    public string? State { get; init; }
    public string? Message { get; init; }
    public string? Code { get; init; }
    public string? Name { get; init; }
    public JsonElement? Value { get; init; }
    public IReadOnlyList<HubMessage>? Messages { get; init; }

    public override string ToString() => $"{Id} {Type} {RunId ?? MessageId ?? Name}{(Delta is null ? "" : $" '{Delta}'")}{State}{Code}{(Messages is null ? "" : " " + string.Join(" | ", Messages.Select(m => $"{m.Id}:{m.State}:{m.Text.Length}")))}";
}

public static class HubJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
