using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using BotHub.Core.Conversations;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Context;

/// <summary>
/// The prompt of one turn, derived from the transcript and never written back: the persona's prompt, then as many of the newest
/// turns as fit, then the message to answer. Counted exactly, with the answer's room kept free. The oldest turns leave first, whole;
/// the system prompt never leaves.
/// </summary>
public sealed record PromptWindow
{
    private PromptWindow() { }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Tokens of the whole rendered prompt.</summary>
    public required int Tokens { get; init; }

    /// <summary>Tokens kept free for the answer.</summary>
    public required int Reserved { get; init; }

    /// <summary>False when prompt and question alone exceed the context; nothing may be generated then.</summary>
    public required bool Fits { get; init; }

    public required int InputTokens { get; init; }

    /// <summary>The tokens a question may have.</summary>
    public int InputRoom => Math.Max(0, ContextLength - Reserved - SystemTokens);

    public required int ContextLength { get; init; }
    public required int SystemTokens { get; init; }
    public required IReadOnlyList<WindowPart> History { get; init; }

    /// <param name="reserve">Tokens to keep free for the answer.</param>
    /// <param name="behind">What stands behind the question; it never leaves either.</param>
    public static PromptWindow Build(
        string system, IReadOnlyList<ChatEntry> history, IReadOnlyList<string> input, ITokenMeter meter, int reserve, IReadOnlyList<ChatMessage>? behind = null)
    {
        var context = meter.ContextLength;
        // An answer may not take more than half of the context, else a small model would have no room for the question.
        reserve = Math.Clamp(reserve, 1, Math.Max(1, context / 2));
        ChatMessage first = new(ChatRole.System, system);
        List<ChatMessage> last = [.. input.Select(text => new ChatMessage(ChatRole.User, text)), .. behind ?? []];
        List<ChatMessage> past = [.. history.Select(e => new ChatMessage(e.Role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, e.Prompt ?? e.Text))];

        var alone = meter.Count([first]);
        var least = meter.Count([first, .. last]);
        var budget = context - reserve;
        var single = new int[history.Count];
        for (var i = 0; i < single.Length; i++) single[i] = Single(meter, first, alone, history[i], past[i]);
        var starts = TurnStarts(history);
        // For nearly every chat template a prompt's length is the sum of its messages', so the cut is known at once. It is taken only
        // if the exact count agrees; else it is searched for by halves, as fewer turns never count more tokens.
        var low = Guess(starts, single, budget - least);
        var tokens = Count(low);
        if (tokens > budget || (low > 0 && Count(low - 1) <= budget))
        {
            (low, var high) = (0, starts.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Count(middle) <= budget) high = middle;
                else low = middle + 1;
            }

            tokens = Count(low);
        }

        var cut = low < starts.Count ? starts[low] : past.Count;
        var parts = new WindowPart[single.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = new WindowPart(history[i].Id, history[i].Turn, history[i].Role, single[i], i >= cut, i >= cut ? null : "budget");
        return new PromptWindow
        {
            Messages = From(cut),
            Tokens = tokens,
            Reserved = reserve,
            Fits = least <= budget,
            InputTokens = least - alone,
            ContextLength = context,
            SystemTokens = alone,
            History = parts,
        };

        int Count(int turn) => turn >= starts.Count ? least : meter.Adds ? least + single[starts[turn]..].Sum() : meter.Count(From(starts[turn]));

        List<ChatMessage> From(int entry) => [first, .. CollectionsMarshal.AsSpan(past)[entry..], .. last];
    }

    /// <summary>What one entry adds to a prompt; remembered with the entry, which never changes.</summary>
    private static int Single(ITokenMeter meter, ChatMessage first, int alone, ChatEntry entry, ChatMessage message) =>
        entry.TokensBy(meter) ?? entry.Remember(meter, meter.Count([first, message]) - alone);

    /// <summary>The first turn of the longest end whose entries add up to no more than this.</summary>
    private static int Guess(List<int> starts, int[] single, int room)
    {
        var guess = starts.Count;
        for (var end = single.Length; guess > 0; guess--)
        {
            for (var i = starts[guess - 1]; i < end; i++) room -= single[i];
            if (room < 0) return guess;
            end = starts[guess - 1];
        }

        return guess;
    }

    /// <summary>Where a window may be cut: at the first entry of each turn, so that no answer stands without its question.</summary>
    private static List<int> TurnStarts(IReadOnlyList<ChatEntry> history)
    {
        List<int> starts = [];
        for (var i = 0; i < history.Count; i++)
            if (i == 0 || history[i].Turn != history[i - 1].Turn) starts.Add(i);
        return starts;
    }
}

/// <param name="Tokens">What the entry adds to a prompt, its template marks included.</param>
/// <param name="Reason">Why it was dropped: <c>budget</c>; null when kept.</param>
public sealed record WindowPart(string Id, string Turn, MessageRole Role, int Tokens, [property: JsonIgnore] bool Kept, string? Reason);
