using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using BotHub.FakeTelegram;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Channels.Telegram;

public sealed class TelegramFilesTests
{
    [Fact]
    public async Task A_text_file_becomes_part_of_the_question()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();

        chat.SendFile(FakeFileKind.Document, "the words of the file"u8.ToArray(), "notes.txt", "text/plain", "what is in it?");

        await chat.WaitForTextAsync("the words of the file");
    }

    [Fact]
    public async Task A_photo_alone_is_said_to_be_unreadable()
    {
        await using var hub = await TelegramHub.StartAsync();
        var chat = hub.Chat();

        chat.SendFile(FakeFileKind.Photo, [1, 2, 3], "p.jpg", "image/jpeg");

        await chat.WaitForTextAsync("I got a photo");
    }

    [Fact]
    public async Task A_file_over_the_limit_is_not_fetched()
    {
        await using var hub = await TelegramHub.StartAsync(("MaxFileMegabytes", "1"));
        var channel = hub.Hub.Services.GetServices<IChannel>().Single(c => c.Id == "telegram");
        var where = ConversationId.Of("telegram", $"{hub.Bot.Id}", "5");

        var error = await Assert.ThrowsAsync<AttachmentException>(() => channel.OpenAttachmentAsync(where, new Attachment(AttachmentKind.File, "file", "f", Bytes: 2 << 20), CancellationToken.None));
        await Assert.ThrowsAsync<AttachmentException>(() => channel.OpenAttachmentAsync(where, new Attachment(AttachmentKind.File, "file", "unknown"), CancellationToken.None));
        await Assert.ThrowsAsync<AttachmentException>(() => channel.OpenAttachmentAsync(where, new Attachment(AttachmentKind.Other, "location", ""), CancellationToken.None));

        Assert.Contains("1 MB", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, hub.Telegram.Calls.Of("getFile"));
    }
}
