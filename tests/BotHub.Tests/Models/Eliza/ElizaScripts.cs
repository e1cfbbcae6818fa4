using BotHub.Models.Eliza;

namespace BotHub.Tests.Models.Eliza;

/// <summary>The script as it ships, and small ones for single rules.</summary>
internal static class ElizaScripts
{
    public static ElizaScript Shipped { get; } =
        ElizaScriptParser.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "prompts", "eliza.script")), "eliza.script");

    public static ElizaScript Of(string rules) => ElizaScriptParser.Parse(
        $"greeting Hello\nnone\n match *\n  say Go on\n  say Say more\n{rules}", "test.script");
}
