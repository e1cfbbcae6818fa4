using System.Diagnostics;
using BotHub.Core.Conversations;
using Microsoft.AspNetCore.WebUtilities;

namespace BotHub.Operations;

/// <summary>
/// Every error leaves as <c>application/problem+json</c> (RFC 9457) with a <c>traceId</c> and a stable <c>code</c>, whatever the
/// client says it accepts, and without a word of any exception.
/// </summary>
internal static class ProblemAnswers
{
    /// <summary>Which status an exception becomes that nobody caught.</summary>
    public static readonly ExceptionHandlerOptions ForExceptions = new()
    {
        StatusCodeSelector = static e => e switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            StoreUnavailableException => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        },
        // A client that hung up is no failure of ours.
        SuppressDiagnosticsCallback = static context => context.Exception is OperationCanceledException && context.HttpContext.RequestAborted.IsCancellationRequested,
    };

    public static void AddProblemAnswers(this IServiceCollection services)
    {
        // Before the framework's own, which refuses to answer those who ask for text/html or text/event-stream.
        services.AddSingleton<IProblemDetailsWriter, Writer>();
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = false);
    }

    /// <summary>The code of an error whose author gave it none.</summary>
    private static string Code(int status) => status switch
    {
        400 => "invalid",
        401 => "unauthorized",
        404 => "not_found",
        405 => "method_not_allowed",
        413 => "too_large",
        415 => "unsupported_media_type",
        429 => "too_fast",
        503 => "unavailable",
        >= 500 => "internal",
        _ => "refused",
    };

    private sealed class Writer : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            var (http, problem) = (context.HttpContext, context.ProblemDetails);
            problem.Status ??= http.Response.StatusCode;
            problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
            problem.Extensions.TryAdd("code", Code(problem.Status.Value));
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
            return new ValueTask(http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", http.RequestAborted));
        }
    }
}
