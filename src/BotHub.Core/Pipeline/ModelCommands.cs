using System.Text;
using BotHub.Core.Models;

namespace BotHub.Core.Pipeline;

/// <summary>The commands <c>/models</c> and <c>/model</c>: what answers here, and what people may choose instead.</summary>
public sealed class ModelCommands(ModelPolicy policy)
{
    /// <summary>The argument that takes a choice back. No model can be called so: the section's key of that name is the default's.</summary>
    public const string Usual = "default";

    public string List(Turn turn)
    {
        var (choice, now) = Now(turn);
        var offered = policy.Offered(choice, policy.PersonaOf(choice));
        var text = new StringBuilder();
        // The usual one may always be gone back to, listed or not.
        foreach (var route in offered.Prepend(now).DistinctBy(r => r.Name)) Describe(text, route, route.Name == now.Name);
        return text.Append('\n').Append(offered.Count == 0 ? Texts.SwitchingIsOff : Texts.HowToSwitch).ToString();
    }

    public async ValueTask<string> ChooseAsync(Turn turn, string name)
    {
        var (choice, now) = Now(turn);
        var persona = policy.PersonaOf(choice);
        var offered = policy.Offered(choice, persona);
        if (name.Length == 0) return $"{Texts.Answers(now.Name, now.Description)} {(offered.Count == 0 ? Texts.SwitchingIsOff : Texts.HowToSwitch)}";
        if (offered.Count == 0) return Texts.SwitchingIsOff;
        if (!await turn.Channel.MayDecideAsync(turn.Messages[0])) return Texts.OthersDecide;
        if (name.Equals(Usual, StringComparison.OrdinalIgnoreCase))
        {
            turn.Choose = "";
            var usual = policy.Usual(choice, persona);
            return Texts.Chosen(usual.Name, usual.Description);
        }

        if (policy.Chosen(choice, persona, name) is not { } route) return Texts.NoSuchChoice(name, offered.Select(r => r.Name));
        turn.Choose = route.Name;
        return Texts.Chosen(route.Name, route.Description);
    }

    /// <summary>What answers in this conversation at present.</summary>
    public (BotChoice Choice, ModelRoute Route) Now(Turn turn)
    {
        var choice = turn.Channel.ChoiceFor(turn.Conversation);
        var persona = policy.PersonaOf(choice);
        return (choice, (turn.Chosen is { } name ? policy.Chosen(choice, persona, name) : null) ?? policy.Usual(choice, persona));
    }

    private static void Describe(StringBuilder text, ModelRoute route, bool answers)
    {
        text.Append("- `").Append(route.Name).Append("`: ").Append(route.Description).Append(", ").Append(Texts.Context(route.Models[0].ContextTokens));
        text.Append(", ").Append(route.Models.All(m => m.InHouse) ? Texts.InHouse : route.Models.Any(m => m.InHouse) ? Texts.PartlyInHouse : Texts.OutOfHouse);
        if (answers) text.Append(" (").Append(Texts.AnswersNow).Append(')');
        foreach (var notice in route.Models.Select(m => m.Notice).OfType<string>().Distinct()) text.Append(". ").Append(notice);
        text.Append('\n');
    }
}
