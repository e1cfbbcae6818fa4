using System.Text.Json.Serialization;

namespace BotHub.Channels.Telegram;

/// <summary>Asks for updates as bytes (core.telegram.org/bots/api#getupdates).</summary>
/// <param name="address">Holds the token.</param>
/// <param name="wait">How long the server holds the answer back while there is nothing; it takes 50 s at most.</param>
internal sealed class UpdatePoll(HttpClient http, string address, TimeSpan wait)
{
    /// <summary>The most that the server gives at once.</summary>
    public const int Most = 100;

    /// <param name="offset">The first update wanted: all below are thereby confirmed, and gone. 0 confirms nothing.</param>
    /// <exception cref="HttpRequestException">The server could not be asked, or did not answer as one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or (with the token not cancelled) no answer came in time.</exception>
    public async Task<RawUpdates> AskAsync(long offset, int limit, CancellationToken cancel)
    {
        var question = new PollQuestion(offset, limit, (int)wait.TotalSeconds, UpdateReader.Kinds);
        using var response = await http.PostAsJsonAsync(address, question, PollJson.Default.PollQuestion, cancel);
        return RawUpdates.Read(await response.Content.ReadAsByteArrayAsync(cancel)) with { Status = (int)response.StatusCode };
    }
}

internal sealed record PollQuestion(long Offset, int Limit, int Timeout, IReadOnlyList<string> AllowedUpdates);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PollQuestion))]
internal sealed partial class PollJson : JsonSerializerContext;
