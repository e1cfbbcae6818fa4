using System.ClientModel.Primitives;
using System.Text.RegularExpressions;

namespace BotHub.Models.Remote;

/// <summary>Asks for an API version of the operator's choice; the SDK only knows those of its own time.</summary>
internal sealed partial class ApiVersionPolicy(string version) : PipelinePolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Choose(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Choose(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Choose(PipelineRequest request)
    {
        var address = new UriBuilder(request.Uri!);
        var others = Version().Replace(address.Query.TrimStart('?'), "").Trim('&');
        address.Query = others.Length == 0 ? $"api-version={version}" : $"{others}&api-version={version}";
        request.Uri = address.Uri;
    }

    [GeneratedRegex("(^|&)api-version=[^&]*", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}

/// <summary>For servers of one's own that ask for no key.</summary>
internal sealed class NoCredentials : AuthenticationPolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) => ProcessNext(message, pipeline, currentIndex);

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) => ProcessNextAsync(message, pipeline, currentIndex);
}
