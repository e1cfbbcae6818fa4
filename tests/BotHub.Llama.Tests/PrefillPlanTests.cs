namespace BotHub.Llama.Tests;

public sealed class PrefillPlanTests
{
    private readonly PrefillPlan _tiles = new(64);
    private readonly PrefillPlan _rows = new(1);

    [Theory]
    [InlineData(500, 500, 499)] // all is there: only the last token, for its logits
    [InlineData(500, 490, 490)] // few rows are cheap one by one
    [InlineData(500, 470, 436)] // 30 rows cost more than 64
    [InlineData(500, 437, 436)]
    [InlineData(500, 436, 436)]
    [InlineData(500, 100, 100)]
    [InlineData(40, 10, 0)]
    public void The_reused_prefix_is_shortened_to_fill_a_tile(int prompt, int usable, int keep) =>
        Assert.Equal(keep, _tiles.Keep(prompt, usable));

    [Fact]
    public void Without_tiles_all_that_is_usable_is_kept() => Assert.Equal(470, _rows.Keep(500, 470));

    [Fact]
    public void Chunks_cover_a_prompt_without_a_small_rest()
    {
        for (var prompt = 64; prompt < 2100; prompt++)
        {
            foreach (var limit in (int[])[1, 64, 100, 128, 500, 512])
            {
                var remaining = prompt;
                while (remaining > 0)
                {
                    var rows = _tiles.Chunk(remaining, limit);
                    Assert.InRange(rows, 64, Math.Max(limit, 127));
                    remaining -= rows;
                    Assert.True(remaining is 0 or >= 64, $"{remaining} rows were left of {prompt} with limit {limit}");
                }
            }
        }
    }

    [Fact]
    public void Without_tiles_chunks_are_as_large_as_the_limit() => Assert.Equal(100, _rows.Chunk(101, 100));
}
