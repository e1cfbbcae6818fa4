using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>The arguments of one call, wherever they stood: query, JSON, form or multipart.</summary>
internal sealed class Call(string method)
{
    private JsonElement _json;
    private Dictionary<string, string>? _fields;

    public string Method { get; } = method;
    public Dictionary<string, (string Name, string MimeType, byte[] Bytes)>? Files { get; private set; }

    /// <summary>The chat the call is about, once it is known.</summary>
    public FakeChat? Chat { get; set; }

    public void Take(JsonElement json) => _json = json;

    public void Take(string name, string value) => (_fields ??= [])[name] = value;

    public void Take(string name, string fileName, string mimeType, byte[] bytes) => (Files ??= [])[name] = (fileName, mimeType, bytes);

    public bool Has(string name) => Text(name).Length > 0;

    /// <summary>The argument as text, empty when it is missing.</summary>
    public string Text(string name)
    {
        if (_json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value)) return value.AsText() ?? "";
        return _fields?.GetValueOrDefault(name) ?? "";
    }

    public long Integer(string name, long otherwise = 0)
    {
        if (_json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value)) return value.AsInteger() ?? otherwise;
        return long.TryParse(_fields?.GetValueOrDefault(name), out var number) ? number : otherwise;
    }

    public int Clamped(string name, int otherwise, int min, int max) => (int)Math.Clamp(Integer(name, otherwise), min, max);

    public bool Flag(string name)
    {
        if (_json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value))
        {
            return value.ValueKind == JsonValueKind.True || (value.ValueKind is JsonValueKind.String or JsonValueKind.Number && IsTrue(value.AsText()!));
        }

        return _fields is not null && _fields.TryGetValue(name, out var text) && IsTrue(text);
    }

    /// <summary>An argument that is JSON itself, whether nested or written into a string.</summary>
    /// <exception cref="Refused">It is text that is no JSON.</exception>
    public bool TryJson(string name, out JsonElement json)
    {
        string? text;
        if (_json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out json))
        {
            if (json.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)) return true;
            text = json.AsText();
        }
        else
        {
            text = _fields?.GetValueOrDefault(name);
        }

        json = default;
        if (string.IsNullOrEmpty(text)) return false;
        try
        {
            json = JsonDocument.Parse(text).RootElement;
            return true;
        }
        catch (JsonException)
        {
            throw Refused.Bad($"can't parse {name.Replace('_', ' ')} JSON object");
        }
    }

    private static bool IsTrue(string text) => text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("yes", StringComparison.OrdinalIgnoreCase);
}
