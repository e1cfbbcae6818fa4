namespace BotHub.Models.Remote;

/// <summary>A text that no log, error or trace may hold: printed, it is three stars.</summary>
internal readonly record struct Secret(string Value)
{
    public override string ToString() => "***";
}
