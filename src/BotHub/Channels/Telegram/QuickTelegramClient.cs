using System.Net.Http.Headers;
using System.Text.Json;
using Telegram.Bot;
using Telegram.Bot.Exceptions;
using Telegram.Bot.Requests;
using Telegram.Bot.Requests.Abstractions;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>
/// The library's client, with a shorter way for the one call that every answer makes: <c>sendMessage</c> is written and read in one go, and
/// of the message that comes back only the id is read. What fails, fails with the library's own exceptions.
/// </summary>
/// <param name="direct">Sends without a time limit of its own: a call without a token takes the library's way.</param>
internal sealed class QuickTelegramClient(TelegramBotClientOptions options, HttpClient http, HttpMessageInvoker direct) : TelegramBotClient(options, http)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");

    private readonly Uri _sendMessage = new($"{options.BaseRequestUrl}/sendMessage");

    public override Task<TResponse> SendRequest<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default) =>
        request is SendMessageRequest message && cancellationToken.CanBeCanceled
            ? (Task<TResponse>)(object)SendAsync(message, cancellationToken)
            : base.SendRequest(request, cancellationToken);

    private async Task<Message> SendAsync(SendMessageRequest message, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, JsonBotAPI.Options));
        content.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(HttpMethod.Post, _sendMessage) { Content = content };
        using var response = await direct.SendAsync(request, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        try
        {
            if (response.IsSuccessStatusCode && IdOf(answer) is { } id) return new Message { Id = id };
            if (JsonSerializer.Deserialize<ApiResponse>(answer, JsonBotAPI.Options) is { Description: { } description } refused)
                throw new ApiRequestException(description, refused.ErrorCode, refused.Parameters);
        }
        catch (JsonException e)
        {
            throw new RequestException("The answer is no JSON.", response.StatusCode, e);
        }

        throw new RequestException("The answer is none of the Bot API.", response.StatusCode);
    }

    /// <summary>Null where the answer is no <c>{"ok":true,"result":{"message_id":…}}</c>.</summary>
    private static int? IdOf(ReadOnlySpan<byte> answer)
    {
        var (ok, id) = (false, (int?)null);
        var reader = new Utf8JsonReader(answer);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isOk, isResult) = (reader.ValueTextEquals("ok"u8), reader.ValueTextEquals("result"u8));
            reader.Read();
            if (isOk) ok = reader.TokenType == JsonTokenType.True;
            if (isResult && reader.TokenType == JsonTokenType.StartObject) id = IdOf(ref reader);
            else reader.Skip();
        }

        return ok ? id : null;
    }

    private static int? IdOf(ref Utf8JsonReader reader)
    {
        int? id = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("message_id"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)) id = number;
            else reader.Skip();
        }

        return id;
    }
}
