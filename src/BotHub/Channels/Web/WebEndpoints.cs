using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Core.Feed;
using BotHub.Core.Pipeline;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>The web channel's HTTP contract (docs/web-api.md).</summary>
public static class WebEndpoints
{
    /// <summary>Six bytes for a UTF-16 unit is the most that JSON escapes need; the rest is for the other fields.</summary>
    private static long MaxBody(WebOptions options) => 6L * options.MaxTextLength + 1024;

    public static IEndpointRouteBuilder MapWebChat(this IEndpointRouteBuilder app)
    {
        if (!app.ServiceProvider.GetRequiredService<IOptions<WebOptions>>().Value.Enabled) return app;
        var chat = app.MapGroup("/api/chat").WithTags("Web chat").RequireCors(WebSetup.CorsPolicy);
        chat.AddEndpointFilter(static async (context, next) =>
        {
            try { return await next(context); }
            catch (StoreUnavailableException) when (!context.HttpContext.Response.HasStarted) { return Problems.Unavailable(context.HttpContext); }
        });
        chat.MapPost("/conversations", CreateAsync).Accepts<CreateConversation>("application/json").Produces<ConversationCreated>(201).ProducesProblem(429);

        var one = chat.MapGroup("/conversations/{conversation}");
        one.AddEndpointFilter<VisitorFilter>();
        one.MapPost("/messages", PostAsync).Accepts<PostMessage>("application/json").Produces<MessageAccepted>(202).ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(413).ProducesProblem(429).ProducesProblem(503);
        one.MapGet("/messages", MessageHistory.ReadAsync).Produces<MessagePage>().ProducesProblem(401).ProducesProblem(404);
        one.MapGet("/events", FollowAsync).Produces(200, contentType: "text/event-stream").ProducesProblem(401).ProducesProblem(404);
        one.MapPost("/stop", StopAsync).Produces(202).ProducesProblem(401).ProducesProblem(404);
        one.MapGet("/turns/{turn}", ReadTurnAsync).Produces(200, contentType: "application/json").ProducesProblem(401).ProducesProblem(404);
        return app;
    }

    private static async Task<IResult> CreateAsync(HttpContext http, VisitorTokens tokens, WebLimits limits, BotProfile bot, IOptions<WebOptions> options)
    {
        var (body, refusal) = await RequestBody.ReadAsync(http, WireJson.Default.CreateConversation, 16 * 1024, optional: true);
        if (refusal is not null) return refusal;
        if (body?.Bot is { } name && name != WebChannel.DefaultBot) return Problems.Bad($"There is no bot of that name here. Leave 'bot' out, or use '{WebChannel.DefaultBot}'.");
        if (body?.Locale is { } locale && (locale.Length > 35 || locale.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))) return Problems.Bad("'locale' is a BCP 47 tag such as en or de-AT.");
        if (limits.TryCreate(http.Connection.RemoteIpAddress?.ToString() ?? "") is { } wait)
            return Problems.TooFast(http, wait, "Too many new conversations from this address. Wait as long as Retry-After says.");

        var id = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var (token, expires) = await tokens.IssueAsync(new Visitor(id, WebChannel.DefaultBot, body?.Locale));
        return TypedResults.Created($"/api/chat/conversations/{id}", new ConversationCreated(id, token, expires, BotInfo.Of(options.Value, bot)));
    }

    private static async Task<IResult> PostAsync(HttpContext http, Inbox inbox, WebLimits limits, IOptions<WebOptions> options, TimeProvider clock)
    {
        var visitor = http.Visitor();
        var (body, refusal) = await RequestBody.ReadAsync(http, WireJson.Default.PostMessage, MaxBody(options.Value), optional: false);
        if (refusal is not null) return refusal;
        if (body?.Id is not { Length: >= 1 and <= 64 } id || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
            return Problems.Bad("'id' is missing or malformed: give every message an id of your own, 1 to 64 of A-Z a-z 0-9 _ -, and repeat it when you repeat the call.");
        if (string.IsNullOrWhiteSpace(body.Text)) return Problems.Bad("'text' is missing or empty.");
        if (body.Text.Length > options.Value.MaxTextLength) return Problems.TooLarge($"'text' has {body.Text.Length} UTF-16 units; {options.Value.MaxTextLength} are allowed.");
        if (limits.TryPost(visitor.Chat) is { } wait) return Problems.TooFast(http, wait, "Too many messages. Wait as long as Retry-After says, then repeat the call with the same id.");

        var message = new InboundMessage(id, visitor.Conversation, options.Value.BotName, new Sender(visitor.Chat, Locale: visitor.Locale), body.Text, clock.GetUtcNow());
        // Not the request's token: a client that hangs up after sending has still sent.
        var accepted = await inbox.AcceptAsync(message, CancellationToken.None);
        return accepted.Outcome == AcceptOutcome.Full
            ? Problems.TooFast(http, TimeSpan.FromSeconds(5), "The conversation has too many unanswered messages. Wait for answers, then repeat the call with the same id.")
            : TypedResults.Accepted((string?)null, new MessageAccepted(id, accepted.Position));
    }

    private static async Task<IResult> FollowAsync(HttpContext http, string? after, IConversationStore store, IConversationFeed feed, WebLimits limits, Dispatcher dispatcher, TimeProvider clock)
    {
        var visitor = http.Visitor();
        var from = after ?? http.Request.Headers["Last-Event-ID"].FirstOrDefault();
        long? cursor = null;
        if (!string.IsNullOrEmpty(from))
        {
            if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return Problems.Bad("'after' (or Last-Event-ID) is the number of the last event you have seen.");
            cursor = id;
        }

        using var place = limits.TryStream(visitor.Chat);
        if (place is null) return Problems.TooFast(http, TimeSpan.FromSeconds(15), "Too many event streams are open for this conversation. Close one first.");
        try
        {
            await new EventStream(http.Response, visitor, store, feed, clock).RunAsync(cursor, dispatcher.Drained, http.RequestAborted);
        }
        catch (Exception e) when (http.Response.HasStarted && e is OperationCanceledException or StoreUnavailableException or IOException)
        {
            // The client went away, the node stops, or the store is away: the stream ends, and the client comes back with its last id.
        }

        return TypedResults.Empty;
    }

    private static async Task<IResult> StopAsync(HttpContext http, Inbox inbox)
    {
        await inbox.StopAsync(http.Visitor().Conversation, CancellationToken.None);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<IResult> ReadTurnAsync(HttpContext http, string turn, IConversationStore store) =>
        turn.Length <= 24 && await store.ReadLedgerAsync(http.Visitor().Conversation, turn, http.RequestAborted) is { } ledger
            ? TypedResults.Content(TurnLedger.Served(turn, ledger), "application/json", Encoding.UTF8)
            : Problems.NotFound();
}
