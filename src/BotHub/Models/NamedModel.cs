using BotHub.Core.Context;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>A model, ready to answer.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Type">What answers: <c>llama</c>, <c>eliza</c>, <c>echo</c>. With a notice, not what the configuration asked for.</param>
/// <param name="Client">The client; safe for calls at the same time. Disposed with the <see cref="ModelDirectory"/>.</param>
/// <param name="Meter">Counts a prompt as this model does.</param>
/// <param name="ContextTokens">Prompt and answer together, at most, in the meter's tokens.</param>
/// <param name="MaxTokens">The longest answer.</param>
/// <param name="Description">One line for status pages: the model's file, or what a scripted one does.</param>
/// <param name="Notice">What people must be told (page, status, log), or null.</param>
internal sealed record NamedModel(
    string Name,
    string Type,
    IChatClient Client,
    ITokenMeter Meter,
    int ContextTokens,
    int MaxTokens,
    string Description,
    string? Notice = null);
