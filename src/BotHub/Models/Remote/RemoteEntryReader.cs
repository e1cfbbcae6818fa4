using System.Text.RegularExpressions;
using BotHub.Configuration;
using BotHub.Models.Remote.Tokens;

namespace BotHub.Models.Remote;

/// <summary>Reads the sections of remote models. No error holds a key, or an address with more in it than scheme, host and path.</summary>
internal static partial class RemoteEntryReader
{
    /// <summary>Stands where the address is wrong; the errors stop the start.</summary>
    private static readonly Uri Nowhere = new("https://invalid.invalid/");

    public static ModelEntry ReadAzure(string name, SectionReader reader)
    {
        var endpoint = Address(reader, "Endpoint", "https://NAME.openai.azure.com or https://NAME.openai.azure.com/openai/v1");
        if (!RemoteEntry.IsV1Path(endpoint) && (endpoint.AbsolutePath.Contains("/openai/", StringComparison.OrdinalIgnoreCase) || endpoint.AbsolutePath.Contains("/api/projects", StringComparison.OrdinalIgnoreCase)))
            reader.Error("Endpoint", Shown(endpoint), "holds too much of a path; use https://NAME.openai.azure.com or https://NAME.openai.azure.com/openai/v1");
        var deployment = Required(reader, "Deployment", "the name that was given to the deployment");
        var version = reader.Text("ApiVersion");
        if (version is not null && !(RemoteEntry.IsV1Path(endpoint) ? V1Version() : DatedVersion()).IsMatch(version))
            reader.Error("ApiVersion", version, RemoteEntry.IsV1Path(endpoint) ? "must be v1, preview or latest, or be left out" : "must be a date such as 2024-10-21 or 2025-04-01-preview, or be left out");
        return Read(name, RemoteEntry.AzureType, reader, endpoint, deployment, reader.Text("Model") ?? deployment, version);
    }

    public static ModelEntry ReadCompatible(string name, SectionReader reader)
    {
        var endpoint = Address(reader, "BaseUrl", "https://api.openai.com/v1 or http://localhost:11434/v1");
        var model = Required(reader, "Model", "the model's name as the server knows it");
        return Read(name, RemoteEntry.CompatibleType, reader, endpoint, model, model, version: null);
    }

    private static RemoteEntry Read(string name, string type, SectionReader reader, Uri endpoint, string target, string model, string? version)
    {
        var known = ModelTraits.Of(model);
        var reasons = reader.Flag("Reasoning", known.Reasons);
        var encoding = reader.Text("Encoding");
        if (encoding is not null && !TokenEncoding.Names.Contains(encoding, StringComparer.OrdinalIgnoreCase))
            reader.Error("Encoding", encoding, $"is not an encoding; use {string.Join(", ", TokenEncoding.Names)}, or leave it out");
        var context = reader.Integer("ContextTokens", known.ContextTokens, 256, 10_000_000);
        var traits = known with
        {
            Reasons = reasons,
            Instructions = reasons == known.Reasons ? known.Instructions : reasons && type == RemoteEntry.AzureType ? InstructionRole.Developer : InstructionRole.System,
            Encoding = encoding?.ToLowerInvariant() ?? known.Encoding,
            ContextTokens = context,
        };
        var longest = reader.Integer("MaxTokens", Math.Min(traits.DefaultMaxTokens, Math.Max(1, context / 4)), 1, 10_000_000);
        if (longest >= context) reader.Error("MaxTokens", longest, $"must be less than ContextTokens ({context}), or no prompt fits");
        return new RemoteEntry(name, type, endpoint, target, model, version, Key(reader), traits, longest, ReadPatience(reader, reasons), reader.Flag("InHouse", false));
    }

    private static Patience ReadPatience(SectionReader reader, bool reasons)
    {
        var usual = Patience.Default(reasons);
        var hour = TimeSpan.FromHours(1);
        var patience = new Patience(
            reader.Integer("Retries", usual.Retries, 0, 20),
            reader.Duration("RetryDelay", usual.RetryDelay, hour),
            reader.Duration("MaxRetryDelay", usual.MaxRetryDelay, hour),
            reader.Duration("FirstTokenTimeout", usual.FirstTokenTimeout, hour),
            reader.Duration("TokenTimeout", usual.TokenTimeout, hour));
        if (patience.FirstTokenTimeout == TimeSpan.Zero) reader.Error("FirstTokenTimeout", patience.FirstTokenTimeout, "must be more than zero, or nothing is ever waited for");
        if (patience.TokenTimeout == TimeSpan.Zero) reader.Error("TokenTimeout", patience.TokenTimeout, "must be more than zero, or nothing is ever waited for");
        if (patience.MaxRetryDelay < patience.RetryDelay) reader.Error("MaxRetryDelay", patience.MaxRetryDelay, $"must not be less than RetryDelay ({patience.RetryDelay})");
        return patience;
    }

    /// <summary>A key goes into a header: only printable ASCII without blanks can (RFC 9110, field values).</summary>
    private static Secret? Key(SectionReader reader)
    {
        if (reader.Text("Key") is not { } key) return null;
        if (key.All(c => c is > ' ' and <= '~')) return new Secret(key);
        reader.Error("Key", new Secret(key), "holds characters that no key has; copy it again");
        return null;
    }

    private static string Required(SectionReader reader, string key, string what)
    {
        if (reader.Text(key) is { } text) return text;
        reader.Error(key, "", $"is missing: {what}");
        return "?";
    }

    private static Uri Address(SectionReader reader, string key, string example)
    {
        var insecure = reader.Flag("AllowHttp", false);
        if (reader.Text(key) is not { } text)
        {
            reader.Error(key, "", $"is missing: such as {example}");
            return Nowhere;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
        {
            // Not repeated: a key that was put into the wrong place would be told.
            reader.Error(key, "…", $"is no address; use {example}");
            return Nowhere;
        }

        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            reader.Error(key, Shown(address), "must hold no credentials and nothing behind a ? or #; the key has a setting of its own, Key");
        if (address.Scheme == "http" && !address.IsLoopback && !insecure)
            reader.Error(key, Shown(address), "would send key and conversations in the clear; use https, or set AllowHttp to true if the network between is yours");
        return address;
    }

    private static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(-preview)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DatedVersion();

    [GeneratedRegex("^(v1|preview|latest)$", RegexOptions.CultureInvariant)]
    private static partial Regex V1Version();
}
