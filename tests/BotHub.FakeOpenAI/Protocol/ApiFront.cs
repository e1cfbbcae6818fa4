using System.Net;
using System.Text.Json;
using BotHub.FakeOpenAI.Faults;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>The HTTP side: addresses, credentials, errors.</summary>
internal sealed class ApiFront(FakeOpenAIServer server)
{
    private const string Completions = "/chat/completions", Deployments = "/openai/deployments/";

    public static WebApplication Build(FakeOpenAIServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, server.Options.Port);
        });
        var app = builder.Build();
        app.Run(new ApiFront(server).HandleAsync);
        return app;
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith(Deployments, StringComparison.OrdinalIgnoreCase) && path.EndsWith(Completions, StringComparison.OrdinalIgnoreCase))
            return CompleteAsync(context, azure: true, deployment: path[Deployments.Length..^Completions.Length]);
        return path switch
        {
            "/openai/v1" + Completions => CompleteAsync(context, azure: true, deployment: null),
            "/v1" + Completions => CompleteAsync(context, azure: false, deployment: null),
            "/v1/models" or "/openai/v1/models" => ModelsAsync(context),
            _ when path.StartsWith("/fake/", StringComparison.Ordinal) => ControlFront.HandleAsync(server, context, path),
            _ => new Refused(404, "Resource not found", "404").WriteAsync(context),
        };
    }

    private async Task CompleteAsync(HttpContext context, bool azure, string? deployment)
    {
        if (Unfit(context, azure, deployment) is { } unfit)
        {
            await unfit.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var (request, refused) = await ReadAsync(context, deployment).ConfigureAwait(false);
        var target = request is null ? null : server.Find(request.Target);
        refused ??= target is null
            ? azure ? Refused.NoDeployment : new Refused(404, $"The model `{request!.Target}` does not exist or you do not have access to it.", "model_not_found", "invalid_request_error")
            : RequestRules.Check(request!.Body, target);
        if (refused is not null)
        {
            await refused.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var writer = new AnswerWriter(server, context, request!, target!, azure);
        if (server.Limits.Enter(writer.Estimate, out var wait) is not { } call)
        {
            await Limits.ProviderLimits.RefuseAsync(context, wait).ConfigureAwait(false);
            return;
        }

        try
        {
            var fault = server.Faults.Next();
            if (fault is not null && await RefuseAsync(context, fault).ConfigureAwait(false)) server.Limits.Leave(call, 0);
            else await writer.WriteAsync(fault, took => server.Limits.Leave(call, took)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        finally
        {
            server.Limits.Leave(call, took: null);
        }
    }

    /// <summary>What is wrong before the body is looked at.</summary>
    private Refused? Unfit(HttpContext context, bool azure, string? deployment)
    {
        var (http, options) = (context.Request, server.Options);
        if (http.Method != "POST") return new(405, "Method not allowed", "405");
        var bearer = http.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : null;
        var key = http.Headers["api-key"].ToString();
        var admitted = azure ? key == options.Key || bearer == options.Token || (deployment is null && bearer == options.Key) : bearer == options.Key;
        if (!admitted)
            return azure
                ? new(401, "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.", "401")
                : new(401, $"Incorrect API key provided: {bearer}. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key", "invalid_request_error");
        var version = http.Query["api-version"].ToString();
        if (deployment is not null && version.Length == 0) return new(404, "Resource not found", "404");
        if (deployment is not null && !DateOnly.TryParseExact(version.Replace("-preview", "", StringComparison.Ordinal), "yyyy-MM-dd", out _)) return Refused.Bad("Unsupported API version", "api-version");
        if (http.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true) return new(415, "Unsupported media type", "415");
        return null;
    }

    private async Task<(FakeRequest?, Refused?)> ReadAsync(HttpContext context, string? deployment)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
            var body = document.RootElement.Clone();
            if (body.ValueKind != JsonValueKind.Object) return (null, Refused.Bad("We expected a JSON object in the request body."));
            var model = body.TryGetProperty("model", out var named) ? named.GetString() : null;
            if ((deployment ?? model) is not { } target) return (null, Refused.Bad("you must provide a model parameter"));
            var request = new FakeRequest(
                $"{context.Request.Path}{context.Request.QueryString}", target, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
            server.Note(request);
            return (request, null);
        }
        catch (JsonException)
        {
            return (null, Refused.Bad("We could not parse the JSON body of your request."));
        }
    }

    /// <summary>Errors that come instead of an answer; true when one was written.</summary>
    private async Task<bool> RefuseAsync(HttpContext context, Fault fault)
    {
        if (fault.RetryAtSeconds is { } date) context.Response.Headers.RetryAfter = server.Options.Time.GetUtcNow().AddSeconds(date).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        if (fault.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (fault.RetryAfterMilliseconds is { } milliseconds) context.Response.Headers["retry-after-ms"] = milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        switch (fault.Kind)
        {
            case FaultKind.Status:
                await Refused.Of(fault).WriteAsync(context).ConfigureAwait(false);
                return true;
            case FaultKind.PromptBlocked:
                await Refused.Blocked(fault.Categories).WriteAsync(context).ConfigureAwait(false);
                return true;
            case FaultKind.HtmlError:
                context.Response.StatusCode = fault.Status;
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html><body><h1>Bad Gateway</h1></body></html>", context.RequestAborted).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    private Task ModelsAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new { @object = "list", data = server.Names.Select(n => new { id = n, @object = "model", created = 0, owned_by = "fake" }) }, context.RequestAborted);
}
