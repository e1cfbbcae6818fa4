using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Faults, limits and switches over HTTP; times in seconds.</summary>
internal static class PlayControl
{
    /// <summary>Adds a fault; <c>{"clear":true}</c> ends all of them.</summary>
    public static void Fault(FakeTelegramServer server, JsonElement body)
    {
        if (body.Flag("clear"))
        {
            server.Faults.Clear();
            return;
        }

        server.Faults.Add(new(Enum.Parse<FaultKind>(body.Text("kind") ?? "", ignoreCase: true))
        {
            Method = body.Text("method"),
            ChatId = body.Integer("chat"),
            BotId = body.Integer("bot"),
            Skip = (int)(body.Integer("skip") ?? 0),
            Times = (int)(body.Integer("times") ?? 1),
            Every = (int)(body.Integer("every") ?? 1),
            RetryAfter = (int)(body.Integer("retryAfter") ?? 3),
            OpensWindow = !body.TryGetProperty("opensWindow", out _) || body.Flag("opensWindow"),
            Delay = TimeSpan.FromSeconds(Number(body, "delay", 1)),
            Code = (int)(body.Integer("code") ?? 500),
            Description = body.Text("description") ?? "Internal Server Error",
        });
    }

    /// <summary><c>{"enabled":false}</c>, <c>{"scale":10}</c>, or single values.</summary>
    public static void Limits(FakeTelegramServer server, JsonElement body)
    {
        var limits = body.TryGetProperty("scale", out _) ? new FloodLimits().Scaled(Number(body, "scale", 1)) : server.Flood.Limits;
        server.Flood.Limits = limits with
        {
            Enabled = !body.TryGetProperty("enabled", out _) || body.Flag("enabled"),
            PrivatePerSecond = Number(body, "privatePerSecond", limits.PrivatePerSecond),
            PrivateBurst = (int)Number(body, "privateBurst", limits.PrivateBurst),
            GroupPerMinute = Number(body, "groupPerMinute", limits.GroupPerMinute),
            GroupBurst = (int)Number(body, "groupBurst", limits.GroupBurst),
            BotPerSecond = Number(body, "botPerSecond", limits.BotPerSecond),
            BotBurst = (int)Number(body, "botBurst", limits.BotBurst),
            ShortestPenalty = TimeSpan.FromSeconds(Number(body, "shortestPenalty", limits.ShortestPenalty.TotalSeconds)),
            ViolationsUntilBan = (int)Number(body, "violationsUntilBan", limits.ViolationsUntilBan),
        };
        if (body.Flag("reset")) server.Flood.Reset();
    }

    public static void Options(FakeTelegramServer server, JsonElement body)
    {
        if (body.TryGetProperty("richMessages", out _)) server.RichMessages = body.Flag("richMessages");
    }

    private static double Number(JsonElement body, string name, double otherwise) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;
}
