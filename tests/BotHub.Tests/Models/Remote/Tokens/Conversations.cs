using System.Text.Json;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models.Remote.Tokens;

/// <summary>The conversations of tests/tokens/conversations.mjs, made the same way from the same seed, and what js-tiktoken counted.</summary>
internal sealed class Conversations
{
    private readonly JsonElement _reference = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Operations.Repository.PathOf("tests/BotHub.Tests/Models/Remote/Tokens/reference.json")));
    private readonly string[] _phrases;
    private uint _state;

    public Conversations()
    {
        _phrases = [.. _reference.GetProperty("phrases").EnumerateArray().Select(p => p.GetString()!)];
        _state = _reference.GetProperty("seed").GetUInt32();
        All = [.. Enumerable.Range(0, 500).Select(_ => Conversation())];
    }

    public IReadOnlyList<IReadOnlyList<ChatMessage>> All { get; }

    public IReadOnlyList<int> Reference(string name) => [.. _reference.GetProperty(name).EnumerateArray().Select(n => n.GetInt32())];

    private int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)below);
    }

    private List<ChatMessage> Conversation()
    {
        List<ChatMessage> messages = [];
        if (Next(4) > 0) messages.Add(new(ChatRole.System, Text()));
        var count = 1 + Next(8);
        for (var i = 0; i < count; i++) messages.Add(new(i % 2 == 0 ? ChatRole.User : ChatRole.Assistant, Text()));
        return messages;
    }

    private string Text()
    {
        var text = "";
        var parts = 1 + Next(5);
        for (var i = 0; i < parts; i++)
        {
            var phrase = _phrases[Next(_phrases.Length)];
            var start = Next(3) == 0 ? Next(phrase.Length) : 0;
            var end = Next(3) == 0 ? start + Next(phrase.Length - start + 1) : phrase.Length;
            text += phrase[start..end] + new[] { " ", "", "\n", "  " }[Next(4)];
        }

        return text;
    }
}
