using System.Text.Json.Nodes;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>Answers and their pieces as the real servers write them.</summary>
internal sealed class ChunkJson(string id, string model, long created, bool azure)
{
    private static readonly string[] _categories = ["hate", "self_harm", "sexual", "violence"];

    /// <summary>The filter's word on every category; some of them filtered or only noticed.</summary>
    public static JsonObject Filter(IReadOnlyList<string> hit, bool filtered)
    {
        var results = new JsonObject();
        foreach (var category in _categories.Union(hit))
            results[category] = new JsonObject { ["filtered"] = filtered && hit.Contains(category), ["severity"] = hit.Contains(category) ? "medium" : "safe" };
        return results;
    }

    public JsonObject Prompt() => Envelope("chat.completion.chunk", []) is var chunk && azure
        ? With(chunk, "prompt_filter_results", new JsonArray(new JsonObject { ["prompt_index"] = 0, ["content_filter_results"] = Filter([], false) }))
        : chunk;

    public JsonObject Piece(JsonObject delta, string? finish = null, JsonObject? filter = null, bool annotated = true)
    {
        var choice = new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish, ["logprobs"] = null };
        if (azure && annotated) choice["content_filter_results"] = filter ?? (delta.Count > 0 ? Filter([], false) : []);
        return Envelope("chat.completion.chunk", [choice]);
    }

    /// <summary>The asynchronous filter's word on text between two places, in UTF-16 units.</summary>
    public JsonObject Judgement(JsonObject filter, int start, int end)
    {
        var choice = new JsonObject
        {
            ["index"] = 0,
            ["delta"] = new JsonObject(),
            ["finish_reason"] = null,
            ["content_filter_results"] = filter,
            ["content_filter_offsets"] = new JsonObject { ["check_offset"] = end, ["start_offset"] = start, ["end_offset"] = end },
        };
        return Envelope("chat.completion.chunk", [choice]);
    }

    public JsonObject Usage(Tokens tokens) => With(Envelope("chat.completion.chunk", []), "usage", tokens.ToJson());

    public JsonObject Whole(string text, string? thoughtField, string? thoughts, string finish, Tokens tokens)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = text, ["refusal"] = null };
        if (thoughtField is not null) message[thoughtField] = thoughts;
        var choice = new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = finish, ["logprobs"] = null };
        if (azure) choice["content_filter_results"] = Filter([], false);
        return With(Envelope("chat.completion", [choice]), "usage", tokens.ToJson());
    }

    private JsonObject Envelope(string kind, JsonArray choices) => new()
    {
        ["id"] = id, ["object"] = kind, ["created"] = created, ["model"] = model, ["system_fingerprint"] = "fp_fake", ["choices"] = choices,
    };

    private static JsonObject With(JsonObject json, string name, JsonNode value)
    {
        json[name] = value;
        return json;
    }
}

/// <summary>Counted in words: the fake has no tokenizer.</summary>
internal sealed record Tokens(int Prompt, int Thought, int Answer)
{
    public int All => Prompt + Thought + Answer;

    public JsonObject ToJson() => new()
    {
        ["prompt_tokens"] = Prompt,
        ["completion_tokens"] = Thought + Answer,
        ["total_tokens"] = All,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = Thought },
    };
}
