using BotHub.Tests.Hosting;

namespace BotHub.Tests.Pipeline;

/// <summary>How turns run and end, as far as only the web contract tells it; the rest is the conversation suite's.</summary>
public sealed class TurnTests(TurnTests.Fixture fixture) : IClassFixture<TurnTests.Fixture>
{
    private readonly TestHub _hub = fixture.Hub;

    public sealed class Fixture : IDisposable
    {
        public TestHub Hub { get; } = new();

        public void Dispose() => Hub.Dispose();
    }

    [Theory]
    [InlineData("fail", "internal")]
    [InlineData("nothing", "empty_answer")]
    public async Task The_ledger_of_a_failed_turn_names_the_reference_that_the_user_was_given(string text, string code)
    {
        var visitor = await _hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        var answer = await visitor.AskAsync(text);
        Assert.Equal("failed", answer.State);
        Assert.DoesNotContain(FakeModel.Secret, answer.Text, StringComparison.Ordinal);
        var error = await events.NextAsync("RUN_ERROR");
        Assert.Equal(code, error.GetProperty("code").GetString());
        var reference = (await visitor.LedgerAsync(answer.Turn)).GetProperty("reference").GetString()!;
        Assert.Contains(reference, answer.Text, StringComparison.Ordinal);
        Assert.Contains(reference, _hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ledger_of_a_stopped_turn_counts_what_was_shown()
    {
        var visitor = await _hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using (await visitor.PostAsync("hang")) { }
        await events.NextAsync("TEXT_MESSAGE_CONTENT");
        using (await visitor.Http.PostAsync($"{visitor.Base}/stop", null)) { }
        Assert.Equal("stopped", (await events.NextAsync("TEXT_MESSAGE_END")).GetProperty("state").GetString());
        await events.NextAsync("RUN_FINISHED");
        var answer = (await visitor.MessagesAsync())[1];
        Assert.Equal(("Wait", "stopped"), (answer.Text, answer.State));
        Assert.Equal(1, (await visitor.LedgerAsync(answer.Turn)).GetProperty("completionTokens").GetInt32());
        Assert.Equal("ok", (await visitor.AskAsync("say ok")).Text);
    }

    [Fact]
    public async Task Reset_leaves_the_transcript_alone()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say old");
        await visitor.AskAsync("/reset");
        await visitor.AskAsync("say new");
        Assert.Equal(6, (await visitor.MessagesAsync()).Count);
    }

    [Fact]
    public async Task A_burst_is_answered_by_one_turn_when_debounced_and_commands_stand_alone()
    {
        using var hub = new TestHub(("Pipeline:Debounce", "00:00:00.5"));
        var visitor = await hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        foreach (var text in new[] { "one", "two", "/help", "three" }) (await visitor.PostAsync(text)).Dispose();
        for (var i = 0; i < 3; i++) await events.NextAsync("RUN_FINISHED");
        var messages = await visitor.MessagesAsync();
        Assert.Equal(["one", "two", "two", "/help", "three"], messages.Where(m => !m.Text.StartsWith('-')).Select(m => m.Text).Take(5));
        Assert.Equal(["one", "two"], hub.Model.Prompts[0].Skip(1).Select(m => m.Text));
    }

    [Fact]
    public async Task A_token_is_never_logged()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say ok");
        Assert.DoesNotContain(visitor.Http.DefaultRequestHeaders.Authorization!.Parameter!, _hub.Logs.All, StringComparison.Ordinal);
    }
}
