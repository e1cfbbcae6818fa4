using System.Text;
using BotHub.Core.Conversations;
using BotHub.Storage;

namespace BotHub.Tests.Storage;

/// <summary>What is stored in short comes back whole.</summary>
public sealed class StoredFormsTests
{
    private const string Hard = "é 💣 \u202bשלום\u202c \" \\ \n \u0001 </script> {}";

    private static readonly DateTimeOffset
        Noon = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero).AddTicks(1234567),
        Elsewhere = new(2026, 2, 28, 23, 59, 59, TimeSpan.FromMinutes(-210));

    public static TheoryData<ChatEntry> Entries => new(
        new ChatEntry("u1", MessageRole.User, "Hello", Noon, MessageState.Done, "t1"),
        new ChatEntry("t1.a", MessageRole.Assistant, Hard, Elsewhere, MessageState.Failed, "t1", InContext: false),
        new ChatEntry("t12.a", MessageRole.Assistant, "", default, MessageState.Stopped, "t1", Prompt: "seen otherwise", Supersedes: "t0"),
        new ChatEntry("t1.a", MessageRole.User, "a person's message may be called so", DateTimeOffset.MaxValue, MessageState.Done, "t1", Prompt: ""));

    public static TheoryData<InboundMessage> Messages => new(
        new InboundMessage("u1", Conversation, "bot", new Sender("7"), "Hello", Noon),
        new InboundMessage(Hard, Conversation, "bot", new Sender("7", Hard, "de-AT"), Hard, Elsewhere)
        {
            PlatformId = "99",
            Revises = "98",
            Quote = new Quotation(null, Hard),
            ForwardedFrom = "Ada",
            Group = true,
        },
        new InboundMessage("u2", Conversation, "bot", new Sender("7"), "", default) { Regenerates = "t5", Quote = new Quotation("Ada", "") });

    private static ConversationId Conversation { get; } = ConversationId.Of("test", "bot", "c1");

    [Theory]
    [MemberData(nameof(Entries))]
    public void An_entry_comes_back_as_it_was(ChatEntry entry)
    {
        var read = StoredEntry.Read(StoredEntry.Write(entry));

        Assert.Equal(entry, read);
        Assert.Equal(entry.At.Offset, read!.At.Offset);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_back_as_it_was(InboundMessage message)
    {
        var read = StoredMessage.Read(Conversation, StoredMessage.Write(message));

        Assert.Equal(message, read);
        Assert.Equal(message.At.Offset, read!.At.Offset);
    }

    [Fact]
    public void Files_of_a_message_come_back_as_they_were()
    {
        Attachment[] files = [new(AttachmentKind.File, "document", "ref", "a.pdf", "application/pdf", 0), new(AttachmentKind.Other, "sticker", "ref2")];
        var message = new InboundMessage("u1", Conversation, "bot", new Sender("7"), "", Noon) { Attachments = files };

        Assert.Equal(files, StoredMessage.Read(Conversation, StoredMessage.Write(message))!.Attachments);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reply_comes_back_as_it_was(bool inTranscript)
    {
        var entry = Entries.ElementAt(1).Data;
        var reply = new OutboundReply(entry, "internal", new ReplyUsage(300, 20, 1234));
        var written = (string)StoredReply.Write(new TurnCommit(0, 1, "t1", inTranscript ? [entry] : [], reply, null))!;
        // As the commit script does.
        var stored = (inTranscript ? "17" : "-") + written[1..];

        Assert.Equal(reply, StoredReply.Read(stored, inTranscript ? StoredEntry.Write(entry) : default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"x\":\"no turn\"}")]
    [InlineData("{\"t\":\"t1\",\"a\":\"then\"}")]
    public void What_is_none_is_not_taken_for_an_entry(string text) => Assert.Null(StoredEntry.Read(text));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(0, -600)]
    [InlineData(0, int.MaxValue)]
    public void A_time_that_cannot_be_costs_no_message(long ticks, int offset) =>
        Assert.Equal("Hello", StoredEntry.Read($"{{\"t\":\"t1\",\"x\":\"Hello\",\"a\":{ticks},\"z\":{offset}}}")!.Text);

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("a\ufffdb", StoredEntry.Read(StoredEntry.Write(Entries.ElementAt(0).Data with { Text = "a\ud83db" }))!.Text);

    [Fact]
    public void Letters_of_all_languages_are_stored_as_they_are() =>
        Assert.Contains("שלום", Encoding.UTF8.GetString((byte[])StoredEntry.Write(Entries.ElementAt(1).Data)!), StringComparison.Ordinal);

    [Fact]
    public void A_long_text_leaves_no_long_buffer_and_no_trace_in_the_next()
    {
        var entry = Entries.ElementAt(0).Data;
        Assert.Equal(1_000_000, StoredEntry.Read(StoredEntry.Write(entry with { Text = new string('x', 1_000_000) }))!.Text.Length);
        Assert.Equal(entry, StoredEntry.Read(StoredEntry.Write(entry)));
    }
}
