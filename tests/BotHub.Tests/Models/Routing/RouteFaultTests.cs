using BotHub.Core.Pipeline;
using BotHub.FakeOpenAI.Faults;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Models.Routing;

/// <summary>The fault matrix again, with a second model behind the first: what it can make good it does, and what is a verdict stays one.</summary>
public sealed class RouteFaultTests(RouteFaultTests.Fixture fixture) : IClassFixture<RouteFaultTests.Fixture>
{
    private const string Question = "Where does it grow on a rainy day";
    private const string Whole = "It grows in the forest, in Österreich 🙂, behind the third tree on the left, where nobody looks.";

    public sealed class Fixture : IAsyncLifetime
    {
        public RouteHub Route { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Route = await RouteHub.StartAsync();
            Route.AnswerAlike(Whole);
        }

        public ValueTask DisposeAsync() => Route.DisposeAsync();
    }

    public static TheoryData<string, Fault, string, string?> Matrix => new()
    {
        { "429", new(FaultKind.Status) { Status = 429 }, "whole", "busy" },
        { "quota", new(FaultKind.Status) { Status = 429, Code = "insufficient_quota" }, "whole", "quota" },
        { "500", new(FaultKind.Status) { Status = 500 }, "whole", "server" },
        { "503", new(FaultKind.Status) { Status = 503 }, "whole", "server" },
        { "gateway page", new(FaultKind.HtmlError) { Status = 502 }, "whole", "server" },
        { "401", new(FaultKind.Status) { Status = 401 }, "whole", "credentials" },
        { "404", new(FaultKind.Status) { Status = 404 }, "whole", "not_found" },
        { "slow first token", new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromSeconds(30) }, "whole", "timed_out" },
        { "stall at the start", new(FaultKind.Stall), "whole", "timed_out" },
        { "cut at the start", new(FaultKind.Cut), "whole", "unreachable" },
        { "end at the start", new(FaultKind.EndEarly), "whole", "unreachable" },
        { "garbage at the start", new(FaultKind.Garbage), "whole", "malformed" },
        { "stall midway", new(FaultKind.Stall) { AfterChunks = 5 }, "continued", "timed_out" },
        { "cut midway", new(FaultKind.Cut) { AfterChunks = 7 }, "continued", "unreachable" },
        { "end midway", new(FaultKind.EndEarly) { AfterChunks = 9 }, "continued", "unreachable" },
        { "garbage midway", new(FaultKind.Garbage) { AfterChunks = 2 }, "continued", "malformed" },
        { "half a character midway", new(FaultKind.TruncatedUtf8) { AfterChunks = 8 }, "continued", null },
        { "the model declines", new(FaultKind.Declined), "declined", null },
        { "prompt blocked", new(FaultKind.PromptBlocked) { Categories = ["violence"] }, "question refused", null },
        { "answer filtered at once", new(FaultKind.FinishFiltered), "answer refused", null },
        { "answer filtered midway", new(FaultKind.FinishFiltered) { AfterChunks = 3 }, "rest refused", null },
        { "asynchronous filter", new(FaultKind.AsynchronousFiltered) { AfterChunks = 3 }, "rest refused", null },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_fault_of_the_first_model_ends_in_one_whole_answer_or_one_honest_message(string what, Fault fault, string expected, string? reason)
    {
        Assert.NotEmpty(what);
        var route = fixture.Route;
        var (first, second) = (route.First.Requests.Count, route.Second.Requests.Count);
        route.First.Faults.Add(fault);
        try
        {
            var visitor = await route.Hub.VisitAsync();
            await using var events = await visitor.FollowAsync();
            var answer = await visitor.AskAsync(Question);

            Check(expected, answer);
            Assert.Equal(answer.Text, await ShownAsync(events));
            Assert.Single(await visitor.MessagesAsync(), m => m.Role == "assistant");
            Assert.Equal(first + 1, route.First.Requests.Count);
            var passes = expected is "whole" or "continued";
            Assert.Equal(second + (passes ? 1 : 0), route.Second.Requests.Count);
            if (!passes) return;
            var ledger = await visitor.LedgerAsync(answer.Turn);
            Assert.Equal("second", ledger.GetProperty("model").GetProperty("name").GetString());
            var passed = Assert.Single(ledger.GetProperty("passed").EnumerateArray());
            Assert.Equal("first", passed.GetProperty("model").GetString());
            if (reason is not null) Assert.Equal(reason, passed.GetProperty("reason").GetString());
            Assert.Equal("second", ledger.GetProperty("calls").EnumerateArray().Last().GetProperty("model").GetString());
            if (expected != "continued") return;
            Assert.Equal(["first", "second"], ledger.GetProperty("calls").EnumerateArray().Select(c => c.GetProperty("model").GetString()));
            Assert.Equal(["failed", "answered"], ledger.GetProperty("calls").EnumerateArray().Select(c => c.GetProperty("outcome").GetString()));
            Assert.Equal(["user", "assistant", "user"], route.Second.Requests[^1].Roles.Skip(1));
        }
        finally
        {
            route.First.Faults.Clear();
        }
    }

    [Fact]
    public async Task When_every_model_fails_there_is_one_honest_message()
    {
        var route = fixture.Route;
        var fault = new Fault(FaultKind.Status) { Status = 500, Times = 1 };
        route.First.Faults.Add(fault);
        route.Second.Faults.Add(fault);
        var answer = await (await route.Hub.VisitAsync()).AskAsync(Question);
        Assert.Equal("failed", answer.State);
        Assert.StartsWith("Sorry, something went wrong", answer.Text, StringComparison.Ordinal);
        route.First.Faults.Clear();
        route.Second.Faults.Clear();
    }

    [Fact]
    public async Task What_cannot_be_continued_ends_with_one_word_about_it()
    {
        var route = fixture.Route;
        route.First.Faults.Add(new(FaultKind.Cut) { AfterChunks = 5 });
        route.Second.Faults.Add(new(FaultKind.Status) { Status = 500 });
        var visitor = await route.Hub.VisitAsync();
        await using var events = await visitor.FollowAsync();
        var answer = await visitor.AskAsync(Question);
        Assert.Equal("failed", answer.State);
        Assert.Matches("^It grows in the forest, \n\n\\(Something went wrong here and the answer is incomplete. Reference [0-9a-f]{8}.\\)$", answer.Text);
        Assert.Equal(answer.Text, await ShownAsync(events));
        route.First.Faults.Clear();
        route.Second.Faults.Clear();
    }

    [Fact]
    public async Task An_empty_answer_is_not_taken_for_one()
    {
        var route = fixture.Route;
        route.First.Answer = _ => "";
        Assert.Equal(Whole, (await (await route.Hub.VisitAsync()).AskAsync(Question)).Text);
        route.AnswerAlike(Whole);
    }

    private static void Check(string expected, TestVisitor.Message answer)
    {
        const string Begin = "It grows in ";
        var (state, text) = expected switch
        {
            "whole" or "continued" => ("done", Whole),
            "declined" => ("done", "I'm sorry, I cannot help with that."),
            "question refused" => ("failed", Texts.QuestionRefused(["violence"])),
            "answer refused" => ("failed", Texts.AnswerRefused(["violence"])),
            _ => ("failed", Begin + Texts.RestRefused(["violence"])),
        };
        Assert.Equal(text, answer.Text);
        Assert.Equal(state, answer.State);
    }

    private static async Task<string> ShownAsync(TestStream events)
    {
        var text = "";
        while (true)
        {
            var e = await events.NextAsync();
            switch (e.GetProperty("type").GetString())
            {
                case "TEXT_MESSAGE_CONTENT":
                    text += e.GetProperty("delta").GetString();
                    break;
                case "RUN_FINISHED" or "RUN_ERROR":
                    return text;
            }
        }
    }
}
