using System.Runtime.CompilerServices;
using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Remote.Tokens;

/// <summary>
/// Counts a chat as OpenAI's servers do: 3 tokens around every message, its role and its text, and 3 with which the answer begins
/// (OpenAI's cookbook, "How to count tokens with tiktoken").
/// </summary>
internal sealed class ExactMeter(TokenEncoding encoding, int contextLength) : ITokenMeter
{
    private const int PerMessage = 3, PerRole = 1, Opening = 3;

    /// <summary>Shorter texts are counted faster than they are looked up.</summary>
    private const int WorthKnowing = 64;

    /// <summary>A transcript's texts are the same objects from turn to turn; known for as long as these live.</summary>
    private readonly ConditionalWeakTable<string, StrongBox<int>> _known = [];

    public int ContextLength => contextLength;

    public bool Adds => true;

    public int Count(IReadOnlyList<ChatMessage> prompt)
    {
        var count = Opening;
        foreach (var message in prompt) count += PerMessage + PerRole + Tokens(message.Text);
        return count;
    }

    private int Tokens(string text) =>
        text.Length < WorthKnowing ? encoding.Count(text) : _known.GetValue(text, t => new StrongBox<int>(encoding.Count(t))).Value;
}
