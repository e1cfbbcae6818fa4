using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BotHub.Core.Conversations;
using Microsoft.AspNetCore.Http.Features;

namespace BotHub.Channels.Telegram;

/// <summary>
/// Where Telegram brings updates. 200 only for what is durable; otherwise 503 with Retry-After, which Telegram honours and repeats for a
/// day. It never has two updates of one chat under way, so the order within a chat is its own.
/// </summary>
internal sealed class WebhookEndpoint(TelegramBots bots, UpdateIntake intake, TimeProvider clock)
{
    private const string SecretHeader = "X-Telegram-Bot-Api-Secret-Token";

    /// <summary>The largest body, in bytes.</summary>
    public const int Most = 1024 * 1024;

    /// <summary>In seconds: how long Telegram waits with the chat's next try.</summary>
    private const string FullFor = "10", AwayFor = "3";

    public async Task HandleAsync(HttpContext http)
    {
        if (http.Request.RouteValues["bot"] is not string name || bots.Find(name) is not { Options: { Mode: ReceiveMode.Webhook, WebhookSecret: { } secret } } bot)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!Proven(http.Request.Headers[SecretHeader].ToString(), secret))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (bot.Username is null)
        {
            // Nobody can tell yet what addresses the bot in a group.
            Later(http, AwayFor);
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Most;
        try
        {
            http.Response.StatusCode = await TakeAsync(http, bot);
            bot.Health.WebhookAt = clock.GetUtcNow().Ticks;
        }
        catch (StoreUnavailableException)
        {
            Later(http, AwayFor);
        }
        catch (BadHttpRequestException e)
        {
            http.Response.StatusCode = e.StatusCode;
        }

        if (http.Response.StatusCode == StatusCodes.Status503ServiceUnavailable && http.Response.Headers.RetryAfter.Count == 0) Later(http, FullFor);
    }

    private async Task<int> TakeAsync(HttpContext http, TelegramBot bot)
    {
        var reader = http.Request.BodyReader;
        var read = await reader.ReadAsync(http.RequestAborted);
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(http.RequestAborted);
        }

        try
        {
            // The pipe's memory is the update's until the answer: what is put aside is put aside from there.
            var body = read.Buffer.IsSingleSegment ? read.Buffer.First : read.Buffer.ToArray();
            if (UpdateIntake.Parse(body.Span, out var reason) is { } update)
                return await intake.TakeAsync(bot, update, body) == Intake.Full ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            // It would come again for a day: once put aside, it counts as taken.
            await intake.PutAsideAsync(bot, null, reason, body);
            return StatusCodes.Status200OK;
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>The time it takes tells nothing of the secret but its length.</summary>
    private static bool Proven(string given, string secret)
    {
        return CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(given.AsSpan()), MemoryMarshal.AsBytes(secret.AsSpan()));
    }

    private static void Later(HttpContext http, string seconds)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = seconds;
    }
}
