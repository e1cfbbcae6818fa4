using BotHub.Configuration;
using BotHub.Core.Context;
using BotHub.Core.Models;
using Microsoft.Extensions.AI;

namespace BotHub.Models.Limits;

/// <summary>Puts a model's limits around its client.</summary>
internal sealed class ModelLimiter(IModelLimits shared, LimitWaits waits, TimeProvider clock)
{
    /// <param name="maxTokens">The model's longest answer.</param>
    /// <param name="thinks">Its thoughts count too, so that a wish for a shorter answer does not make the call shorter.</param>
    public IChatClient Limit(IChatClient client, ModelEntry entry, ITokenMeter meter, int maxTokens, bool thinks = false) => new LimitedClient(
        client,
        entry.Name,
        entry.Limits,
        shared,
        (prompt, options) => meter.Count(prompt) + (thinks ? maxTokens : Math.Min(options?.MaxOutputTokens ?? maxTokens, maxTokens)),
        waits,
        clock,
        Random.Shared.NextDouble);

    public static ModelLimits Read(SectionReader reader) => new(
        reader.Integer("RequestsPerMinute", 0, 0, 1_000_000),
        reader.Integer("TokensPerMinute", 0, 0, 1_000_000_000),
        reader.Integer("Concurrency", 0, 0, 1000),
        reader.Duration("LimitWait", ModelLimits.None.Patience, TimeSpan.FromHours(1)));
}
