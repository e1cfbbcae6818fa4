using Microsoft.Extensions.AI;

namespace BotHub.Llama.Tests;

public sealed class ChatClientTests(ModelFixture fixture)
{
    [Fact]
    public async Task Answers_a_question()
    {
        using var engine = fixture.Engine();
        using var client = new LlamaChatClient(engine);

        var response = await client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, "What is the capital of France?")],
            new ChatOptions { Temperature = 0, MaxOutputTokens = 24 },
            TestContext.Current.CancellationToken);

        Assert.Contains("Paris", response.Text, StringComparison.Ordinal);
    }
}
