using System.Text.Json;
using BotHub.FakeOpenAI.Faults;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>An error answer; its sentences are like the real ones, which repeat what was sent.</summary>
internal sealed record Refused(int Status, string Message, string? Code = null, string? Type = null, string? Param = null, object? Inner = null)
{
    public static Refused Bad(string message, string? param = null, string? code = null) => new(400, message, code, "invalid_request_error", param);

    public static Refused Of(Fault fault) => fault.Status switch
    {
        401 => new(401, "Access denied due to invalid subscription key or wrong API endpoint.", fault.Code ?? "401"),
        404 => NoDeployment,
        429 when fault.Code == "insufficient_quota" => new(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"),
        429 => new(429, "Requests to the ChatCompletions_Create Operation have exceeded the token rate limit of your current pricing tier.", fault.Code ?? "429"),
        503 => new(503, "The service is temporarily unable to process your request. Please try again later.", fault.Code ?? "ServiceUnavailable"),
        _ => new(fault.Status, "The server had an error while processing your request. Sorry about that!", fault.Code, "server_error"),
    };

    public static Refused NoDeployment { get; } = new(404, "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.", "DeploymentNotFound");

    public static Refused Blocked(IReadOnlyList<string> categories) => new(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
        "content_filter",
        Param: "prompt",
        Inner: new { code = "ResponsibleAIPolicyViolation", content_filter_result = ChunkJson.Filter(categories, filtered: true) });

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers["apim-request-id"] = Guid.NewGuid().ToString();
        await context.Response.WriteAsJsonAsync(
            new { error = new { message = Message, type = Type, param = Param, code = Code, innererror = Inner, status = Inner is null ? (int?)null : Status } },
            new JsonSerializerOptions(),
            context.RequestAborted).ConfigureAwait(false);
    }
}
