using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;

namespace BotHub.Core.Context;

/// <summary>
/// A <see cref="TurnLedger"/> as the store keeps it, a hundred of them for each conversation: in a third of what is served. Its turn
/// stands beside it there; what is as usual is left out.
/// </summary>
internal sealed record StoredLedger
{
    /// <summary>Where the figures of the window's parts begin: those stand behind the turn's own.</summary>
    private const int TurnFigures = 7;

    /// <summary>Null for <see cref="MessageState.Done"/>.</summary>
    [JsonPropertyName("s")]
    public MessageState? State { get; init; }

    /// <summary>Name, type, description.</summary>
    [JsonPropertyName("m")]
    public string[]? Model { get; init; }

    /// <summary>Id, version, hash.</summary>
    [JsonPropertyName("p")]
    public string[]? Prompt { get; init; }

    /// <summary>
    /// Tokens of the context, of the prompt, cached, reserved, of the completion, of thoughts (-1 without); tries. With a window also tokens and messages of each of its parts.
    /// </summary>
    [JsonPropertyName("n")]
    public required int[] Figures { get; init; }

    [JsonPropertyName("f")]
    public string? FinishReason { get; init; }

    /// <summary>Start of the turn in ticks of UTC, and its length in ticks.</summary>
    [JsonPropertyName("a")]
    public required long[] Ticks { get; init; }

    [JsonPropertyName("b")]
    public double? FirstTokenMilliseconds { get; init; }

    [JsonPropertyName("g")]
    public double Milliseconds { get; init; }

    [JsonPropertyName("v")]
    public double? TokensPerSecond { get; init; }

    /// <summary>The window's rows as <see cref="LedgerRows"/> writes them; null where they are in <see cref="Kept"/> and <see cref="Dropped"/>.</summary>
    [JsonPropertyName("r")]
    public string? Rows { get; init; }

    [JsonPropertyName("k")]
    public IReadOnlyList<WindowPart>? Kept { get; init; }

    [JsonPropertyName("d")]
    public IReadOnlyList<WindowPart>? Dropped { get; init; }

    [JsonPropertyName("e")]
    public string? Error { get; init; }

    [JsonPropertyName("w")]
    public string? Reference { get; init; }

    [JsonPropertyName("x")]
    public LedgerRefusal? Refused { get; init; }

    [JsonPropertyName("c")]
    public IReadOnlyList<ModelCall>? Calls { get; init; }

    [JsonPropertyName("y")]
    public IReadOnlyList<PassedModel>? Passed { get; init; }

    public static byte[] Write(TurnLedger ledger)
    {
        var rows = LedgerRows.Write(ledger.Kept, ledger.Dropped);
        return JsonSerializer.SerializeToUtf8Bytes(
            new StoredLedger
            {
                State = ledger.State == MessageState.Done ? null : ledger.State,
                Model = ledger.Model is { } m ? [m.Name, m.Type, m.Description] : null,
                Prompt = ledger.Prompt is { } p ? [p.Id, p.Version.ToString(CultureInfo.InvariantCulture), p.Hash] : null,
                Figures = FiguresOf(ledger),
                FinishReason = ledger.FinishReason,
                Ticks = [ledger.StartedAt.UtcTicks, (ledger.FinishedAt - ledger.StartedAt).Ticks],
                FirstTokenMilliseconds = ledger.FirstTokenMilliseconds,
                Milliseconds = ledger.Milliseconds,
                TokensPerSecond = ledger.TokensPerSecond,
                Rows = rows,
                Kept = rows is null ? ledger.Kept : null,
                Dropped = rows is null ? ledger.Dropped : null,
                Error = ledger.Error,
                Reference = ledger.Reference,
                Refused = ledger.Refused,
                Calls = ledger.Calls,
                Passed = ledger.Passed,
            },
            StoredLedgerJson.Default.StoredLedger);
    }
    /// <exception cref="JsonException">It is no stored ledger.</exception>
    public static TurnLedger Read(string turn, string stored)
    {
        var l = JsonSerializer.Deserialize(stored, StoredLedgerJson.Default.StoredLedger) ?? throw new JsonException("A ledger is an object.");
        var (kept, dropped) = l.Rows is null ? (l.Kept ?? [], l.Dropped ?? []) : LedgerRows.Read(l.Rows);
        var n = l.Figures;
        var started = new DateTimeOffset(l.Ticks[0], TimeSpan.Zero);
        return new TurnLedger(
            turn,
            l.State ?? MessageState.Done,
            l.Model is { } m ? new LedgerModel(m[0], m[1], m[2]) : null,
            l.Prompt is { } p ? new LedgerPrompt(p[0], int.Parse(p[1], CultureInfo.InvariantCulture), p[2]) : null,
            ContextTokens: n[0],
            PromptTokens: n[1],
            CachedTokens: n[2],
            ReservedTokens: n[3],
            CompletionTokens: n[4],
            ReasoningTokens: n[5] < 0 ? null : n[5],
            l.FinishReason,
            n.Length == TurnFigures ? [] : [.. LedgerPart.Kinds.Select((kind, i) => new LedgerPart(kind, n[TurnFigures + 2 * i], n[TurnFigures + 2 * i + 1]))],
            kept,
            dropped,
            started,
            started + TimeSpan.FromTicks(l.Ticks[1]),
            l.FirstTokenMilliseconds,
            l.Milliseconds,
            l.TokensPerSecond,
            Tries: n[6],
            l.Error,
            l.Reference,
            l.Refused,
            l.Calls,
            l.Passed);
    }

    private static int[] FiguresOf(TurnLedger l)
    {
        var n = new int[TurnFigures + 2 * l.Parts.Count];
        (n[0], n[1], n[2], n[3], n[4], n[5], n[6]) = (l.ContextTokens, l.PromptTokens, l.CachedTokens, l.ReservedTokens, l.CompletionTokens, l.ReasoningTokens ?? -1, l.Tries);
        for (var i = 0; i < l.Parts.Count; i++) (n[TurnFigures + 2 * i], n[TurnFigures + 2 * i + 1]) = (l.Parts[i].Tokens, l.Parts[i].Messages);
        return n;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredLedger))]
internal sealed partial class StoredLedgerJson : JsonSerializerContext;
