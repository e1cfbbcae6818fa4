using System.Globalization;

namespace BotHub.Operations;

/// <summary>
/// Finds the values that are not of their option's kind. The binder would stop at the first of them, before any range was looked at, and
/// name a type of .NET instead of what one can write.
/// </summary>
internal static class ValueGuard
{
    /// <summary>Puts the default in the place of every such value, so that all other checks can follow, and tells them; the hub must not start then.</summary>
    public static List<string> TakeOut(IConfiguration configuration)
    {
        List<string> errors = [];
        foreach (var (section, type) in ConfigurationGuard.Options)
        {
            var defaults = Activator.CreateInstance(type);
            foreach (var property in ConfigurationGuard.PropertiesOf(type))
            {
                var key = $"{section}:{property.Name}";
                if (configuration[key] is not { } text || Wanted(property.PropertyType, text) is not { } wanted) continue;
                errors.Add($"{key} is '{text}'; write {wanted}.");
                configuration[key] = Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture);
            }
        }

        return errors;
    }

    /// <summary>As <see cref="TakeOut"/>, for the levels of logs: with a wrong one the host could not even be built.</summary>
    public static List<string> TakeOutLogLevels(IConfiguration configuration)
    {
        List<string> errors = [];
        var logging = configuration.GetSection("Logging");
        foreach (var levels in logging.GetChildren().Select(c => c.GetSection("LogLevel")).Prepend(logging.GetSection("LogLevel")))
            foreach (var level in levels.GetChildren().Where(l => !string.IsNullOrEmpty(l.Value) && !Enum.TryParse<LogLevel>(l.Value, ignoreCase: true, out _)))
            {
                errors.Add($"{level.Path} is '{level.Value}'; use {string.Join(", ", Enum.GetNames<LogLevel>())}.");
                configuration[level.Path] = null;
            }

        return errors;
    }

    /// <summary>What should stand there; null when it does.</summary>
    private static string? Wanted(Type type, string text)
    {
        // Nothing is a value of those that may be null.
        if (Nullable.GetUnderlyingType(type) is { } inner) return text.Length == 0 ? null : Wanted(inner, text);
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : "a whole number";
        if (type == typeof(bool)) return bool.TryParse(text, out _) ? null : "true or false";
        if (type.IsEnum) return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) ? null : string.Join(" or ", Enum.GetNames(type));
        if (type == typeof(TimeSpan)) return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : "a time as hours:minutes:seconds, such as 00:00:30";
        return null;
    }
}
