using BotHub.Models.Remote;
using BotHub.Models.Remote.Tokens;

namespace BotHub.Tests.Models.Remote;

public sealed class ModelTraitsTests
{
    [Theory]
    [InlineData("gpt-4o", TokenEncoding.O200k, 128_000, false)]
    [InlineData("gpt-4o-mini-2024-07-18", TokenEncoding.O200k, 128_000, false)]
    [InlineData("openai/gpt-4.1-nano", TokenEncoding.O200k, 1_047_576, false)]
    [InlineData("gpt-4-0613", TokenEncoding.Cl100k, 8192, false)]
    [InlineData("gpt-4-turbo-2024-04-09", TokenEncoding.Cl100k, 128_000, false)]
    [InlineData("gpt-35-turbo", TokenEncoding.Cl100k, 16_385, false)]
    [InlineData("GPT-5-mini", TokenEncoding.O200k, 272_000, true)]
    [InlineData("gpt-5-chat-latest", TokenEncoding.O200k, 128_000, false)]
    [InlineData("o3", TokenEncoding.O200k, 200_000, true)]
    [InlineData("o4-mini", TokenEncoding.O200k, 200_000, true)]
    [InlineData("gpt-40", null, 8192, false)]
    [InlineData("o30", null, 8192, false)]
    [InlineData("qwen2.5:1.5b", null, 8192, false)]
    [InlineData("my-deployment", null, 8192, false)]
    public void A_model_is_known_by_the_beginning_of_its_name(string model, string? encoding, int context, bool reasons)
    {
        var traits = ModelTraits.Of(model);

        Assert.Equal((encoding, context, reasons), (traits.Encoding, traits.ContextTokens, traits.Reasons));
        Assert.True(traits.DefaultMaxTokens < traits.ContextTokens);
    }
}
