using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>Lenient reads, as the real server does: numbers may come as strings and the other way round.</summary>
internal static class JsonRead
{
    public static string? Text(this JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.AsText() : null;

    public static long? Integer(this JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.AsInteger() : null;

    public static bool Flag(this JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.AsText() is "true" or "True" or "1";

    public static string? AsText(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    public static long? AsInteger(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(value.GetString(), out var number) => number,
        _ => null,
    };
}
