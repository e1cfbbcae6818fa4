using System.Text.Json;
using System.Text.Json.Serialization;
using BotHub.FakeOpenAI.Faults;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>Faults and requests over HTTP, for those who are not in the process.</summary>
internal static class ControlFront
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static async Task HandleAsync(FakeOpenAIServer server, HttpContext context, string path)
    {
        switch (context.Request.Method, path)
        {
            case ("POST", "/fake/faults"):
                try
                {
                    server.Faults.Add((await context.Request.ReadFromJsonAsync<Fault>(_json, context.RequestAborted).ConfigureAwait(false))!);
                    context.Response.StatusCode = 204;
                }
                catch (JsonException e)
                {
                    await Refused.Bad(e.Message).WriteAsync(context).ConfigureAwait(false);
                }

                break;
            case ("DELETE", "/fake/faults"):
                server.Faults.Clear();
                context.Response.StatusCode = 204;
                break;
            case ("GET", "/fake/requests"):
                await context.Response.WriteAsJsonAsync(server.Requests.Select(r => new { r.Path, r.Target, r.Body }), context.RequestAborted).ConfigureAwait(false);
                break;
            default:
                await new Refused(404, "Resource not found", "404").WriteAsync(context).ConfigureAwait(false);
                break;
        }
    }
}
