using System.Globalization;

namespace BotHub.Channels.Web;

/// <summary>The web channel's refusals (RFC 9457). Each says what to do; the host adds the trace id.</summary>
internal static class Problems
{
    public static IResult Unauthorized() => Problem(401, "unauthorized", "Send the conversation's token as 'Authorization: Bearer …'. A missing, forged or expired token opens nothing; start a new conversation to get one.");

    public static IResult NotFound() => Problem(404, "not_found", "There is no such conversation or turn for this token.");

    public static IResult Bad(string detail) => Problem(400, "invalid", detail);

    public static IResult TooLarge(string detail) => Problem(413, "too_large", detail);

    public static IResult TooFast(HttpContext http, TimeSpan wait, string detail) => Later(http, 429, "too_fast", wait, detail);

    public static IResult Unavailable(HttpContext http) => Later(http, 503, "store_unavailable", TimeSpan.FromSeconds(2), "The store is away for the moment, so nothing was accepted. Repeat the call with the same id; it is never answered twice.");

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Later(HttpContext http, int status, string code, TimeSpan wait, string detail)
    {
        http.Response.Headers.RetryAfter = ((int)Math.Ceiling(Math.Max(1, wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        return Problem(status, code, detail);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
}
