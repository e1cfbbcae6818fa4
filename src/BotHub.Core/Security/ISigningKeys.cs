using BotHub.Core.Conversations;

namespace BotHub.Core.Security;

/// <summary>Keys that all nodes share to sign tokens: HMAC-SHA-256, rotated, kept in the store.</summary>
public interface ISigningKeys
{
    /// <summary>How long a key verifies after it has stopped signing: no token may live longer.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>The key to sign with; all nodes get the same one. Made on first use and after each rotation.</summary>
    /// <exception cref="StoreUnavailableException">No key is in memory and the store did not answer.</exception>
    Task<SigningKey> CurrentAsync();

    /// <summary>The key that a token names, or null when it is not known or no longer kept.</summary>
    /// <exception cref="StoreUnavailableException">The key is not in memory and the store did not answer.</exception>
    Task<SigningKey?> FindAsync(string id);
}

/// <param name="Made">When it was made, by the store's clock.</param>
public sealed record SigningKey(string Id, ReadOnlyMemory<byte> Secret, DateTimeOffset Made)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => $"signing key {Id}";
}
