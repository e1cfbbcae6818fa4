using BotHub.Core.Conversations;
using static BotHub.Tests.Channels.Telegram.Understanding.Updates;

namespace BotHub.Tests.Channels.Telegram.Understanding;

public sealed class FileTests
{
    private const string File = "\"file_id\":\"f\",\"file_unique_id\":\"u\",\"file_size\":1234";

    [Theory]
    [InlineData("\"document\":{" + File + ",\"file_name\":\"a.txt\",\"mime_type\":\"text/plain\"}", AttachmentKind.File, "file", "a.txt", "text/plain")]
    [InlineData("\"voice\":{" + File + ",\"duration\":3,\"mime_type\":\"audio/ogg\"}", AttachmentKind.Audio, "voice message", null, "audio/ogg")]
    [InlineData("\"audio\":{" + File + ",\"duration\":3,\"title\":\"Song\",\"mime_type\":\"audio/mpeg\"}", AttachmentKind.Audio, "audio file", "Song", "audio/mpeg")]
    [InlineData("\"video\":{" + File + ",\"width\":1,\"height\":1,\"duration\":3,\"mime_type\":\"video/mp4\"}", AttachmentKind.Video, "video", null, "video/mp4")]
    [InlineData("\"video_note\":{" + File + ",\"length\":1,\"duration\":3}", AttachmentKind.Video, "video message", null, "video/mp4")]
    [InlineData("\"sticker\":{" + File + ",\"type\":\"regular\",\"width\":1,\"height\":1,\"is_animated\":false,\"is_video\":false,\"emoji\":\"🙂\"}", AttachmentKind.Other, "sticker", "🙂", null)]
    [InlineData("\"animation\":{" + File + ",\"width\":1,\"height\":1,\"duration\":1},\"document\":{" + File + "}", AttachmentKind.Video, "animation", null, null)]
    public void Files_are_described_in_plain_words(string fields, AttachmentKind kind, string what, string? name, string? type) =>
        Assert.Equal([new Attachment(kind, what, "f", name, type, 1234)], Said(Message(fields)).Message.Attachments);

    [Fact]
    public void Of_a_photo_the_largest_size_counts() =>
        Assert.Equal("large", Assert.Single(Said(Message("""
            "photo":[{"file_id":"small","file_unique_id":"1","width":90,"height":90},{"file_id":"large","file_unique_id":"2","width":800,"height":800},{"file_id":"middle","file_unique_id":"3","width":320,"height":320}]
            """)).Message.Attachments!).Reference);

    [Theory]
    [InlineData("\"location\":{\"latitude\":48.2082,\"longitude\":16.3738}", "location", "48.2082, 16.3738")]
    [InlineData("\"venue\":{\"location\":{\"latitude\":1,\"longitude\":2},\"title\":\"Café\",\"address\":\"Ring 1\"},\"location\":{\"latitude\":1,\"longitude\":2}", "place", "Café, Ring 1")]
    [InlineData("\"contact\":{\"phone_number\":\"1\",\"first_name\":\"Max\"}", "contact", "Max")]
    [InlineData("\"poll\":{\"id\":\"1\",\"question\":\"Tea?\",\"options\":[],\"total_voter_count\":0,\"is_closed\":false,\"is_anonymous\":true,\"type\":\"regular\",\"allows_multiple_answers\":false}", "poll", "Tea?")]
    [InlineData("\"dice\":{\"emoji\":\"🎲\",\"value\":3}", "dice", "🎲")]
    public void What_is_no_file_has_a_name_and_no_reference(string fields, string what, string name) =>
        Assert.Equal([new Attachment(AttachmentKind.Other, what, "", name)], Said(Message(fields)).Message.Attachments);

    [Fact]
    public void A_long_name_is_cut_between_characters()
    {
        var name = Assert.Single(Said(Message($$"""
            "document":{{{File}},"file_name":"{{new string('x', 199)}}👍.txt"}
            """)).Message.Attachments!).Name!;

        Assert.Equal(new string('x', 199), name);
    }
}
