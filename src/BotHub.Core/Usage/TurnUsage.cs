namespace BotHub.Core.Usage;

/// <summary>What a committed turn used: written by its commit, and applied to the books exactly once.</summary>
/// <param name="Tenant">Whose books.</param>
/// <param name="User">Who asked, as <c>channel:id</c>.</param>
/// <param name="Group">The group it was asked in, as <c>channel:bot:chat</c>; null in a private chat.</param>
/// <param name="Answered">Whether there is an answer: only such a turn counts as a message.</param>
/// <param name="Lines">One for each call of a model.</param>
public sealed record TurnUsage(string Tenant, string User, string? Group, bool Answered, IReadOnlyList<UsageLine> Lines);

/// <param name="Model">The model's name in the section <c>Models</c>.</param>
/// <param name="PromptTokens">Of the prompt, <paramref name="CachedTokens"/> included.</param>
/// <param name="CompletionTokens">Of the answer, what a reasoning model thought included.</param>
/// <param name="Nanos">Its price in billionths of the currency's unit.</param>
/// <param name="Milliseconds">How long the call took.</param>
public sealed record UsageLine(string Model, long PromptTokens, long CachedTokens, long CompletionTokens, long Nanos, long Milliseconds);
