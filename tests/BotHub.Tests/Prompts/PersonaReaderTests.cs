using BotHub.Core.Prompts;
using BotHub.Prompts;

namespace BotHub.Tests.Prompts;

public sealed class PersonaReaderTests
{
    private const string Head = "---\nid: pirate\nversion: 3\ndescription: Arr.\n";

    [Fact]
    public void A_whole_persona_is_read()
    {
        var persona = Read(Head + """
            model: local
            sampling:
              temperature: 0.5
              top_p: 0.9
              top_k: 40
              min_p: 0.05
              repeat_penalty: 1.1
              max_tokens: 300
              stop: ["\nUser:", "###"]
            ---
            You are {{bot_name}}.

            Today is {{date}}.
            """, out var errors)!;

        Assert.Empty(errors);
        Assert.Equal(("pirate", 3, "Arr.", "local"), (persona.Id, persona.Version, persona.Description, persona.Model));
        Assert.Equal("You are {{bot_name}}.\n\nToday is {{date}}.", persona.Text);
        Assert.Equal(["\nUser:", "###"], persona.Sampling.Stop);
        Assert.Equal(
            new PersonaSampling(0.5, 0.9, 40, 0.05, 1.1, 300, persona.Sampling.Stop),
            persona.Sampling);
    }

    [Fact]
    public void The_hash_follows_the_content_and_not_the_line_endings()
    {
        var text = Head + "---\nArr.";
        var hash = Read(text, out _)!.Hash;

        Assert.Matches("^[0-9a-f]{12}$", hash);
        Assert.Equal(hash, Read(text.Replace("\n", "\r\n", StringComparison.Ordinal), out _)!.Hash);
        Assert.NotEqual(hash, Read(text + "!", out _)!.Hash);
    }

    [Theory]
    [InlineData("You are a pirate.", "(1): a persona starts with front matter")]
    [InlineData("---\nid: pirate\n", "(1): a persona starts with front matter")]
    [InlineData("---\njust text\n---\nArr.", "(1): the front matter must be 'key: value' lines")]
    [InlineData(Head + "mood: grim\n---\nArr.", "(5): 'mood' is not known; known are id, version")]
    [InlineData(Head + "id: again\n---\nArr.", "(5): the front matter is not valid YAML")]
    [InlineData(Head + "model: [a\n---\nArr.", ": the front matter is not valid YAML")]
    [InlineData(Head + "sampling:\n  temprature: 1\n---\nArr.", "(6): 'temprature' is not known; known are temperature")]
    [InlineData(Head + "sampling:\n  temperature: 3\n---\nArr.", "(6): 'temperature' is '3'; it must be a number from 0 to 2")]
    [InlineData(Head + "sampling:\n  top_k: few\n---\nArr.", "(6): 'top_k' is 'few'; it must be a whole number")]
    [InlineData(Head + "sampling:\n  stop: now\n---\nArr.", "(6): 'stop' must be a list")]
    [InlineData(Head + "sampling: hot\n---\nArr.", "(5): 'sampling' must be a mapping")]
    [InlineData(Head + "---\n\n", "(5): the text after the front matter is empty")]
    [InlineData(Head + "---\nA\n{{name}}", "(7): '{{name}}' is not a variable; there are bot_name, channel")]
    [InlineData(Head + "---\nA {{bot_name", "(6): '{{' and '}}' enclose the name of a variable")]
    [InlineData(Head + "---\nIt is {{date}}.\n\nArr.", "(6): '{{date}}' changes from user to user or day to day")]
    [InlineData("---\nid: captain\nversion: 1\ndescription: D\n---\nArr.", "(2): id 'captain' must be the file's name")]
    [InlineData("---\nid: pirate\nversion: v1\ndescription: D\n---\nArr.", "(3): 'version' is 'v1'")]
    [InlineData("---\nid: pirate\nversion: 1\n---\nArr.", "(1): 'description' is missing")]
    public void An_error_names_file_and_line(string text, string expected)
    {
        Assert.Null(Read(text, out var errors));
        Assert.Contains(errors, e => e.StartsWith("pirate.md", StringComparison.Ordinal) && e.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_at_once()
    {
        Assert.Null(Read("---\nid: x\nversion: 0\nmood: grim\n---\n{{a}} {{b}}", out var errors));

        Assert.Equal(6, errors.Count);
    }

    private static Persona? Read(string text, out List<string> errors) => PersonaReader.Read("pirate.md", text, errors = []);
}
