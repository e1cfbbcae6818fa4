using System.Globalization;
using System.Text;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Models.Routing;

/// <summary>An answer that another model goes on with reads as if one had written it.</summary>
public sealed class ContinuationTests
{
    /// <summary>Words that look like no others, so that a match is no chance.</summary>
    private static readonly string[] _alphabets = ["abcdefghijklmnopqrstuvwxyzäöüß", "абвгдежзийклмнопрстуфхцчшщыэюя", "אבגדהוזחטיכלמנסעפצקרשת", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生"];

    private static readonly string[] _clusters = ["👩‍👩‍👧", "🙂", "🇦🇹", "e\u0301", "👍🏽", "नि"];

    [Fact]
    public void Whatever_is_repeated_and_wherever_it_is_cut_into_pieces_the_whole_answer_is_there_once()
    {
        var random = new Random(42);
        for (var round = 0; round < 3000; round++)
        {
            var whole = Answer(random);
            var elements = StringInfo.ParseCombiningCharacters(whole);
            var cut = elements[random.Next(1, elements.Length)];
            // Of the shown part, how much the model says again: nothing, or from a few words up to all of it.
            var from = random.Next(4) == 0 ? cut : elements[random.Next(0, Array.IndexOf(elements, cut))];
            var repeated = cut - from;
            // Where nothing is repeated, a word that was cut in two cannot be told from two words.
            if (repeated is > 0 and < 3 || (repeated == 0 && !char.IsWhiteSpace(whole[cut]) && !char.IsWhiteSpace(whole[cut - 1]))) continue;

            Assert.Equal(whole, whole[..cut] + Joined(whole[..cut], whole[from..], random));
        }
    }

    [Fact]
    public void Nothing_is_let_through_before_it_is_known_to_be_new()
    {
        var join = new Continuation("The capital of France is");
        Assert.Equal("", join.Push("France"));
        Assert.Equal("", join.Push(" is"));
        Assert.Equal(" Paris", join.Push(" Paris"));
        Assert.Equal(".", join.Push("."));
        Assert.Equal("", join.End());
    }

    [Theory]
    [InlineData("The capital of France is", "Paris.", " Paris.")]
    [InlineData("The capital of France is ", "Paris.", "Paris.")]
    [InlineData("The capital of France is", " Paris.", " Paris.")]
    [InlineData("Die Hauptstadt (", "Wien)", "Wien)")]
    [InlineData("法国的首都是", "巴黎。", "巴黎。")]
    [InlineData("It is a", "a test", " test")]
    [InlineData("Yes", "Yes, of course", ", of course")]
    [InlineData("One, two", "One, two, three", ", three")]
    [InlineData("It is so.", "It is so.", "")]
    [InlineData("It is so.", " \n ", "")]
    [InlineData("1. Tea\n", "2. Milk", "2. Milk")]
    public void Joins_are_as_people_would_make_them(string shown, string continuation, string joined) => Assert.Equal(joined, Joined(shown, continuation, new Random(1)));

    [Fact]
    public void An_answer_that_is_begun_anew_in_other_words_is_no_continuation()
    {
        const string Shown = "The three primary colours of light are red, green and";
        var error = Assert.Throws<ModelCallException>(() => Joined(Shown, "The three primary colours of paint, on the other hand", new Random(1)));
        Assert.Equal(ModelFault.Malformed, error.Fault);
    }

    [Fact]
    public void The_model_is_told_to_begin_with_whole_words_of_the_end()
    {
        var shown = string.Concat(Enumerable.Repeat("Lorem ipsum dolor sit amet. ", 20)) + "And now for some";
        var prompt = Continuation.Prompt(shown);
        Assert.Equal([ChatRole.Assistant, ChatRole.User], prompt.Select(m => m.Role));
        Assert.Equal(shown, prompt[0].Text);
        Assert.Contains("\nLorem", "\n" + string.Join('\n', prompt[1].Text.Split('\n')).Replace("ipsum", "Lorem", StringComparison.Ordinal), StringComparison.Ordinal);
        var anchor = prompt[1].Text.Split('\n')[1].TrimEnd('\r');
        Assert.EndsWith(anchor, shown, StringComparison.Ordinal);
        Assert.InRange(anchor.Length, 20, 40);
        Assert.Equal(' ', shown[^(anchor.Length + 1)]);
    }

    /// <summary>Random pieces, as small as one UTF-16 unit.</summary>
    private static string Joined(string shown, string continuation, Random random)
    {
        var join = new Continuation(shown);
        var text = new StringBuilder();
        for (var at = 0; at < continuation.Length;)
        {
            var length = Math.Min(continuation.Length - at, random.Next(1, 6));
            text.Append(join.Push(continuation.Substring(at, length)));
            at += length;
        }

        return text.Append(join.End()).ToString();
    }

    private static string Answer(Random random)
    {
        var text = new StringBuilder();
        for (var words = random.Next(3, 40); words > 0; words--)
        {
            var letters = _alphabets[random.Next(_alphabets.Length)];
            for (var n = random.Next(4, 10); n > 0; n--) text.Append(letters[random.Next(letters.Length)]);
            if (random.Next(3) == 0) text.Append(_clusters[random.Next(_clusters.Length)]);
            if (words > 1) text.Append(" \n,".AsSpan()[random.Next(2)]);
        }

        return text.ToString();
    }
}
