using BotHub.Configuration;

namespace BotHub.Models;

/// <summary><c>route</c>: a name for several models, in the order in which they are tried.</summary>
/// <param name="Models">Names of models, or of other routes, whose models then stand in their place.</param>
/// <param name="Continue">After a failure in the middle of an answer the next model goes on with it.</param>
/// <param name="QueueTime">A model whose queue is likely to take longer is passed over; null: never for that.</param>
/// <param name="CostPerDay">A model out of the house on which as much was spent today is passed over; null: never for that.</param>
internal sealed record RouteEntry(string Name, IReadOnlyList<string> Models, bool Continue, TimeSpan? QueueTime, decimal? CostPerDay) : ModelEntry(Name, RouteType)
{
    public const string RouteType = "route";

    public static RouteEntry Read(string name, SectionReader reader)
    {
        var models = reader.List("Models");
        if (models.Count == 0) reader.Error("Models", "", "is missing: name the models in the order in which they are tried, such as local,cloud");
        var overflow = reader.Section("Overflow");
        var queue = overflow.Text("QueueTime") is null ? (TimeSpan?)null : overflow.Duration("QueueTime", TimeSpan.Zero, TimeSpan.FromHours(1));
        var cost = overflow.Text("CostPerDay") is null ? (decimal?)null : (decimal)overflow.Number("CostPerDay", 0, 0, 1_000_000_000);
        overflow.RefuseOtherKeys();
        return new RouteEntry(name, models, reader.Flag("Continue", true), queue, cost);
    }

    /// <summary>
    /// The names of real models behind every route, each once and at its first place. Unknown names and routes that lead back to
    /// themselves are errors.
    /// </summary>
    public static Dictionary<string, IReadOnlyList<string>> Expand(IReadOnlyDictionary<string, ModelEntry> entries, List<string> errors)
    {
        var expanded = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var route in entries.Values.OfType<RouteEntry>())
        {
            List<string> models = [];
            Walk(route, [route.Name], models);
            expanded[route.Name] = models;
        }

        return expanded;

        void Walk(RouteEntry route, List<string> path, List<string> models)
        {
            foreach (var name in route.Models)
            {
                if (!entries.TryGetValue(name, out var entry))
                {
                    if (path.Count == 1) errors.Add($"{ModelsOptions.Section}:{route.Name}:Models names '{name}', and there is no such model; use {string.Join(", ", entries.Keys.Where(k => !k.Equals(route.Name, StringComparison.OrdinalIgnoreCase)))}.");
                }
                else if (entry is not RouteEntry inner)
                {
                    if (!models.Contains(entry.Name, StringComparer.OrdinalIgnoreCase)) models.Add(entry.Name);
                }
                else if (path.Contains(inner.Name, StringComparer.OrdinalIgnoreCase))
                {
                    if (inner.Name.Equals(path[0], StringComparison.OrdinalIgnoreCase)) errors.Add($"{ModelsOptions.Section}:{path[0]}:Models leads back to itself ({string.Join(" → ", [.. path, inner.Name])}); leave one of these names out.");
                }
                else
                {
                    Walk(inner, [.. path, inner.Name], models);
                }
            }
        }
    }
}
