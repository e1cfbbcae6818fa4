using BotHub.Core.Models;
using BotHub.Core.Prompts;
namespace BotHub.Models;
internal sealed class Interim(TimeProvider clock) : IModelDirectory, IPromptLibrary
{
    private readonly NamedModel _m = new("echo", "echo", "echo", new Echo.EchoChatClient(new Echo.EchoOptions(20, TimeSpan.Zero), clock), new WordMeter(4096), 1000);
    public NamedModel Get(string? name) => _m;
    public IReadOnlyList<NamedModel> All => [_m];
    Persona IPromptLibrary.Get(string? id) => new("a", "1", "", null, new Sampling(), "You are {{bot_name}}", "abc");
}
