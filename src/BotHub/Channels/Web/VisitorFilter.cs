namespace BotHub.Channels.Web;

/// <summary>Lets a request through that carries the token of exactly the conversation it names.</summary>
internal sealed class VisitorFilter(VisitorTokens tokens) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers.Authorization.ToString();
        const string scheme = "Bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || await tokens.VerifyAsync(header[scheme.Length..].Trim()) is not { } visitor)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Unauthorized();
        }

        // Somebody else's conversation and none at all look the same.
        if ((string?)http.Request.RouteValues["conversation"] != visitor.Chat) return Problems.NotFound();
        http.Features.Set(visitor);
        return await next(context);
    }
}

internal static class VisitorContext
{
    public static Visitor Visitor(this HttpContext http) => http.Features.Get<Visitor>() ?? throw new InvalidOperationException("The endpoint lacks VisitorFilter.");
}
