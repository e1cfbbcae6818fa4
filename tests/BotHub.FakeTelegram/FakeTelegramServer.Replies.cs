using System.Text.Json;

namespace BotHub.FakeTelegram;

public sealed partial class FakeTelegramServer
{
    /// <summary>
    /// Runs the method that a webhook wrote into its answer; the result is thrown away. Methods that get something or change the
    /// webhook are passed over, and so is what is no JSON object.
    /// </summary>
    internal void ExecuteReply(FakeBot bot, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || json.RootElement.Text("method") is not { } method) return;
            var name = method.ToLowerInvariant();
            if (name.StartsWith("get", StringComparison.Ordinal) || name is "setwebhook" or "deletewebhook" or "close" or "logout") return;
            var call = new Call(method);
            call.Take(json.RootElement);
            Jsons.Return(Dispatcher.Execute(this, bot, call, out _));
        }
        catch (JsonException)
        {
            // A body meant for people, such as "ok".
        }
    }
}
