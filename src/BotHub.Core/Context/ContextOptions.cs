using Microsoft.Extensions.Options;

namespace BotHub.Core.Context;

/// <summary>Section <c>Context</c>: what a prompt is made of.</summary>
public sealed class ContextOptions
{
    public const string Section = "Context";

    /// <summary>The newest transcript entries considered for a window; the exact token budget then decides.</summary>
    public int MaxMessages { get; set; } = 200;
}

internal sealed class ContextOptionsValidator : IValidateOptions<ContextOptions>
{
    public ValidateOptionsResult Validate(string? name, ContextOptions o) =>
        o.MaxMessages is >= 0 and <= 5000
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{ContextOptions.Section}:{nameof(o.MaxMessages)} is {o.MaxMessages}; use 0 to 5000.");
}
