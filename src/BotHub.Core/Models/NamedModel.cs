using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Models;

/// <summary>A model an operator has configured, ready to answer.</summary>
/// <param name="Name">Its name in the section <c>Models</c>.</param>
/// <param name="Type">The kind of engine: <c>llama</c>, <c>azure-openai</c>, <c>openai-compatible</c>, <c>eliza</c>, <c>echo</c>.</param>
/// <param name="Description">What people are told they talk with, such as the model file's own name.</param>
/// <param name="MaxTokens">The longest answer in tokens; this room is kept free in every prompt.</param>
/// <param name="Notice">Told to people and operators when this is not the model they would expect; else null.</param>
public sealed record NamedModel(
    string Name,
    string Type,
    IChatClient Client,
    ITokenMeter Meter,
    int MaxTokens,
    string Description,
    string? Notice = null)
{
    /// <summary>It runs on machines of the operator's own: what people write does not leave the house.</summary>
    public bool InHouse { get; init; }

    /// <summary>Prompt and answer together, at most, in the meter's tokens.</summary>
    public int ContextTokens => Meter.ContextLength;
}

/// <summary>The configured models by name.</summary>
public interface IModelDirectory
{
    /// <summary>The model of that name, of a chain its first; the default for null or an unknown name.</summary>
    NamedModel Get(string? name);

    /// <summary>The chain of that name; a model's name is a chain of one. The default for null or an unknown name.</summary>
    ModelRoute Route(string? name) => ModelRoute.Of(Get(name));

    IReadOnlyList<NamedModel> All { get; }

    /// <summary>Every name that <see cref="Route"/> knows.</summary>
    IReadOnlyList<string> Names => [.. All.Select(m => m.Name)];

    bool Knows(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Keys in <see cref="ChatOptions.AdditionalProperties"/> that models of ours understand; others ignore them.</summary>
public static class ModelOptions
{
    /// <summary>string: calls with the same value share a prefix, so an engine keeps their KV cache together.</summary>
    public const string Conversation = "conversation";

    /// <summary><see cref="Action{T}"/> of int: told the place in the model's own queue while the call waits, 0 when it begins.</summary>
    public const string OnQueuePosition = "on_queue_position";

    /// <summary><see cref="Action{T}"/> of TimeSpan: told how long the call is going to wait before it is tried again, zero when it goes on.</summary>
    public const string OnWait = "on_wait";
}

/// <summary>The model's queue is full. The message is for operators.</summary>
public sealed class ModelBusyException(string message, Exception? inner = null) : Exception(message, inner);
