using System.Collections.Concurrent;
using System.Diagnostics;
using BotHub.Core.Pipeline;
using BotHub.FakeOpenAI.Faults;
using BotHub.Tests.Hosting;

namespace BotHub.Tests.Models.Remote;

/// <summary>
/// Whatever a provider does wrong, a person gets one whole answer or one honest message, in the transcript and on the page alike; and
/// neither the provider's words nor theirs get into answers or logs.
/// </summary>
public sealed class FaultMatrixTests
{
    private const string Question = "Where does zanzibarite grow on a rainy day my dear friend";
    private const string Whole = "You said: " + Question;

    /// <summary>What errors, pages and prompts of the fake are made of.</summary>
    private static readonly string[] _provider = ["<html", "management policy", "subscription", "Sorry about that", "Please try again later", "pricing tier", "billing", "FILTERED", "System.", "Exception", "DeploymentNotFound"];

    public static TheoryData<string, Fault, string> Matrix => new()
    {
        { "429 once", new(FaultKind.Status) { Status = 429, RetryAfterMilliseconds = 20 }, "whole" },
        { "429 once with seconds", new(FaultKind.Status) { Status = 429, RetryAfter = 1 }, "whole" },
        { "429 once with a date", new(FaultKind.Status) { Status = 429, RetryAtSeconds = 1 }, "whole" },
        { "429 with a date far away", new(FaultKind.Status) { Status = 429, RetryAtSeconds = 3600 }, "busy" },
        { "429 for good", new(FaultKind.Status) { Status = 429, RetryAfterMilliseconds = 1, Times = 0 }, "busy" },
        { "429 for too long", new(FaultKind.Status) { Status = 429, RetryAfter = 3600 }, "busy" },
        { "quota", new(FaultKind.Status) { Status = 429, Code = "insufficient_quota" }, "busy" },
        { "500 once", new(FaultKind.Status) { Status = 500 }, "whole" },
        { "500 for good", new(FaultKind.Status) { Status = 500, Times = 0 }, "failed" },
        { "503 once", new(FaultKind.Status) { Status = 503, RetryAfter = 0 }, "whole" },
        { "408 once", new(FaultKind.Status) { Status = 408 }, "whole" },
        { "gateway page", new(FaultKind.HtmlError) { Status = 502, Times = 0 }, "failed" },
        { "context exceeded", new(FaultKind.Status) { Status = 400, Code = "context_length_exceeded" }, "too long" },
        { "401", new(FaultKind.Status) { Status = 401 }, "failed" },
        { "404", new(FaultKind.Status) { Status = 404 }, "failed" },
        { "slow first token once", new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromSeconds(30) }, "whole" },
        { "a little slow", new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromMilliseconds(100) }, "whole" },
        { "stall at the start", new(FaultKind.Stall), "whole" },
        { "stall midway", new(FaultKind.Stall) { AfterChunks = 3 }, "midway" },
        { "cut at the start", new(FaultKind.Cut), "whole" },
        { "cut midway", new(FaultKind.Cut) { AfterChunks = 3 }, "midway" },
        { "end at the start", new(FaultKind.EndEarly), "whole" },
        { "end midway", new(FaultKind.EndEarly) { AfterChunks = 3 }, "midway" },
        { "garbage at the start", new(FaultKind.Garbage), "whole" },
        { "garbage midway", new(FaultKind.Garbage) { AfterChunks = 3 }, "midway" },
        { "half a character at the start", new(FaultKind.TruncatedUtf8), "whole" },
        { "half a character midway", new(FaultKind.TruncatedUtf8) { AfterChunks = 3 }, "midway" },
        { "a character in two halves", new(FaultKind.SplitUtf8) { AfterChunks = 2 }, "split" },
        { "the model declines", new(FaultKind.Declined), "declined" },
        { "prompt blocked", new(FaultKind.PromptBlocked) { Categories = ["violence", "self_harm"] }, "question refused" },
        { "answer filtered at once", new(FaultKind.FinishFiltered), "answer refused" },
        { "answer filtered midway", new(FaultKind.FinishFiltered) { AfterChunks = 3 }, "rest refused" },
        { "annotation midway", new(FaultKind.AnnotatedFiltered) { AfterChunks = 3 }, "rest refused" },
        { "asynchronous filter", new(FaultKind.AsynchronousFiltered) { AfterChunks = 3 }, "rest refused" },
        { "asynchronous filter behind the whole answer", new(FaultKind.AsynchronousFiltered) { AfterChunks = 13 }, "end refused" },
        { "blocklist of one's own", new(FaultKind.BlocklistFiltered) { AfterChunks = 3 }, "blocklist refused" },
        { "noticed, not filtered", new(FaultKind.AnnotatedOnly) { AfterChunks = 3 }, "whole" },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_fault_ends_in_one_whole_answer_or_one_honest_message(string what, Fault fault, string expected)
    {
        Assert.NotEmpty(what);
        var spans = new ConcurrentQueue<string>();
        using var listener = Listen(spans);
        await using var remote = await RemoteHub.StartAsync();
        remote.Provider.Faults.Add(fault);
        var visitor = await remote.Hub.VisitAsync();
        await using var events = await visitor.FollowAsync();

        var answer = await visitor.AskAsync(Question);
        var shown = await ShownAsync(events);

        Assert.Equal(answer.Text, shown);
        Check(expected, answer);
        Assert.Single(await visitor.MessagesAsync(), m => m.Role == "assistant");
        Assert.All(_provider, words => Assert.DoesNotContain(words, answer.Text, StringComparison.Ordinal));
        Assert.Contains(spans, s => s.Contains("gen_ai.request.model", StringComparison.Ordinal));
        var ledger = (await visitor.LedgerAsync(answer.Turn)).GetRawText();
        foreach (var record in (string[])[remote.Hub.Logs.All, string.Join('\n', spans), ledger])
        {
            Assert.DoesNotContain(remote.Provider.Options.Key, record, StringComparison.Ordinal);
            Assert.DoesNotContain("zanzibarite", record, StringComparison.Ordinal);
            Assert.All(_provider[..^4], words => Assert.DoesNotContain(words, record, StringComparison.Ordinal));
        }

        // Each call was the last one's repetition, or there was none.
        Assert.True(expected is not ("whole" or "split") || remote.Provider.Requests.Count <= 2);

        remote.Provider.Faults.Clear();
        if (fault.RetryAfter > 60 || fault.RetryAtSeconds > 60)
        {
            // The provider is left alone as long as it asked.
            Assert.Equal(Texts.Busy, (await visitor.AskAsync("And then?")).Text);
            Assert.Single(remote.Provider.Requests);
            return;
        }

        // The conversation goes on, and what was refused is not sent again.
        Assert.Equal("You said: And then?", (await visitor.AskAsync("And then?")).Text);
        Assert.Equal(expected.EndsWith("refused", StringComparison.Ordinal), !remote.Provider.Requests[^1].Body.ToString().Contains("zanzibarite", StringComparison.Ordinal));
    }

    /// <summary>Every span of this process, with all that would be exported.</summary>
    private static ActivityListener Listen(ConcurrentQueue<string> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Enqueue(
                $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static void Check(string expected, TestVisitor.Message answer)
    {
        const string Begin = "You said: Where ";
        var (state, text) = expected switch
        {
            "whole" => ("done", Whole),
            "split" => ("done", "You said: Grüße 🙂 " + Question),
            "declined" => ("done", "I'm sorry, I cannot help with that."),
            "busy" => ("failed", Texts.Busy),
            "failed" => ("failed", Texts.Failed(Reference(answer.Text))),
            "too long" => ("failed", Texts.GrownTooLong(Reference(answer.Text))),
            "midway" => ("failed", Begin + Texts.FailedMidway(Reference(answer.Text))),
            "question refused" => ("failed", Texts.QuestionRefused(["violence", "self_harm"])),
            "answer refused" => ("failed", Texts.AnswerRefused(["violence"])),
            "end refused" => ("failed", Whole + Texts.RestRefused(["violence"])),
            "blocklist refused" => ("failed", Begin + Texts.RestRefused(["custom_blocklists"])),
            _ => ("failed", Begin + Texts.RestRefused(["violence"])),
        };
        if (expected == "question refused") text = Texts.QuestionRefused(["self_harm", "violence"]);
        Assert.Equal(text, answer.Text);
        Assert.Equal(state, answer.State);
    }

    /// <summary>The reference is random: eight hexadecimal digits before the last full stop.</summary>
    private static string Reference(string text) => text.LastIndexOf("eference ", StringComparison.Ordinal) is >= 0 and var at && at + 17 <= text.Length ? text[(at + 9)..(at + 17)] : "";

    /// <summary>What the page shows: every delta of the one text of the turn.</summary>
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
