using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BotHub.Core.Models;
using BotHub.Core.Prompts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BotHub.Prompts;

/// <summary>Reads one persona file: YAML front matter between two lines of <c>---</c>, then the text. Strict, with line numbers.</summary>
internal sealed class PersonaReader
{
    private static readonly string[] Keys = ["id", "version", "description", "model", "data", "reasoning", "sampling"];

    private readonly string _file;
    private readonly List<string> _errors;

    private PersonaReader(string file, List<string> errors) => (_file, _errors) = (file, errors);

    /// <summary>Reads a persona; null when anything is wrong with it, which <paramref name="errors"/> then says.</summary>
    /// <param name="file">The file's name, as messages name it.</param>
    /// <param name="text">Its content.</param>
    /// <param name="errors">Gathers every error, each with file and line.</param>
    public static Persona? Read(string file, string text, List<string> errors)
    {
        var before = errors.Count;
        var persona = new PersonaReader(file, errors).Read(text.ReplaceLineEndings("\n"));
        return errors.Count == before ? persona : null;
    }

    private Persona? Read(string text)
    {
        var lines = text.Split('\n');
        var end = Array.IndexOf(lines, "---", 1);
        if (lines[0] != "---" || end < 0)
        {
            Error(1, "a persona starts with front matter between two lines of '---'");
            return null;
        }

        // The front matter starts in line 2: an empty first line keeps YAML's line numbers those of the file.
        var front = Mapping("\n" + string.Join('\n', lines[1..end]));
        if (front is null)
            return null;
        var body = string.Join('\n', lines[(end + 1)..]);
        foreach (var (line, error) in PromptTemplate.Check(body))
            Error(end + 1 + line, error);
        if (string.IsNullOrWhiteSpace(body))
            Error(end + 1, "the text after the front matter is empty");

        RefuseOtherKeys(front, Keys);
        var id = Text(front, "id", required: true);
        if (id is not null && id != Path.GetFileNameWithoutExtension(_file))
            Error(Line(front, "id"), $"id '{id}' must be the file's name without extension");
        var sampling = front.Children.TryGetValue("sampling", out var node) ? Sampling(node) : new PersonaSampling();
        return new Persona(
            id ?? "",
            Integer(front, "version", 1, int.MaxValue, required: true) ?? 1,
            Text(front, "description", required: true) ?? "",
            Text(front, "model", required: false),
            sampling,
            body.Trim(),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12])
        {
            Data = OneOf(front, "data", "open", "internal") == "internal" ? DataClass.Internal : DataClass.Open,
            ShowsReasoning = OneOf(front, "reasoning", "hide", "show") == "show",
        };
    }

    private YamlMappingNode? Mapping(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents is [{ RootNode: YamlMappingNode mapping }])
                return mapping;
            Error(1, $"the front matter must be 'key: value' lines with {string.Join(", ", Keys)}");
        }
        catch (YamlException e)
        {
            Error((int)e.Start.Line, $"the front matter is not valid YAML: {e.InnerException?.Message ?? e.Message}");
        }

        return null;
    }

    private PersonaSampling Sampling(YamlNode node)
    {
        if (node is not YamlMappingNode map)
        {
            Error((int)node.Start.Line, "'sampling' must be a mapping");
            return new PersonaSampling();
        }

        RefuseOtherKeys(map, "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "max_tokens", "stop");
        return new PersonaSampling(
            Number(map, "temperature", 0, 2),
            Number(map, "top_p", 0.01, 1),
            Integer(map, "top_k", 0, 1000),
            Number(map, "min_p", 0, 1),
            Number(map, "repeat_penalty", 0.5, 2),
            Integer(map, "max_tokens", 1, 1_000_000),
            Stop(map));
    }

    private List<string>? Stop(YamlMappingNode map)
    {
        if (!map.Children.TryGetValue("stop", out var node))
            return null;
        if (node is YamlSequenceNode list && list.Children.All(c => c is YamlScalarNode { Value.Length: > 0 }))
            return [.. list.Children.Select(c => ((YamlScalarNode)c).Value!)];
        Error((int)node.Start.Line, "'stop' must be a list of texts, none of them empty");
        return null;
    }

    private string? Text(YamlMappingNode map, string key, bool required)
    {
        if (map.Children.TryGetValue(key, out var node))
        {
            if (node is YamlScalarNode { Value: { Length: > 0 } value })
                return value;
            Error((int)node.Start.Line, $"'{key}' must be a text");
        }
        else if (required)
        {
            Error(1, $"'{key}' is missing");
        }

        return null;
    }

    private string? OneOf(YamlMappingNode map, string key, params string[] values)
    {
        if (Text(map, key, required: false) is not { } text)
            return null;
        if (values.Contains(text, StringComparer.Ordinal))
            return text;
        Error(Line(map, key), $"'{key}' is '{text}'; use {string.Join(" or ", values)}");
        return null;
    }

    private double? Number(YamlMappingNode map, string key, double least, double most)
    {
        if (Text(map, key, required: false) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(Line(map, key), string.Create(CultureInfo.InvariantCulture, $"'{key}' is '{text}'; it must be a number from {least} to {most}"));
        return null;
    }

    private int? Integer(YamlMappingNode map, string key, int least, int most, bool required = false)
    {
        if (Text(map, key, required) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(Line(map, key), $"'{key}' is '{text}'; it must be a whole number from {least} to {most}");
        return null;
    }

    private void RefuseOtherKeys(YamlMappingNode map, params string[] known)
    {
        foreach (var key in map.Children.Keys)
            if (key is not YamlScalarNode { Value: { } name } || !known.Contains(name))
                Error((int)key.Start.Line, $"'{key}' is not known; known are {string.Join(", ", known)}");
    }

    private static int Line(YamlMappingNode map, string key) => (int)map.Children[key].Start.Line;

    private void Error(int line, string message) => _errors.Add($"{_file}({line}): {message}.");
}
