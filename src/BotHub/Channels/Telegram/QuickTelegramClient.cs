using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Telegram.Bot;
using Telegram.Bot.Exceptions;
using Telegram.Bot.Types;
using Telegram.Bot.Types.ReplyMarkups;

namespace BotHub.Channels.Telegram;

/// <summary>
/// The library's client, and a shorter way for the one call that every answer makes: <c>sendMessage</c> is written and read in one go, and
/// of the message that comes back only the id is read. What fails, fails with the library's own exceptions.
/// </summary>
/// <param name="direct">Sends without a time limit of its own: that is the caller's token.</param>
internal sealed class QuickTelegramClient(TelegramBotClientOptions options, HttpClient http, HttpMessageInvoker direct) : TelegramBotClient(options, http)
{
    /// <summary>In bytes: a message that comes back is much shorter.</summary>
    private const int LargestAnswer = 4 * 1024 * 1024;

    /// <summary>Nobody puts the body into a page: quotes, angle brackets and letters of all languages stay as they are, and short.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");

    private readonly Uri _sendMessage = new($"{options.BaseRequestUrl}/sendMessage");

    /// <returns>The new message's id.</returns>
    /// <exception cref="RequestException">The server refused it, or its answer is none; what the connection throws comes as it is.</exception>
    public async Task<int> SendTextAsync(
        long chat, int? thread, string text, MessageEntity[]? entities, LinkPreviewOptions? linkPreview, ReplyParameters? reply, InlineKeyboardMarkup? buttons, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(Write(chat, thread, text, entities, linkPreview, reply, buttons));
        content.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(HttpMethod.Post, _sendMessage) { Content = content };
        using var response = await direct.SendAsync(request, cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var length = 0;
            await using var answer = await response.Content.ReadAsStreamAsync(cancel);
            while (await answer.ReadAsync(buffer.AsMemory(length), cancel) is > 0 and var read)
            {
                length += read;
                if (length == buffer.Length) buffer = Longer(buffer, response.StatusCode);
            }

            return Read(buffer.AsSpan(0, length), response);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Write(
        long chat, int? thread, string text, MessageEntity[]? entities, LinkPreviewOptions? linkPreview, ReplyParameters? reply, InlineKeyboardMarkup? buttons)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (text.Length * 2));
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("chat_id"u8, chat);
            if (thread is { } topic) json.WriteNumber("message_thread_id"u8, topic);
            json.WriteString("text"u8, text);
            Add("entities"u8, entities);
            Add("link_preview_options"u8, linkPreview);
            Add("reply_parameters"u8, reply);
            Add("reply_markup"u8, buttons);
            json.WriteEndObject();

            void Add<T>(ReadOnlySpan<byte> name, T? value)
                where T : class
            {
                if (value is null) return;
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value, JsonBotAPI.Options);
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Longer(byte[] buffer, HttpStatusCode status)
    {
        if (buffer.Length >= LargestAnswer) throw new RequestException("The answer is too long.", status);
        var longer = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(longer, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return longer;
    }

    private static int Read(ReadOnlySpan<byte> answer, HttpResponseMessage response)
    {
        try
        {
            if (response.IsSuccessStatusCode && IdOf(answer) is { } id) return id;
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
