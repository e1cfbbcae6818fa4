using BotHub.Core.Pipeline;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

public static class WebSetup
{
    internal const string CorsPolicy = "web-chat";

    /// <summary>Nothing but this host's own files, no inline code or style, no exceptions.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    public static IHostApplicationBuilder AddWebChannel(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateOnStart();
        // A list in one text, as an environment variable holds it, is nothing to the binder.
        services.Configure<WebOptions>(o => o.Models = [.. o.Models, .. (builder.Configuration[$"{WebOptions.Section}:{nameof(o.Models)}"] ?? "").Split(',')]);
        services.AddSingleton<IValidateOptions<WebOptions>, WebOptionsValidator>();
        services.AddSingleton<IChannel, WebChannel>();
        services.AddSingleton<VisitorTokens>();
        services.AddSingleton<WebLimits>();
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<WebOptions>>((cors, web) =>
            cors.AddPolicy(CorsPolicy, p => p.WithOrigins(web.Value.AllowedOrigins).WithMethods("GET", "POST").WithHeaders("Authorization", "Content-Type", "Last-Event-ID").WithExposedHeaders("Retry-After").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        return builder;
    }

    /// <summary>
    /// "/" becomes index.html before routing. Calls of other machines (the Telegram webhook) end in the routing, where most of a busy hub's
    /// calls spare themselves what follows: they answer their own errors, and need no headers for browsers.
    /// </summary>
    public static WebApplication UseWebRouting(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseRouting();
        return app;
    }

    /// <summary>The chat page and its files, with headers that keep everything else out. CORS needs the route's policy.</summary>
    public static WebApplication UseWebPage(this WebApplication app)
    {
        app.Use(static (http, next) =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            return next(http);
        });
        app.UseCors();
        return app;
    }
}
