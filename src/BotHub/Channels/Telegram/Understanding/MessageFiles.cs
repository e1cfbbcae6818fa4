using System.Globalization;
using BotHub.Core.Conversations;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>What comes with a message beside words, in plain words. What is no file has no reference.</summary>
internal static class MessageFiles
{
    public static IReadOnlyList<Attachment> Of(Message message) => One(message) is { } file ? [file] : [];

    private static Attachment? One(Message m) => m switch
    {
        // Before the document: an animation comes as both.
        { Animation: { } a } => File(AttachmentKind.Video, "animation", a, a.FileName, a.MimeType),
        { Document: { } d } => File(AttachmentKind.File, "file", d, d.FileName, d.MimeType),
        { Photo: { Length: > 0 } sizes } => File(AttachmentKind.Picture, "photo", sizes.MaxBy(s => (long)s.Width * s.Height)!, null, "image/jpeg"),
        { LivePhoto: not null } => Thing("live photo"),
        { Voice: { } v } => File(AttachmentKind.Audio, "voice message", v, null, v.MimeType),
        { Audio: { } a } => File(AttachmentKind.Audio, "audio file", a, a.FileName ?? a.Title, a.MimeType),
        { VideoNote: { } v } => File(AttachmentKind.Video, "video message", v, null, "video/mp4"),
        { Video: { } v } => File(AttachmentKind.Video, "video", v, v.FileName, v.MimeType),
        { Sticker: { } s } => File(AttachmentKind.Other, "sticker", s, s.Emoji, null),
        { Venue: { } v } => Thing("place", $"{v.Title}, {v.Address}"),
        { Location: { } l } => Thing("location", string.Create(CultureInfo.InvariantCulture, $"{l.Latitude:0.#####}, {l.Longitude:0.#####}")),
        { Contact: { } c } => Thing("contact", $"{c.FirstName} {c.LastName}".Trim()),
        { Poll: { } p } => Thing("poll", p.Question),
        { Dice: { } d } => Thing("dice", d.Emoji),
        { Checklist: { } c } => Thing("checklist", c.Title),
        { Story: not null } => Thing("story"),
        { PaidMedia: not null } => Thing("paid picture or video"),
        { Game: { } g } => Thing("game", g.Title),
        _ => null,
    };

    private static Attachment File(AttachmentKind kind, string what, FileBase file, string? name, string? type) =>
        new(kind, what, file.FileId, Clean(name), Clean(type), file.FileSize);

    private static Attachment Thing(string what, string? name = null) => new(AttachmentKind.Other, what, "", Clean(name));

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Length <= 200 ? text : text[..(char.IsHighSurrogate(text[199]) ? 199 : 200)];
}
