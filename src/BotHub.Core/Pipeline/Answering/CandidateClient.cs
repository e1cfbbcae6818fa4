using System.Runtime.CompilerServices;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Core.Pipeline;

/// <summary>
/// A candidate of a turn as a chat client. Whatever prompt it is handed, its model gets the window that was built for it, with as long
/// an answer as fits; what the call used is written down in the turn, and how it ended in the model's health.
/// </summary>
/// <param name="begun">What people have seen of the answer, where another model began it.</param>
internal sealed class CandidateClient(Turn turn, NamedModel model, ModelHealth health, TimeProvider clock, string begun = "") : IChatClient
{
    private CallMeter? _meter;

    public NamedModel Model => model;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <param name="options">Only the additional properties count; all else is the persona's and the window's.</param>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var window = turn.Use(model, begun);
        var own = turn.Persona!.Sampling.ToChatOptions(window.Reserved);
        foreach (var (key, value) in options?.AdditionalProperties ?? []) (own.AdditionalProperties ??= [])[key] = value;
        using var meter = _meter = new CallMeter(turn, model, health, window.Tokens, clock);
        await using var updates = model.Client.GetStreamingResponseAsync(window.Messages, own, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, meter, cancellationToken)) yield return updates.Current;
    }

    /// <summary>The call waits for longer than its route allows: it counts as never made.</summary>
    public void GiveUp() => _meter?.Close(new QueueTooLongException(model.Name), ended: false);

    /// <summary>Writes down a call that nobody waits for any more.</summary>
    public void Abandon() => _meter?.Dispose();

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : model.Client.GetService(serviceType, serviceKey);

    /// <summary>Does nothing: the model's client is not the turn's.</summary>
    public void Dispose() { }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CallMeter meter, CancellationToken cancel)
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
            meter.Close(cancel.IsCancellationRequested && e is OperationCanceledException ? null : e, ended: false);
            throw;
        }
    }
}
