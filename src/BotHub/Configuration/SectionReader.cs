using System.Globalization;

namespace BotHub.Configuration;

/// <summary>
/// Reads the keys of one configuration section and gathers everything wrong with them: values out of bounds, values of the wrong kind, and,
/// once all known keys were asked for, keys that nobody knows.
/// </summary>
internal sealed class SectionReader(IConfigurationSection section, List<string> errors)
{
    private readonly List<string> _known = [];

    /// <summary>A text; null where the key is missing or empty.</summary>
    public string? Text(string key)
    {
        _known.Add(key);
        return string.IsNullOrWhiteSpace(section[key]) ? null : section[key]!.Trim();
    }

    /// <summary>Several texts: a list, or one text with commas as an environment variable holds it.</summary>
    public IReadOnlyList<string> List(string key)
    {
        var text = Text(key);
        return [.. section.GetSection(key).GetChildren().Select(c => c.Value).Append(text).SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
    }

    /// <summary>A section within this one.</summary>
    public SectionReader Section(string key)
    {
        _known.Add(key);
        return new SectionReader(section.GetSection(key), errors);
    }

    public int Integer(string key, int otherwise, int least, int most)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(key, text, $"must be a whole number from {least} to {most}");
        return otherwise;
    }

    public double Number(string key, double otherwise, double least, double most)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(key, text, string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}"));
        return otherwise;
    }

    public long Whole(string key, long otherwise, long least, long most)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(key, text, $"must be a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary>A number that is exact to its last digit.</summary>
    public decimal Decimal(string key, decimal otherwise, decimal least, decimal most)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Error(key, text, string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}"));
        return otherwise;
    }

    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
        Error(key, text, $"is not known; use {string.Join(", ", Enum.GetNames<T>())}");
        return otherwise;
    }

    public bool Flag(string key, bool otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (bool.TryParse(text, out var value))
            return value;
        Error(key, text, "must be true or false");
        return otherwise;
    }

    public TimeSpan Duration(string key, TimeSpan otherwise, TimeSpan most)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero && value <= most)
            return value;
        Error(key, text, $"must be a duration such as 00:00:01.500, at most {most:c}");
        return otherwise;
    }

    /// <summary>Notes an error; the message names the whole key, the value and the fix.</summary>
    public void Error(string key, object value, string fix) =>
        errors.Add(string.Create(CultureInfo.InvariantCulture, $"{section.Path}:{key} = '{value}' {fix}."));

    /// <summary>Notes the keys that were never asked for. Call it last.</summary>
    public void RefuseOtherKeys()
    {
        foreach (var child in section.GetChildren())
            if (!_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                errors.Add($"{child.Path} is not known; known are {string.Join(", ", _known)}.");
    }
}
