using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BotHub.Core.Conversations;
using BotHub.Core.Security;
using Microsoft.Extensions.Options;

namespace BotHub.Channels.Web;

/// <summary>
/// Tokens of anonymous visitors: <c>v1.key.payload.mac</c>, the payload naming one conversation and an end, signed with HMAC-SHA-256
/// by a key that all nodes share.
/// </summary>
public sealed class VisitorTokens(ISigningKeys keys, IOptions<WebOptions> options, TimeProvider clock)
{
    private const string Version = "v1";
    private const int MaxLength = 1024;

    public async Task<(string Token, DateTimeOffset ExpiresAt)> IssueAsync(Visitor visitor)
    {
        var key = await keys.CurrentAsync();
        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + options.Value.TokenLifetime).ToUnixTimeSeconds());
        var payload = JsonSerializer.SerializeToUtf8Bytes(new TokenPayload(visitor.Chat, visitor.Bot, visitor.Locale, expires.ToUnixTimeSeconds()), WireJson.Default.TokenPayload);
        var head = $"{Version}.{key.Id}.{Base64Url.EncodeToString(payload)}";
        return ($"{head}.{Base64Url.EncodeToString(Mac(key, head))}", expires);
    }

    /// <summary>The visitor that a token stands for, or null when it is malformed, forged, signed by an unknown key or expired.</summary>
    public async Task<Visitor?> VerifyAsync(string token)
    {
        if (token.Length > MaxLength) return null;
        var parts = token.Split('.');
        if (parts is not [Version, var id, var body, var mac]) return null;
        if (await keys.FindAsync(id) is not { } key) return null;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(mac), Mac(key, token[..token.LastIndexOf('.')]))) return null;
            var payload = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(body), WireJson.Default.TokenPayload)!;
            return DateTimeOffset.FromUnixTimeSeconds(payload.Exp) > clock.GetUtcNow() ? new Visitor(payload.C, payload.B, payload.L) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static byte[] Mac(SigningKey key, string head) => HMACSHA256.HashData(key.Secret.Span, Encoding.ASCII.GetBytes(head));
}

/// <param name="Chat">The conversation as clients know it.</param>
public sealed record Visitor(string Chat, string Bot, string? Locale)
{
    public ConversationId Conversation => ConversationId.Of(WebChannel.ChannelId, Bot, Chat);
}

/// <summary>Short names keep the token short: conversation, bot, locale, end in Unix seconds.</summary>
internal sealed record TokenPayload(string C, string B, string? L, long Exp);
