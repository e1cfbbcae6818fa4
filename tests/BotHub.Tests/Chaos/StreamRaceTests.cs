using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using BotHub.Channels.Web;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;
using BotHub.Tests.Client;
using BotHub.Tests.Hosting;
using BotHub.Tests.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Chaos;

/// <summary>Moments that chaos meets once in a thousand runs, one by one: readers that join, leave and come back between two writes.</summary>
public sealed class StreamRaceTests(GarnetFixture fixture) : IClassFixture<GarnetFixture>
{
    private static readonly TimeSpan Flush = TimeSpan.FromMilliseconds(40);

    private readonly FakeTimeProvider _clock = new();
    private readonly Visitor _visitor = new($"c{Guid.NewGuid():N}", "default", null);
    private readonly ShownPage _page = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IConversationStore Store => fixture.Node.Store;

    private IConversationFeed Feed => fixture.Node.Feed;

    [Fact]
    public async Task A_reader_that_joined_after_the_commit_and_returns_after_the_last_text_shows_it_once()
    {
        var (claim, surface) = await BeginAsync();
        await ShowAsync(surface, "Hello ");
        await surface.ShowAsync(new ReplyText("world"));
        var reply = await CommitAsync(claim, "Hello world");
        await ReadAsync(after: null);
        await surface.DeliverAsync(reply, DeliveryState.Fresh);
        await ReadAsync(_page.LastId);
        Assert.Equal(("Hello world", "done"), _page.Answers.Select(a => (a.Text, a.State)).Single());
    }

    [Fact]
    public async Task A_reader_that_joined_before_the_first_text_of_a_committed_answer_is_shown_it_whole()
    {
        var (claim, surface) = await BeginAsync();
        await FlushAsync();
        await surface.ShowAsync(new ReplyText("Hello world"));
        var reply = await CommitAsync(claim, "Hello world");
        await ReadAsync(after: null);
        await surface.DeliverAsync(reply, DeliveryState.Fresh);
        await ReadAsync(_page.LastId);
        Assert.Equal(("Hello world", "done"), _page.Answers.Select(a => (a.Text, a.State)).Single());
    }

    [Fact]
    public async Task A_reader_that_joined_after_the_commit_of_an_answer_of_which_nothing_was_written_is_shown_it_once()
    {
        var (claim, surface) = await BeginAsync();
        var reply = await CommitAsync(claim, "Before");
        await surface.DeliverAsync(reply, DeliveryState.Fresh);
        await Store.ReceiptAsync(claim.Lease, new Receipt(reply.Sequence, "t0", []), takeNext: false, Cancel);

        (claim, surface) = await BeginAsync(turn: 1);
        await surface.ShowAsync(new ReplyText("Hello world"));
        reply = await CommitAsync(claim, "Hello world", turn: 1);
        await ReadAsync(after: 0);
        Assert.Equal("Before", _page.Answers.Single().Text);
        await surface.DeliverAsync(reply, DeliveryState.Fresh);
        await ReadAsync(_page.LastId);
        Assert.Equal([("Before", "done"), ("Hello world", "done")], _page.Answers.Select(a => (a.Text, a.State)));
    }

    [Fact]
    public async Task A_reader_that_joins_between_the_end_of_an_answer_and_its_receipt_is_shown_it()
    {
        var (claim, surface) = await BeginAsync();
        await surface.DeliverAsync(await CommitAsync(claim, "Hello world"), DeliveryState.Fresh);
        await ReadAsync(after: 0);
        Assert.Equal(("Hello world", "done"), _page.Answers.Select(a => (a.Text, a.State)).Single());
        Assert.False(_page.IsRunning);
    }

    [Fact]
    public async Task A_reader_that_has_seen_a_part_is_shown_one_answer_when_the_reply_is_delivered_by_a_later_lease()
    {
        var (claim, surface) = await BeginAsync(TimeSpan.FromSeconds(1));
        await ReadAsync(after: 0);
        await ShowAsync(surface, "Hello ");
        await ReadAsync(_page.LastId);
        await CommitAsync(claim, "Hello world");
        Claim? later = null;
        while (later is null) later = await Store.ClaimAsync(_visitor.Conversation, "heir", TimeSpan.FromMinutes(5), Cancel);
        await using var heir = Open(later);
        await heir.DeliverAsync(Assert.Single(later.Outbox), DeliveryState.InDoubt);
        await ReadAsync(_page.LastId);
        Assert.Equal(("Hello world", "done"), _page.Answers.Select(a => (a.Text, a.State)).Single());
        Assert.False(_page.IsRunning);
    }

    [Fact]
    public async Task An_abandoned_answer_is_taken_back_before_the_lease_is_given_back()
    {
        var (claim, surface) = await BeginAsync();
        await ShowAsync(surface, "Hello ");
        await ReadAsync(after: 0);
        Assert.Equal("Hello ", _page.Answers.Single().Text);
        await surface.AbandonAsync();
        await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        await ReadAsync(_page.LastId);
        Assert.Empty(_page.Answers);
        var (again, next) = await BeginAsync();
        Assert.False(again.Resumed);
        await ShowAsync(next, "Hello ");
        await ReadAsync(_page.LastId);
        Assert.Equal("Hello ", _page.Answers.Single().Text);
    }

    [Fact]
    public async Task Who_has_seen_nothing_is_shown_all_even_when_the_log_was_cut()
    {
        var (_, surface) = await BeginAsync();
        for (var i = 0; i < 300; i++) await ShowAsync(surface, "x");
        Assert.True((await Feed.ReadAsync(_visitor.Conversation, Cancel)).Count < 100);
        await ReadAsync(after: 0);
        Assert.Equal(300, _page.Answers.Single().Text.Length);
        Assert.Equal(1, _page.Snapshots);
    }

    [Fact]
    public async Task A_reader_that_goes_while_nothing_happens_leaves_no_error_behind()
    {
        for (var i = 0; i < 50; i++)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var pipe = new Pipe();
            var reading = Stream(pipe).RunAsync(0, CancellationToken.None, gone.Token);
            await pipe.Reader.ReadAtLeastAsync(10, Cancel);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        }
    }

    private async Task<(Claim Claim, WebReplySurface Surface)> BeginAsync(TimeSpan? lease = null, int turn = 0)
    {
        await Store.AcceptAsync(new InboundMessage($"m{turn}", _visitor.Conversation, "bot", new Sender("u"), "Hi", DateTimeOffset.UnixEpoch), TimeSpan.Zero, Cancel);
        var claim = await Store.ClaimAsync(_visitor.Conversation, "node", lease ?? TimeSpan.FromMinutes(5), Cancel) ?? throw new InvalidOperationException("Nothing to claim.");
        var surface = Open(claim);
        using var model = new FakeModel();
        var channel = new WebChannel(Feed, new BotProfile(new ModelPolicy(model, model)), Options.Create(new WebOptions()), _clock);
        await surface.StartAsync(new Turn(claim, claim.Mail, claim.Tries, 0, 0, new TurnLifetime(TimeSpan.FromMinutes(1), _clock), channel, surface, DateTimeOffset.UnixEpoch));
        return (claim, surface);
    }

    private WebReplySurface Open(Claim claim) => new(new TestLease(Store, claim), Feed, notice: null, Flush, _clock);

    private async Task ShowAsync(WebReplySurface surface, string text)
    {
        await surface.ShowAsync(new ReplyText(text));
        await FlushAsync();
    }

    /// <summary>Lets the surface's timer fire and waits for its write.</summary>
    private async Task FlushAsync()
    {
        var before = await LastIdAsync();
        _clock.Advance(Flush);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await LastIdAsync() == before) await Task.Delay(1, patience.Token);
    }

    private async Task<long> LastIdAsync() => await Feed.ReadAsync(_visitor.Conversation, Cancel) is [.., var last] ? last.LastId : 0;

    private async Task<OutboxEntry> CommitAsync(Claim claim, string text, int turn = 0)
    {
        var answer = new ChatEntry($"t{turn}.a", MessageRole.Assistant, text, DateTimeOffset.UnixEpoch, MessageState.Done, $"t{turn}");
        var reply = new OutboundReply(answer, null, null);
        var commit = new TurnCommit(turn, 1, $"t{turn}", [new ChatEntry($"m{turn}", MessageRole.User, "Hi", DateTimeOffset.UnixEpoch, MessageState.Done, $"t{turn}"), answer], reply, null);
        return new OutboxEntry((await Store.CommitAsync(claim.Lease, commit, Cancel)).OutboxSequence, reply);
    }

    private EventStream Stream(Pipe pipe)
    {
        var http = new DefaultHttpContext();
        http.Response.Body = pipe.Writer.AsStream();
        return new EventStream(http.Response, _visitor, Store, Feed, TimeProvider.System);
    }

    /// <summary>Opens the stream on a node whose work is done: it sends what there is and ends.</summary>
    private async Task ReadAsync(long? after)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await Stream(pipe).RunAsync(after, new CancellationToken(canceled: true), Cancel);
        await pipe.Writer.CompleteAsync();
        await foreach (var item in SseParser.Create(pipe.Reader.AsStream()).EnumerateAsync(Cancel))
            _page.Apply(HubConversation.Parse(item.EventId!, item.Data));
    }
}
