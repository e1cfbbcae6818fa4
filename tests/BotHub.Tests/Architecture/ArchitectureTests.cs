using System.Reflection;
using System.Text.RegularExpressions;
using BotHub.Core.Pipeline;
using BotHub.Llama;

namespace BotHub.Tests.Architecture;

/// <summary>The directions that the house keeps: rooms know the seams, not each other.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Assembly Core = typeof(TurnPipeline).Assembly;
    private static readonly Assembly Host = typeof(Program).Assembly;
    private static readonly string Source = Path.Combine(Root(), "src");

    [Fact]
    public void Core_references_only_the_framework_and_its_abstractions()
    {
        var foreign = Core.GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System", StringComparison.Ordinal) && !(n.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)));
        Assert.Empty(foreign);
    }

    [Fact]
    public void The_llama_engine_knows_nothing_of_bots()
    {
        var references = typeof(LlamaEngine).Assembly.GetReferencedAssemblies().Select(a => a.Name!);
        Assert.DoesNotContain(references, n => n.StartsWith("BotHub", StringComparison.Ordinal) || n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Channels/Telegram", "BotHub.Channels.Web", "BotHub.Storage", "BotHub.Models", "BotHub.Llama", "BotHub.Operations", "StackExchange", "Garnet")]
    [InlineData("Channels/Web", "BotHub.Channels.Telegram", "BotHub.Storage", "BotHub.Models", "BotHub.Llama", "BotHub.Operations", "StackExchange", "Garnet")]
    [InlineData("Storage", "BotHub.Channels", "BotHub.Models", "BotHub.Prompts", "BotHub.Llama", "BotHub.Operations")]
    [InlineData("Models", "BotHub.Channels", "BotHub.Storage", "BotHub.Operations", "StackExchange", "Garnet")]
    [InlineData("Prompts", "BotHub.Channels", "BotHub.Storage", "BotHub.Models", "BotHub.Llama", "BotHub.Operations")]
    public void A_room_of_the_host_names_no_room_it_must_not_know(string room, params string[] forbidden)
    {
        var folder = Path.Combine(Source, "BotHub", room);
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var bad = from file in files
                  from line in File.ReadLines(file)
                  where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                  from name in forbidden
                  where Regex.IsMatch(line, $@"\b{Regex.Escape(name)}\b")
                  select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(bad);
    }

    /// <summary>So that every call of a model comes by <c>Turn.Use</c>, which refuses what may not see the conversation.</summary>
    [Fact]
    public void Models_are_asked_in_one_place_only()
    {
        // Whoever has a model's client could ask it; in the host only the models' own decorators ask.
        Assert.Equal(["CandidateClient.cs"], Naming("BotHub.Core", @"\.Client\b"));
        Assert.All(Naming("BotHub", "Get(Streaming)?ResponseAsync"), f => Assert.Contains(f, Directory.GetFiles(Path.Combine(Source, "BotHub", "Models"), "*.cs", SearchOption.AllDirectories).Select(Path.GetFileName)));

        static IEnumerable<string?> Naming(string project, string pattern) => SourceFiles()
            .Where(f => f.StartsWith(Path.Combine(Source, project) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.ReadLines(f).Any(l => Regex.IsMatch(l, pattern)))
            .Select(Path.GetFileName);
    }

    [Fact]
    public void Only_the_llama_project_holds_unsafe_code()
    {
        var bad = SourceFiles().Where(f => !f.Contains("BotHub.Llama", StringComparison.Ordinal) && File.ReadLines(f).Any(l => UnsafeWord().IsMatch(l)));
        Assert.Empty(bad);
    }

    [Fact]
    public void Classes_are_sealed_or_made_to_be_derived_from()
    {
        var open = Core.GetTypes().Concat(Host.GetTypes()).Concat(typeof(LlamaEngine).Assembly.GetTypes())
            .Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && t != typeof(Program) && t.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null)
            .Where(t => !t.Name.Contains('<', StringComparison.Ordinal) && t.Namespace?.StartsWith("BotHub", StringComparison.Ordinal) == true)
            .Where(t => !t.Assembly.GetTypes().Any(d => d.BaseType == t));
        Assert.Empty(open);
    }

    [Fact]
    public void No_source_file_grows_past_400_lines() =>
        Assert.Empty(SourceFiles().Where(f => File.ReadLines(f).Count() > 400).Select(Path.GetFileName));

    private static IEnumerable<string> SourceFiles() => Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "BotHub.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("BotHub.sln was not found above the tests.");
        return folder;
    }

    [GeneratedRegex(@"\bunsafe\b(?!.*//)")]
    private static partial Regex UnsafeWord();
}
