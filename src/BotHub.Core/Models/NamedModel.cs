using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Models;

/// <summary>A model an operator has configured, ready to answer.</summary>
/// <param name="Name">Its name in the section <c>Models</c>.</param>
/// <param name="Type">The kind of engine: <c>llama</c>, <c>eliza</c>, <c>echo</c>.</param>
/// <param name="Description">What people are told they talk with, such as the model file's own name.</param>
/// <param name="MaxTokens">The longest answer in tokens; this room is kept free in every prompt.</param>
/// <param name="Notice">Told to people and operators when this is not the model they would expect; else null.</param>
public sealed record NamedModel(
    string Name,
    string Type,
    string Description,
    IChatClient Client,
    ITokenMeter Meter,
    int MaxTokens,
    string? Notice = null);

/// <summary>The configured models by name.</summary>
public interface IModelDirectory
{
    /// <summary>The model of that name; the default for null or an unknown name.</summary>
    NamedModel Get(string? name);

    IReadOnlyList<NamedModel> All { get; }
}

/// <summary>Keys in <see cref="ChatOptions.AdditionalProperties"/> that models of ours understand; others ignore them.</summary>
public static class ModelOptions
{
    /// <summary>string: calls with the same value share a prefix, so an engine keeps their KV cache together.</summary>
    public const string Conversation = "conversation";

    /// <summary><see cref="Action{T}"/> of int: told the place in the model's own queue while the call waits, 0 when it begins.</summary>
    public const string OnQueuePosition = "on_queue_position";

    /// <summary>float: drops tokens less likely than this share of the likeliest one.</summary>
    public const string MinP = "min_p";

    /// <summary>float: above 1 makes repeated tokens less likely.</summary>
    public const string RepeatPenalty = "repeat_penalty";
}

/// <summary>The model's queue is full. The message is for operators.</summary>
public sealed class ModelBusyException(string message, Exception? inner = null) : Exception(message, inner);
