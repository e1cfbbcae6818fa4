using BotHub.Models.Eliza;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models.Eliza;

public sealed class ElizaChatClientTests
{
    private readonly ElizaChatClient _eliza = new(ElizaScripts.Shipped);

    [Fact]
    public async Task It_continues_a_conversation_it_has_never_seen()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "You are computer."),
            new(ChatRole.User, "My father."),
            new(ChatRole.Assistant, "TELL ME MORE ABOUT YOUR FAMILY"),
            new(ChatRole.User, "My mother takes care of me."),
        ];

        var reply = await _eliza.GetResponseAsync(messages);

        Assert.Equal("WHO ELSE IN YOUR FAMILY TAKES CARE OF YOU", reply.Text);
        Assert.Equal(ChatFinishReason.Stop, reply.FinishReason);
    }

    [Fact]
    public async Task Without_a_message_it_greets()
    {
        var reply = await _eliza.GetResponseAsync([new ChatMessage(ChatRole.System, "Be brief.")]);

        Assert.Equal("HOW DO YOU DO. PLEASE TELL ME YOUR PROBLEM", reply.Text);
    }

    [Fact]
    public async Task It_streams_words_and_ends_with_the_usage()
    {
        var updates = await _eliza.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Men are all alike.")]).ToListAsync();

        Assert.Equal(["IN", " WHAT", " WAY", ""], updates.Select(u => u.Text));
        var usage = Assert.IsType<UsageContent>(Assert.Single(updates[^1].Contents)).Details;
        Assert.Equal((4, 3), (usage.InputTokenCount, usage.OutputTokenCount));
    }

    [Fact]
    public async Task A_cancelled_stream_stops()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await _eliza.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hello")], cancellationToken: cancelled.Token).ToListAsync());
    }
}
