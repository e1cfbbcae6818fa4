using System.Text;
using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>
/// Reads the files that came with a message. Text files become part of the question; of every other kind the user is told plainly
/// that it cannot be read, and the model that it was there.
/// </summary>
public sealed class FileStage : ITurnStage
{
    /// <summary>The longest text file, in bytes; the model's context decides in the end.</summary>
    private const int MostBytes = 256 * 1024;

    private static readonly string[] TextEndings = [".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".log", ".ini", ".toml", ".html", ".css", ".js", ".ts", ".cs", ".py", ".sql", ".sh"];

    public IAsyncEnumerable<ReplyPart> RunAsync(Turn turn, TurnDelegate next) =>
        turn.Messages.All(m => m.Attachments is null) ? next(turn) : ReadAsync(turn, next);

    private static async IAsyncEnumerable<ReplyPart> ReadAsync(Turn turn, TurnDelegate next)
    {
        List<string> unread = [];
        List<Question> questions = [];
        for (var i = 0; i < turn.Questions.Count; i++) questions.Add(await ReadAsync(turn, turn.Questions[i], turn.Messages[i].Attachments ?? [], unread));
        turn.Questions = questions;
        if (questions.All(q => string.IsNullOrWhiteSpace(q.Text) && q.Prompt is null))
        {
            await foreach (var part in LimitsStage.Reject(turn, "unreadable_file", Texts.CannotRead(List(unread)))) yield return part;
            yield break;
        }

        if (unread.Count > 0) yield return new ReplyText($"({Texts.CannotRead(List(unread))})\n\n");
        await foreach (var part in next(turn)) yield return part;
    }

    private static async Task<Question> ReadAsync(Turn turn, Question question, IReadOnlyList<Attachment> files, List<string> unread)
    {
        var prompt = new StringBuilder();
        foreach (var file in files)
        {
            var name = file.Name is { } n ? $"{file.What} \"{n.ReplaceLineEndings(" ")}\"" : $"a {file.What}";
            var text = IsText(file) ? await TextAsync(turn, file) : null;
            if (text is not null) prompt.Append("[The ").Append(name).Append(":]\n").Append(text).Append("\n[End of the ").Append(file.What).Append("]\n");
            else
            {
                unread.Add(name);
                if (!string.IsNullOrWhiteSpace(question.Text)) prompt.Append("[With this message came ").Append(name).Append(", which you cannot see.]\n");
            }
        }

        return prompt.Length == 0 ? question : question with { Prompt = prompt.Append(question.ForModel).ToString() };
    }

    private static bool IsText(Attachment file) =>
        file.Kind == AttachmentKind.File && file.Bytes is null or <= MostBytes &&
        (file.MediaType?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == true ||
         (file.Name is { } name && TextEndings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase))));

    /// <summary>Null when it cannot be had, is too long, or is no text after all.</summary>
    private static async Task<string?> TextAsync(Turn turn, Attachment file)
    {
        try
        {
            await using var stream = await turn.Channel.OpenAttachmentAsync(turn.Conversation, file, turn.Cancel);
            var bytes = new byte[MostBytes + 1];
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, turn.Cancel);
            if (length > MostBytes) return null;
            using var reader = new StreamReader(new MemoryStream(bytes, 0, length), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            var text = await reader.ReadToEndAsync(turn.Cancel);
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (AttachmentException)
        {
            return null;
        }
    }

    private static string List(List<string> names) => names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
