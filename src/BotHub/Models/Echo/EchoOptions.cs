namespace BotHub.Models.Echo;

/// <summary>How fast <c>echo</c> speaks.</summary>
/// <param name="CharactersPerSecond">Characters a second; 0 says everything at once.</param>
/// <param name="FirstTokenDelay">How long it thinks before the first character.</param>
internal sealed record EchoOptions(double CharactersPerSecond, TimeSpan FirstTokenDelay)
{
    /// <summary>Everything at once.</summary>
    public static readonly EchoOptions AtOnce = new(0, TimeSpan.Zero);
}
