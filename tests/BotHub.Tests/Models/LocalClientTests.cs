using BotHub.Core.Models;
using BotHub.Llama;
using BotHub.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models;

public sealed class LocalClientTests
{
    [Fact]
    public async Task A_full_queue_is_reported_as_the_pipeline_expects_it()
    {
        using var client = new LocalClient(new FullClient());

        var streamed = await Assert.ThrowsAsync<ModelBusyException>(async () => await client.GetStreamingResponseAsync("hi").ToListAsync());
        await Assert.ThrowsAsync<ModelBusyException>(() => client.GetResponseAsync("hi"));
        Assert.IsType<LlamaQueueFullException>(streamed.InnerException);
    }

    [Fact]
    public void What_it_owns_is_freed_in_order()
    {
        var freed = new List<string>();

        new LocalClient(new FullClient(), new Part(() => freed.Add("engine")), new Part(() => freed.Add("model"))).Dispose();

        Assert.Equal(["engine", "model"], freed);
    }

    private sealed class Part(Action disposed) : IDisposable
    {
        public void Dispose() => disposed();
    }

    private sealed class FullClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new LlamaQueueFullException(1);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "a");
            throw new LlamaQueueFullException(1);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
