using System.Runtime.CompilerServices;
using BotHub.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models;

public sealed class ThoughtSplitterTests
{
    [Theory]
    [InlineData("Hello", "", "Hello")]
    [InlineData("", "", "")]
    [InlineData("  <b>bold</b>", "", "  <b>bold</b>")]
    [InlineData("<thin ice", "", "<thin ice")]
    [InlineData("<thi", "", "<thi")]
    [InlineData("<think>Hm.</think>Yes.", "Hm.", "Yes.")]
    [InlineData("\n<think>\nHm. </thin</think>\n\nYes.", "\nHm. </thin", "Yes.")]
    [InlineData("<think></think>Yes.", "", "Yes.")]
    [InlineData("<think>Hm. a < b </th", "Hm. a < b </th", "")]
    [InlineData("<think>Hm.</think>  ", "Hm.", "")]
    [InlineData("Say <think> and </think>.", "", "Say <think> and </think>.")]
    [InlineData("<think>Hm.</think>Say <think>x</think>.", "Hm.", "Say <think>x</think>.")]
    public async Task A_thought_is_kept_apart_however_it_is_cut(string said, string thought, string answer)
    {
        for (var size = 1; size <= Math.Max(1, said.Length); size++)
        {
            using var client = new ThoughtSplitter(new Speaker([.. said.Chunk(size).Select(c => new string(c))]));

            var contents = await client.GetStreamingResponseAsync("x", cancellationToken: TestContext.Current.CancellationToken).SelectMany(u => u.Contents.ToAsyncEnumerable()).ToListAsync(TestContext.Current.CancellationToken);

            Assert.Equal(thought, string.Concat(contents.OfType<TextReasoningContent>().Select(c => c.Text)));
            Assert.Equal(answer, string.Concat(contents.OfType<TextContent>().Select(c => c.Text)));
            // A thought that is long is passed on as it comes.
            if (size == 1 && thought.Length > 3) Assert.True(contents.OfType<TextReasoningContent>().Count() > 1);
        }
    }

    private sealed class Speaker(string[] words) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            foreach (var word in words) yield return new ChatResponseUpdate(ChatRole.Assistant, word);
            if (words.Length % 2 == 0) yield return new ChatResponseUpdate(ChatRole.Assistant, []) { FinishReason = ChatFinishReason.Stop };
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
