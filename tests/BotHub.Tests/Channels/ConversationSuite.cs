using BotHub.Core.Pipeline;
using BotHub.Tests.Hosting;
using Microsoft.Extensions.AI;

namespace BotHub.Tests.Channels;

/// <summary>
/// What a conversation with the hub is like, whatever the channel: the same script runs over each of them. People are told apart by
/// their conversations, so prompts are looked up by what was asked last.
/// </summary>
public abstract class ConversationSuite<TFixture>(TFixture fixture)
    where TFixture : ChannelFixture
{
    private readonly TestHub _hub = fixture.Hub();
    private readonly string _mark = Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task A_question_is_answered()
    {
        await using var person = await fixture.MeetAsync(_hub);
        Assert.Equal("Hello there.", await person.AskAsync("say Hello there."));
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("nothing")]
    public async Task A_failing_model_gives_an_honest_text_with_a_reference_and_no_details(string text)
    {
        await using var person = await fixture.MeetAsync(_hub);
        var answer = await person.AskAsync(text);
        Assert.DoesNotContain(FakeModel.Secret, answer, StringComparison.Ordinal);
        Assert.StartsWith("Sorry, something went wrong", answer, StringComparison.Ordinal);
        var reference = answer.TrimEnd('.').Split(' ')[^1];
        Assert.Contains(reference, _hub.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_keeps_its_beginning_and_says_so()
    {
        await using var person = await fixture.MeetAsync(_hub);
        var answer = await person.AskAsync("fail midway");
        Assert.StartsWith("So far so good", answer, StringComparison.Ordinal);
        Assert.Contains("incomplete", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_model_asks_for_patience()
    {
        await using var person = await fixture.MeetAsync(_hub);
        Assert.Equal(Texts.Busy, await person.AskAsync("busy"));
    }

    [Fact]
    public async Task What_was_said_before_is_known_later_and_errors_and_commands_are_not()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.AskAsync($"say a{_mark}");
        await person.AskAsync("fail");
        Assert.Contains("forget what was said", await person.AskAsync("/help"), StringComparison.Ordinal);
        await person.AskAsync($"say b{_mark}");
        Assert.Equal([$"say a{_mark}", $"a{_mark}", "fail", $"say b{_mark}"], Prompt($"say b{_mark}"));
        Assert.Equal(ChatRole.System, _hub.Model.Prompts[0][0].Role);
    }

    [Fact]
    public async Task Stop_ends_the_running_answer_and_keeps_what_was_shown()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.SayAsync("hang");
        await person.SeeBeginningAsync();
        await person.StopAsync();
        Assert.Equal("Wait", await person.NextAnswerAsync());
        Assert.Equal("ok", await person.AskAsync("say ok"));
    }

    [Fact]
    public async Task A_model_that_cannot_be_cancelled_does_not_hold_its_conversation()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.SayAsync("deaf");
        await person.SeeBeginningAsync();
        await person.StopAsync();
        Assert.Equal("Wait", await person.NextAnswerAsync());
        Assert.Equal("ok", await person.AskAsync("say ok"));
    }

    [Fact]
    public async Task The_stop_command_overtakes_the_answer_it_is_meant_for()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.SayAsync("hang");
        await person.SeeBeginningAsync();
        await person.SayAsync("/stop");
        Assert.Equal("Wait", await person.NextAnswerAsync());
        Assert.Equal(Texts.Stopped, await person.NextAnswerAsync());
    }

    [Fact]
    public async Task Reset_starts_a_new_window_and_leaves_what_stands_there_alone()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.AskAsync($"say old{_mark}");
        await person.AskAsync("/reset");
        await person.AskAsync($"say new{_mark}");
        Assert.Equal([$"say new{_mark}"], Prompt($"say new{_mark}"));
        Assert.Equal([$"old{_mark}", Texts.Reset, $"new{_mark}"], await person.AnswersAsync());
        await person.AskAsync($"say newer{_mark}");
        Assert.Equal([$"say new{_mark}", $"new{_mark}", $"say newer{_mark}"], Prompt($"say newer{_mark}"));
    }

    [Fact]
    public async Task Messages_sent_at_once_are_answered_one_by_one_in_order()
    {
        await using var person = await fixture.MeetAsync(_hub);
        for (var i = 0; i < 5; i++) await person.SayAsync($"say answer {i}");
        for (var i = 0; i < 5; i++) Assert.Equal($"answer {i}", await person.NextAnswerAsync());
        Assert.Equal(["answer 0", "answer 1", "answer 2", "answer 3", "answer 4"], await person.AnswersAsync());
    }

    [Theory]
    [InlineData("👩‍👩‍👧‍👦 🇦🇹 e\u0301 ﷽")]
    [InlineData("שלום עולם, 1 + 2 = 3")]
    [InlineData("a < b && c > d; \"x\" 'y' \\ _ * ` ~ [ ] ( ) # + - = | { } . !")]
    [InlineData("漢字かな交じり文。한국어.")]
    public async Task Every_script_and_sign_comes_and_goes_unharmed(string text)
    {
        await using var person = await fixture.MeetAsync(_hub);
        // In a code span, so that no channel takes signs for markup.
        var quoted = text.Contains('`', StringComparison.Ordinal) ? $"`` {text} ``" : $"`{text}`";
        Assert.Contains(text, await person.AskAsync($"say {quoted}"), StringComparison.Ordinal);
        Assert.Equal([$"say {quoted}"], Prompt($"say {quoted}"));
    }

    [Fact]
    public async Task A_turn_past_its_deadline_ends_with_an_apology()
    {
        var hub = fixture.Hub(("Pipeline:TurnTimeout", "00:00:01"));
        await using var person = await fixture.MeetAsync(hub);
        Assert.StartsWith("Wait", await person.AskAsync("hang"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_burst_is_answered_by_one_turn_when_debounced_and_commands_stand_alone()
    {
        var hub = fixture.Hub(("Pipeline:Debounce", "00:00:00.5"));
        await using var person = await fixture.MeetAsync(hub);
        foreach (var text in new[] { "one", $"two{_mark}", "/help", "three" }) await person.SayAsync(text);
        Assert.Equal($"two{_mark}", await person.NextAnswerAsync());
        Assert.Contains("forget what was said", await person.NextAnswerAsync(), StringComparison.Ordinal);
        Assert.Equal("three", await person.NextAnswerAsync());
        Assert.Equal(["one", $"two{_mark}"], hub.Model.Prompts.First(p => p[^1].Text == $"two{_mark}").Skip(1).Select(m => m.Text));
    }

    [Fact]
    public async Task Sixteen_people_are_answered_at_the_same_time()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => fixture.MeetAsync(_hub)));
        foreach (var person in people) await person.SayAsync("hang");
        // None of the answers can end, so all of them must have begun.
        foreach (var person in people) await person.SeeBeginningAsync();
        foreach (var person in people) await person.StopAsync();
        foreach (var person in people) Assert.Equal("Wait", await person.NextAnswerAsync());
        foreach (var person in people) await person.DisposeAsync();
    }

    [Fact]
    public async Task What_people_say_is_logged_nowhere_above_trace()
    {
        await using var person = await fixture.MeetAsync(_hub);
        await person.AskAsync($"say xylophone{_mark}");
        Assert.DoesNotContain($"xylophone{_mark}", _hub.Logs.All, StringComparison.Ordinal);
    }

    /// <summary>What the model was shown with this question, without the persona.</summary>
    private IEnumerable<string> Prompt(string question) => _hub.Model.Prompts.Last(p => p[^1].Text == question).Skip(1).Select(m => m.Text);
}
