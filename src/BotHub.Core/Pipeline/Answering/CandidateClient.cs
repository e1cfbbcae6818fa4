using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// A candidate of a turn as a chat client. Whatever prompt it is handed, its model gets the window that was built for it, with as long
/// an answer as fits; and what the call used is written down in the turn.
/// </summary>
/// <param name="extra">The options that are the same for every candidate.</param>
internal sealed class CandidateClient(Turn turn, NamedModel model, AdditionalPropertiesDictionary extra, TimeProvider clock) : IChatClient
{
    private CallMeter? _meter;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var window = turn.Use(model);
        var own = turn.Persona!.Sampling.ToChatOptions(window.Reserved);
        foreach (var (key, value) in extra) (own.AdditionalProperties ??= [])[key] = value;
        var meter = _meter = new CallMeter(turn, model, window.Tokens, clock);
        await using var updates = model.Client.GetStreamingResponseAsync(window.Messages, own, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, meter)) yield return updates.Current;
    }

    /// <summary>Writes down a call that nobody waits for any more.</summary>
    public void Abandon() => _meter?.Close(failure: null, ended: false);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : model.Client.GetService(serviceType, serviceKey);

    /// <summary>Does nothing: the model's client is not the turn's.</summary>
    public void Dispose() { }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CallMeter meter)
    {
        try
        {
            if (await updates.MoveNextAsync())
            {
                meter.Note(updates.Current);
                return true;
            }

            meter.Close(failure: null, ended: true);
            return false;
        }
        catch (Exception e)
        {
            meter.Close(e, ended: false);
            throw;
        }
    }
}
