using System.Text;

namespace BotHub.Llama.Tests;

/// <summary>Runs requests to their end.</summary>
internal static class Run
{
    internal static async Task<(string Text, LlamaFinish Finish, LlamaUsage Usage)> ToEnd(LlamaEngine engine, LlamaRequest request)
    {
        var text = new StringBuilder();
        LlamaOutput last = default;
        await foreach (var output in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            text.Append(output.Text);
            last = output;
        }
        return (text.ToString(), last.Finish!.Value, last.Usage!.Value);
    }
}
