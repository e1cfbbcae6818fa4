using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Models.Remote.Tokens;

namespace BotHub.Tests.Models.Remote.Tokens;

public sealed class MeterTests
{
    private static readonly Conversations _known = new();

    [Theory]
    [InlineData("o200k_base")]
    [InlineData("cl100k_base")]
    public void Five_hundred_conversations_in_many_languages_are_counted_as_the_reference_counts_them(string encoding)
    {
        // Else the two sides would have counted different texts.
        Assert.Equal(_known.Reference("characters"), _known.All.Select(c => c.Sum(m => m.Text.Length)));

        var meter = new ExactMeter(TokenEncoding.Of(encoding), 128_000);

        Assert.Equal(_known.Reference(encoding), _known.All.Select(c => meter.Count(c)));
        Assert.Equal(_known.Reference(encoding), _known.All.Select(c => meter.Count(c)));
    }

    [Fact]
    public void A_cautious_count_is_never_below_the_exact_ones()
    {
        var cautious = new CautiousMeter(8192);
        foreach (var encoding in TokenEncoding.Names)
        {
            var exact = new ExactMeter(TokenEncoding.Of(encoding), 8192);
            Assert.All(_known.All, c => Assert.True(cautious.Count(c) >= exact.Count(c)));
        }
    }

    [Fact]
    public void A_cautious_count_wastes_no_more_than_two_thirds_of_a_context()
    {
        var (cautious, exact) = (new CautiousMeter(8192), new ExactMeter(TokenEncoding.Of(TokenEncoding.O200k), 8192));

        Assert.True(_known.All.Sum(c => cautious.Count(c)) <= 3 * _known.All.Sum(c => exact.Count(c)));
    }

    [Fact]
    public void Control_tokens_that_people_write_are_text()
    {
        var encoding = TokenEncoding.Of(TokenEncoding.Cl100k);

        Assert.True(encoding.Count("<|endoftext|>") > 1);
        Assert.Equal(encoding.Count("\ufffd"), encoding.Count("\ud83d"));
    }

    [Fact]
    public void Ten_thousand_random_histories_never_exceed_the_context()
    {
        var random = new Random(20261122);
        var texts = _known.All.SelectMany(c => c).Select(m => m.Text).ToArray();
        var encoding = TokenEncoding.Of(TokenEncoding.O200k);
        ITokenMeter[] meters = [.. new[] { 300, 1000, 4000 }.SelectMany(context => new ITokenMeter[] { new ExactMeter(encoding, context), new CautiousMeter(context) })];
        var cut = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var meter = meters[random.Next(meters.Length)];
            List<ChatEntry> history = [.. Enumerable.Range(0, random.Next(0, 24)).Select(i => new ChatEntry($"e{i}", i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, Text(), default, MessageState.Done, $"t{i / 2}"))];

            var window = PromptWindow.Build("You are kind.", history, [Text()], meter, random.Next(1, 500));

            Assert.Equal(meter.Count(window.Messages), window.Tokens);
            if (window.History.Any(p => !p.Kept)) cut++;
            if (window.Fits) Assert.True(window.Tokens + window.Reserved <= meter.ContextLength);
        }

        // The other half of the histories fits whole, or nothing does.
        Assert.InRange(cut, 2000, 9999);

        string Text() => texts[random.Next(texts.Length)];
    }
}
