using System.Text.Json;
using System.Text.Json.Serialization;

namespace BotHub.Channels.Telegram;

/// <summary>
/// How far one turn's reply has got in its chat. As a note in the store it is what a takeover goes on from, so that no confirmed part is
/// sent again.
/// </summary>
internal sealed class ReplyProgress(string turn)
{
    public string Turn { get; } = turn;

    /// <summary>The messages that show the parts so far, in order; 0 where a part was given up.</summary>
    public List<int> Confirmed { get; private init; } = [];

    /// <summary>
    /// Messages that are there already and whose places the parts take, in order: the placeholder, or those of the answer that this one
    /// supersedes; 0 where one turned out to be gone.
    /// </summary>
    public List<int> Places { get; private init; } = [];

    /// <summary>The parts from this one on are text and not rich; null while all are rich.</summary>
    public int? TextFrom { get; set; }

    /// <summary>The question that the first part answers to, where that is shown.</summary>
    public int? ReplyTo { get; set; }

    /// <summary>How often the next part, or the message for it, was sent and nothing was heard of it.</summary>
    public int Lost { get; private set; }

    /// <summary>How often the server failed over it.</summary>
    public int Failed { get; private set; }

    /// <summary>The policy has decided over the doubt that there is, and what it decided is still to be done.</summary>
    public bool Decided { get; private set; }

    /// <summary>A send's outcome never became known, and the policy decided.</summary>
    public bool Unknown { get; private set; }

    /// <summary>More is known than is written down.</summary>
    public bool Unwritten { get; set; }

    /// <summary>The next part may be there already, though nobody knows.</summary>
    public bool Doubtful => Lost + Failed > 0 && !Decided;

    /// <summary>The place of the next part, or 0 when it needs a new message.</summary>
    public int Place => Confirmed.Count < Places.Count ? Places[Confirmed.Count] : 0;

    public void Confirm(int message)
    {
        Confirmed.Add(message);
        (Lost, Failed, Decided, Unwritten) = (0, 0, false, true);
    }

    /// <summary>Nobody knows of the next part, once more.</summary>
    /// <param name="failed">The server failed; else nothing was heard of it.</param>
    public void Doubt(bool failed)
    {
        if (failed) Failed++;
        else Lost++;
        (Decided, Unwritten) = (false, true);
    }

    public void Decide() => (Decided, Unknown, Unwritten) = (true, true, true);

    /// <summary>The next part's message is gone.</summary>
    public void LosePlace()
    {
        Places[Confirmed.Count] = 0;
        Unwritten = true;
    }

    public void AddPlace(int message)
    {
        Places.Add(message);
        (Lost, Failed, Decided, Unwritten) = (0, 0, false, true);
    }

    /// <summary>Message numbers hold in one chat only, and this one has moved.</summary>
    public void LosePlaces()
    {
        for (var i = Confirmed.Count; i < Places.Count; i++) Places[i] = 0;
        Unwritten = true;
    }

    public string ToNote() => JsonSerializer.Serialize(new ProgressNote(Turn, Confirmed, Places, TextFrom, ReplyTo, Lost, Failed, Decided, Unknown), NoteJson.Default.ProgressNote);

    /// <summary>What a note says of the turn; nothing done yet when it is about another one, or none.</summary>
    public static ReplyProgress Of(string? note, string turn)
    {
        if (note is null || Read(note) is not { } read || read.Turn != turn) return new(turn);
        return new(turn)
        {
            Confirmed = read.Confirmed,
            Places = read.Places,
            TextFrom = read.TextFrom,
            ReplyTo = read.ReplyTo,
            Lost = read.Lost,
            Failed = read.Failed,
            Decided = read.Decided,
            Unknown = read.Unknown,
        };
    }

    private static ProgressNote? Read(string note)
    {
        try
        {
            return JsonSerializer.Deserialize(note, NoteJson.Default.ProgressNote);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record ProgressNote(
    [property: JsonPropertyName("t")] string Turn,
    [property: JsonPropertyName("c")] List<int> Confirmed,
    [property: JsonPropertyName("p")] List<int> Places,
    [property: JsonPropertyName("x")] int? TextFrom = null,
    [property: JsonPropertyName("r")] int? ReplyTo = null,
    [property: JsonPropertyName("l")] int Lost = 0,
    [property: JsonPropertyName("f")] int Failed = 0,
    [property: JsonPropertyName("d")] bool Decided = false,
    [property: JsonPropertyName("u")] bool Unknown = false);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ProgressNote))]
internal sealed partial class NoteJson : JsonSerializerContext;
