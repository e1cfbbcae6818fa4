using System.Text.Json;
using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Context;

/// <summary>What went into one turn's prompt, what was left out and why, and what came of it.</summary>
// Stored in short (StoredLedger), served in full.
public sealed record TurnLedger(
    string Turn,
    MessageState State,
    LedgerModel? Model,
    LedgerPrompt? Prompt,
    int ContextTokens,
    int PromptTokens,
    int CachedTokens,
    int ReservedTokens,
    int CompletionTokens,
    int? ReasoningTokens,
    string? FinishReason,
    IReadOnlyList<LedgerPart> Parts,
    IReadOnlyList<WindowPart> Kept,
    IReadOnlyList<WindowPart> Dropped,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    double? FirstTokenMilliseconds,
    double Milliseconds,
    double? TokensPerSecond,
    int Tries,
    string? Error,
    string? Reference,
    LedgerRefusal? Refused,
    IReadOnlyList<ModelCall>? Calls,
    IReadOnlyList<PassedModel>? Passed)
{
    public static TurnLedger Of(Turn turn, MessageState state, string? error, DateTimeOffset now)
    {
        var (window, figures) = (turn.Window, turn.Figures);
        var kept = window?.History.Where(p => p.Kept).ToList() ?? [];
        var seconds = (figures.Generation - (figures.FirstToken ?? TimeSpan.Zero)).TotalSeconds;
        return new TurnLedger(
            turn.Id,
            state,
            turn.Model is { } m ? new LedgerModel(m.Name, m.Type, m.Description) : null,
            turn.Persona is { } p ? new LedgerPrompt(p.Id, p.Version, p.Hash) : null,
            window?.ContextLength ?? 0,
            figures.PromptTokens,
            figures.CachedTokens,
            window?.Reserved ?? 0,
            figures.CompletionTokens,
            figures.ReasoningTokens > 0 ? figures.ReasoningTokens : null,
            figures.FinishReason,
            window is null
                ? []
                :
                [
                    new LedgerPart(LedgerPart.Kinds[0], window.SystemTokens, 1),
                    new LedgerPart(LedgerPart.Kinds[1], window.Tokens - window.SystemTokens - window.InputTokens, kept.Count),
                    new LedgerPart(LedgerPart.Kinds[2], window.InputTokens, turn.Questions.Count),
                ],
            kept,
            window?.History.Where(p => !p.Kept).ToList() ?? [],
            turn.StartedAt,
            now,
            figures.FirstToken?.TotalMilliseconds,
            figures.Generation.TotalMilliseconds,
            seconds > 0 && figures.CompletionTokens > 1 ? (figures.CompletionTokens - 1) / seconds : null,
            turn.Tries,
            error,
            error is null ? null : turn.Reference,
            turn.Refused is { } refused ? new LedgerRefusal(refused.Side == ContentSide.Prompt ? "prompt" : "answer", refused.Categories) : null,
            figures.Calls.Count > 1 || figures.Passed.Count > 0 ? figures.Calls : null,
            figures.Passed.Count > 0 ? figures.Passed : null);
    }

    /// <summary>For the store, which keeps the turn beside it.</summary>
    public byte[] ToStored() => StoredLedger.Write(this);

    /// <summary>What callers get of a turn's stored ledger, as JSON.</summary>
    /// <exception cref="JsonException">It is no stored ledger.</exception>
    public static string Served(string turn, string stored) => JsonSerializer.Serialize(StoredLedger.Read(turn, stored), LedgerJson.Default.TurnLedger);
}

public sealed record LedgerModel(string Name, string Type, string Description);

/// <param name="Side"><c>prompt</c> or <c>answer</c>.</param>
/// <param name="Categories">The provider's own names.</param>
public sealed record LedgerRefusal(string Side, IReadOnlyList<string> Categories);

/// <param name="Hash">The prompt file's hash: the same hash is the same prompt, to the letter.</param>
public sealed record LedgerPrompt(string Id, int Version, string Hash);

/// <param name="Kind"><c>persona</c>, <c>history</c> or <c>input</c>; their tokens add up to the prompt's.</param>
public sealed record LedgerPart(string Kind, int Tokens, int Messages)
{
    /// <summary>The parts of every window, in order.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["persona", "history", "input"];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TurnLedger))]
internal sealed partial class LedgerJson : JsonSerializerContext;
