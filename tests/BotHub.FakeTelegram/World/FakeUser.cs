using System.Text.Json;

namespace BotHub.FakeTelegram;

/// <summary>A person, or the account of a bot.</summary>
public sealed class FakeUser
{
    internal FakeUser(long id, string firstName, string? lastName, string? username, string? languageCode, bool isBot)
    {
        (Id, FirstName, LastName, Username, LanguageCode, IsBot) = (id, firstName, lastName, username, languageCode, isBot);
        Json = Jsons.Bytes(WriteTo);
    }

    public long Id { get; }
    public string FirstName { get; }
    public string? LastName { get; }
    public string? Username { get; }
    public string? LanguageCode { get; }
    public bool IsBot { get; }

    /// <summary>The account was deleted: whoever writes to it gets 403.</summary>
    public bool IsDeactivated { get; set; }

    /// <summary>The User object, encoded once.</summary>
    internal byte[] Json { get; }

    public override string ToString() => Username is null ? $"{FirstName} ({Id})" : $"{FirstName} (@{Username})";

    private void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteBoolean("is_bot", IsBot);
        json.WriteString("first_name", FirstName);
        if (LastName is not null) json.WriteString("last_name", LastName);
        if (Username is not null) json.WriteString("username", Username);
        if (LanguageCode is not null) json.WriteString("language_code", LanguageCode);
        json.WriteEndObject();
    }
}
