namespace BotHub.Core.Pipeline;

/// <summary>What flows back through the stages while a reply comes into being. A stage may hold parts back, change or add some.</summary>
public abstract record ReplyPart;

/// <summary>More text of the answer. What leaves the outermost stage is what people see and what is stored.</summary>
/// <param name="Aside">Shown to people and no part of the answer as models read it later: thoughts, notes of the hub.</param>
public sealed record ReplyText(string Delta, bool Aside = false) : ReplyPart;

/// <summary>The model's queue: 1 is next, 0 means the answer begins.</summary>
/// <param name="Seconds">The likely wait, from how long answers took lately; null when nothing is known yet.</param>
public sealed record ReplyQueued(int Position, int? Seconds) : ReplyPart;
