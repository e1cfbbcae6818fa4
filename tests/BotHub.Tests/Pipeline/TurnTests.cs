using BotHub.Tests.Hosting;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Pipeline;

/// <summary>How turns run and end, seen from outside.</summary>
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
    public async Task A_failing_model_gives_an_honest_text_with_a_reference_and_no_details(string text, string code)
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
    public async Task An_answer_that_breaks_off_keeps_its_beginning_and_says_so()
    {
        var visitor = await _hub.VisitAsync();
        var answer = await visitor.AskAsync("fail midway");
        Assert.StartsWith("So far so good", answer.Text, StringComparison.Ordinal);
        Assert.Contains("incomplete", answer.Text, StringComparison.Ordinal);
        Assert.Equal("failed", answer.State);
    }

    [Fact]
    public async Task A_busy_model_asks_for_patience()
    {
        var answer = await (await _hub.VisitAsync()).AskAsync("busy");
        Assert.Equal(Core.Pipeline.Texts.Busy, answer.Text);
    }

    [Fact]
    public async Task Errors_and_commands_stay_out_of_later_prompts()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say a");
        await visitor.AskAsync("fail");
        await visitor.AskAsync("/help");
        await visitor.AskAsync("say b");
        Assert.Equal(["say a", "a", "fail", "say b"], _hub.Model.Prompts[^1].Skip(1).Select(m => m.Text));
        Assert.Equal(ChatRole.System, _hub.Model.Prompts[^1][0].Role);
    }

    [Fact]
    public async Task Stop_ends_the_running_answer_and_keeps_what_was_shown()
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
    public async Task A_model_that_cannot_be_cancelled_does_not_hold_its_conversation()
    {
        var visitor = await _hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using (await visitor.PostAsync("deaf")) { }
        await events.NextAsync("TEXT_MESSAGE_CONTENT");
        using (await visitor.Http.PostAsync($"{visitor.Base}/stop", null)) { }
        await events.NextAsync("RUN_FINISHED");
        Assert.Equal("stopped", (await visitor.MessagesAsync())[1].State);
        Assert.Equal("ok", (await visitor.AskAsync("say ok")).Text);
    }

    [Fact]
    public async Task The_stop_command_overtakes_the_answer_it_is_meant_for()
    {
        var visitor = await _hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        using (await visitor.PostAsync("hang")) { }
        await events.NextAsync("TEXT_MESSAGE_CONTENT");
        var said = await visitor.AskAsync("/stop");
        Assert.Equal("done", said.State);
        Assert.Equal("stopped", (await visitor.MessagesAsync())[1].State);
    }

    [Fact]
    public async Task Reset_starts_a_new_window_and_leaves_the_transcript_alone()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say old");
        await visitor.AskAsync("/reset");
        await visitor.AskAsync("say new");
        Assert.Equal(["say new"], _hub.Model.Prompts[^1].Skip(1).Select(m => m.Text));
        Assert.Equal(6, (await visitor.MessagesAsync()).Count);
        await visitor.AskAsync("say newer");
        Assert.Equal(["say new", "new", "say newer"], _hub.Model.Prompts[^1].Skip(1).Select(m => m.Text));
    }

    [Fact]
    public async Task A_turn_past_its_deadline_ends_with_an_apology()
    {
        using var hub = new TestHub(("Pipeline:TurnTimeout", "00:00:01"));
        var answer = await (await hub.VisitAsync()).AskAsync("hang");
        Assert.Equal("failed", answer.State);
        Assert.StartsWith("Wait", answer.Text, StringComparison.Ordinal);
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
    public async Task Sixteen_visitors_are_answered_at_the_same_time()
    {
        var visitors = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _hub.VisitAsync()));
        var streams = await Task.WhenAll(visitors.Select(v => v.FollowAsync()));
        foreach (var visitor in visitors) (await visitor.PostAsync("hang")).Dispose();
        // None of them can end, so all of them must have begun.
        foreach (var stream in streams) await stream.NextAsync("TEXT_MESSAGE_CONTENT");
        foreach (var visitor in visitors) (await visitor.Http.PostAsync($"{visitor.Base}/stop", null)).Dispose();
        foreach (var stream in streams) await stream.NextAsync("RUN_FINISHED");
    }

    [Fact]
    public async Task User_text_is_logged_nowhere_above_trace()
    {
        var visitor = await _hub.VisitAsync();
        await visitor.AskAsync("say xylophone-secret");
        Assert.DoesNotContain("xylophone-secret", _hub.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(visitor.Http.DefaultRequestHeaders.Authorization!.Parameter!, _hub.Logs.All, StringComparison.Ordinal);
    }
}
