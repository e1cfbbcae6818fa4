using System.Globalization;
using Microsoft.Extensions.Options;

namespace BotHub.Storage;

/// <summary>Tells all that is wrong with section <c>Storage</c> at once: key, value and fix.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Directory)) errors.Add(Error("Directory", options.Directory, "a directory the hub may write to"));
        Range(nameof(options.Partitions), options.Partitions, 1, 999);
        Range(nameof(options.MailboxLimit), options.MailboxLimit, 1, 1_000);
        Range(nameof(options.TranscriptLimit), options.TranscriptLimit, 10, 1_000_000);
        Range(nameof(options.MemoryMegabytes), options.MemoryMegabytes, 64, 1_048_576);
        Range(nameof(options.LogMegabytes), options.LogMegabytes, 32, 16_384);
        Span(nameof(options.FeedExpiry), options.FeedExpiry, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        Span(nameof(options.KeyRotation), options.KeyRotation, TimeSpan.FromHours(1), TimeSpan.FromDays(365));
        Span(nameof(options.StartTimeout), options.StartTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        // Message ids live in the conversation: it must outlive the platforms' retries.
        if (options.IdleExpiry is { } idle) Span(nameof(options.IdleExpiry), idle, TimeSpan.FromDays(1), TimeSpan.FromDays(3650));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Range(string key, int value, int least, int most)
        {
            if (value < least || value > most) errors.Add(Error(key, value.ToString(CultureInfo.InvariantCulture), $"a number from {least} to {most}"));
        }

        void Span(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) errors.Add(Error(key, value.ToString("c", CultureInfo.InvariantCulture), $"a time from {least:c} to {most:c}"));
        }
    }

    private static string Error(string key, string? value, string fix) => $"{StorageOptions.Section}:{key} is '{value}': set {fix}.";
}
