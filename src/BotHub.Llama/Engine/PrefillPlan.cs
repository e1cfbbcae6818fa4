namespace BotHub.Llama;

/// <summary>
/// How many tokens of a prompt to evaluate at once. ggml's flash attention on a CPU works in tiles of 64 rows and falls back to
/// row by row below that: at 1,024 tokens of context 60 rows take 267 ms, 64 take 111 ms and 4 take 25 ms (measured, one
/// thread, AVX-512). So a chunk has at least 64 rows, for which cached tokens are computed again, or very few.
/// </summary>
/// <param name="minRows">Rows of a full tile; 1 where the rule does not apply.</param>
internal sealed class PrefillPlan(int minRows)
{
    private const int FewRows = 16;

    /// <summary>How much of the usable prefix to keep, so that the rest is a good number of rows. The last token is always evaluated, for its logits.</summary>
    internal int Keep(int promptLength, int usable)
    {
        var keep = Math.Min(usable, promptLength - 1);
        var rows = promptLength - keep;
        return rows > FewRows && rows < minRows ? Math.Max(0, promptLength - minRows) : keep;
    }

    /// <summary>Rows of the next chunk, about <paramref name="limit"/>, such that no small rest remains.</summary>
    internal int Chunk(int remaining, int limit)
    {
        if (remaining <= limit) return remaining;
        limit = Math.Max(limit / minRows * minRows, minRows);
        // Less than two tiles: one call of up to 127 rows beats a tile and a row-by-row rest.
        if (remaining < 2 * minRows) return remaining;
        return remaining - limit is > 0 and var rest && rest < minRows ? Math.Max(minRows, limit - minRows) : Math.Min(limit, remaining);
    }
}
