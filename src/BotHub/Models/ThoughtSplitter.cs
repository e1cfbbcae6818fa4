using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BotHub.Models;

/// <summary>
/// Keeps apart what a model thinks in front of its answer: open models write it between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>,
/// and not every server parts it. The same marks later in an answer are text.
/// </summary>
internal sealed class ThoughtSplitter(IChatClient inner) : DelegatingChatClient(inner)
{
    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var parts = new Parts();
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            if (!parts.Done)
            {
                update.Contents = [.. update.Contents.SelectMany(c => c is TextContent text ? parts.Push(text.Text) : [c])];
                if (update.FinishReason is not null)
                    foreach (var rest in parts.End()) update.Contents.Add(rest);
            }

            yield return update;
        }

        // A stream may end without saying so.
        foreach (var rest in parts.End()) yield return new ChatResponseUpdate(ChatRole.Assistant, [rest]);
    }

    private sealed class Parts
    {
        private const string Open = "<think>", Close = "</think>";

        private string _held = "";
        private State _state;

        private enum State
        {
            /// <summary>Nothing was said yet but what may be the opening mark.</summary>
            Beginning,
            Thinking,
            /// <summary>Behind the thought, before the answer's first character.</summary>
            Between,
            Answering,
        }

        /// <summary>Whether everything that follows is answer.</summary>
        public bool Done => _state == State.Answering;

        public IEnumerable<AIContent> Push(string text)
        {
            _held += text;
            if (_state == State.Beginning)
            {
                var begun = _held.AsSpan().TrimStart();
                if (begun.Length < Open.Length && Open.AsSpan().StartsWith(begun, StringComparison.Ordinal)) yield break;
                var thinks = begun.StartsWith(Open, StringComparison.Ordinal);
                if (thinks) _held = begun[Open.Length..].ToString();
                _state = thinks ? State.Thinking : State.Answering;
            }

            if (_state == State.Thinking)
            {
                var close = _held.IndexOf(Close, StringComparison.Ordinal);
                var thought = close >= 0 ? _held[..close] : _held[..^Pending()];
                _held = close >= 0 ? _held[(close + Close.Length)..] : _held[thought.Length..];
                if (thought.Length > 0) yield return new TextReasoningContent(thought);
                if (close < 0) yield break;
                _state = State.Between;
            }

            if (_state == State.Between)
            {
                _held = _held.TrimStart();
                if (_held.Length == 0) yield break;
                _state = State.Answering;
            }

            if (Take() is { Length: > 0 } answer) yield return new TextContent(answer);
        }

        public IEnumerable<AIContent> End()
        {
            var thinking = _state == State.Thinking;
            _state = State.Answering;
            if (Take() is { Length: > 0 } rest) yield return thinking ? new TextReasoningContent(rest) : new TextContent(rest);
        }

        /// <summary>How much of the end may be the beginning of the closing mark.</summary>
        private int Pending()
        {
            for (var length = Math.Min(Close.Length - 1, _held.Length); length > 0; length--)
                if (_held.AsSpan().EndsWith(Close.AsSpan(0, length), StringComparison.Ordinal)) return length;
            return 0;
        }

        private string Take()
        {
            var held = _held;
            _held = "";
            return held;
        }
    }
}
