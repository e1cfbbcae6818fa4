using BotHub.Core.Conversations;
using BotHub.Storage;
using static BotHub.Tests.Storage.Samples;

namespace BotHub.Tests.Storage;

public abstract class MailboxTests<TFixture>(TFixture fixture) : StoreTests<TFixture>(fixture)
    where TFixture : StoreFixture
{
    [Fact]
    public async Task A_message_is_accepted_once_and_says_how_many_are_ahead_of_it()
    {
        var c = NewConversation();
        Assert.Equal(new AcceptResult(AcceptOutcome.Accepted, 0, 0), await AcceptAsync(c, "a"));
        Assert.Equal(new AcceptResult(AcceptOutcome.Accepted, 1, 1), await AcceptAsync(c, "b"));
        Assert.Equal(new AcceptResult(AcceptOutcome.Duplicate, 0, 0), await AcceptAsync(c, "a", "another text"));
        Assert.Equal(new AcceptResult(AcceptOutcome.Duplicate, 1, 1), await AcceptAsync(c, "b"));
        var claim = await ClaimAsync(c);
        Assert.Equal([Message(c, "a"), Message(c, "b")], claim.Mail.Select(m => m.Body));
        Assert.Equal([0, 1], claim.Mail.Select(m => m.Sequence));
    }

    [Fact]
    public async Task A_repeat_after_the_answer_is_still_a_duplicate()
    {
        var c = NewConversation();
        await AcceptAsync(c, "a");
        var claim = await ClaimAsync(c);
        await Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p1"]), takeNext: true, Cancel);
        Assert.Equal(new AcceptResult(AcceptOutcome.Duplicate, 0, 0), await AcceptAsync(c, "a"));
        Assert.Null(await Store.ClaimAsync(c, "node-1", Ample, Cancel));
    }

    [Fact]
    public async Task A_full_mailbox_refuses_and_takes_again_after_an_answer()
    {
        var c = NewConversation();
        for (var i = 0; i < 50; i++) await AcceptAsync(c, $"m{i}");
        Assert.Equal(new AcceptResult(AcceptOutcome.Full, -1, 50), await AcceptAsync(c, "late"));
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, "m7")).Outcome);
        var claim = await ClaimAsync(c);
        Assert.Equal(32, claim.Mail.Count);
        await Store.CommitAsync(claim.Lease, Turn(0, count: 32), Cancel);
        Assert.Equal(new AcceptResult(AcceptOutcome.Accepted, 50, 18), await AcceptAsync(c, "late"));
    }

    [Fact]
    public async Task A_burst_waits_for_its_delay_and_is_then_claimed_whole()
    {
        var c = NewConversation();
        await Store.AcceptAsync(Message(c, "a"), Ample, Cancel);
        await Store.AcceptAsync(Message(c, "b"), TimeSpan.Zero, Cancel);
        Assert.Null(await Store.ClaimAsync(c, "node-1", Ample, Cancel));
        var d = NewConversation();
        await Store.AcceptAsync(Message(d, "a"), Brief, Cancel);
        await Store.AcceptAsync(Message(d, "b"), Ample, Cancel);
        Assert.Equal(2, (await TakeOverAsync(d)).Mail.Count);
    }

    [Fact]
    public async Task Due_conversations_are_listed_oldest_first_and_claimed_ones_are_not()
    {
        var (first, second, claimed) = (NewConversation(), NewConversation(), NewConversation());
        await AcceptAsync(first, "a");
        await AcceptAsync(claimed, "a");
        await Task.Delay(5, Cancel);
        await AcceptAsync(second, "a");
        await ClaimAsync(claimed);
        var due = await Store.PeekDueAsync(1000, Cancel);
        Assert.DoesNotContain(claimed, due);
        Assert.True(due.ToList().IndexOf(first) < due.ToList().IndexOf(second));
        Assert.Single(await Store.PeekDueAsync(1, Cancel));
    }

    [Fact]
    public async Task Ids_are_forgotten_only_when_a_thousand_newer_ones_came()
    {
        var c = NewConversation();
        for (var i = 0; i < 1030; i += 10)
        {
            for (var n = i; n < i + 10; n++) await AcceptAsync(c, $"id{n:D4}");
            var claim = await ClaimAsync(c);
            Assert.Equal(10, claim.Mail.Count);
            await Store.CommitAsync(claim.Lease, Turn(i, count: 10, reply: false), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
        }

        Assert.Equal(AcceptOutcome.Accepted, (await AcceptAsync(c, "id0000")).Outcome);
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, "id0010")).Outcome);
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, "id1029")).Outcome);
    }

    [Fact]
    public async Task An_id_is_forgotten_after_a_day_when_sixty_four_newer_ones_came()
    {
        var c = NewConversation();
        for (var i = 0; i < 66; i++)
        {
            await AcceptAsync(c, $"id{i}");
            var claim = await ClaimAsync(c);
            await Store.CommitAsync(claim.Lease, Turn(i, reply: false), Cancel);
            await Store.ReleaseAsync(claim.Lease, TimeSpan.Zero, Cancel);
            // As if the first had come long ago; the second is young. Written before its age is looked at.
            if (i == 60) await Fixture.Node.Get<StoreConnection>().Database.HashSetAsync(Fixture.Node.Get<Keys>().Conversation(c), "r0", "1 0 - id0");
        }

        await AcceptAsync(c, "new");
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, "id1")).Outcome);
        Assert.Equal(AcceptOutcome.Accepted, (await AcceptAsync(c, "id0")).Outcome);
    }

    [Fact]
    public async Task An_idle_conversation_expires_only_while_nothing_waits()
    {
        var settings = Fixture.Settings;
        settings["Storage:IdleExpiry"] = "2.00:00:00";
        await using var node = await Fixture.StartAnotherAsync();
        settings.Remove("Storage:IdleExpiry");
        var c = NewConversation();
        var (database, key) = (node.Get<StoreConnection>().Database, node.Get<Keys>().Conversation(c));
        await node.Store.AcceptAsync(Message(c, "a"), TimeSpan.Zero, Cancel);
        Assert.Null(await database.KeyTimeToLiveAsync(key));
        var claim = (await node.Store.ClaimAsync(c, "node-1", Ample, Cancel))!;
        await node.Store.CommitAsync(claim.Lease, Turn(0), Cancel);
        await node.Store.ReceiptAsync(claim.Lease, new Receipt(0, $"t{0}", ["p"]), takeNext: true, Cancel);
        Assert.True(await database.KeyTimeToLiveAsync(key) > TimeSpan.FromDays(1));
        // Also a node that does not know of the setting must not let mail expire.
        await AcceptAsync(c, "b");
        Assert.Null(await database.KeyTimeToLiveAsync(key));
    }

    [Theory]
    [InlineData("nul \0 inside, quote \" and backslash \\")]
    [InlineData("👩‍👩‍👧‍👦 family, 🇦🇹 flag, 𝔘𝔫𝔦")]
    [InlineData("שלום עולם, مرحبا \u202eoverride\u202c")]
    [InlineData("")]
    public async Task Any_text_survives(string text)
    {
        var c = NewConversation();
        var id = $"id {text}";
        await AcceptAsync(c, id, text);
        Assert.Equal(AcceptOutcome.Duplicate, (await AcceptAsync(c, id, text)).Outcome);
        var claim = await ClaimAsync(c);
        Assert.Equal(text, Assert.Single(claim.Mail).Body!.Text);
        await Store.CommitAsync(claim.Lease, Turn(0) with { Entries = [Entry("u", text: text)] }, Cancel);
        Assert.Equal(text, Assert.Single(await Store.ReadTranscriptAsync(c, 0, 10, Cancel)).Text);
    }

    [Fact]
    public async Task A_lone_surrogate_becomes_the_replacement_character()
    {
        var c = NewConversation();
        var text = "a" + (char)0xD83D + "b";
        await AcceptAsync(c, text, text);
        Assert.Equal("a\uFFFDb", Assert.Single((await ClaimAsync(c)).Mail).Body!.Text);
    }
}

public sealed class GarnetMailboxTests(GarnetFixture fixture) : MailboxTests<GarnetFixture>(fixture), IClassFixture<GarnetFixture>;

public sealed class RedisMailboxTests(RedisFixture fixture) : MailboxTests<RedisFixture>(fixture), IClassFixture<RedisFixture>;
