using System.Net;
using BotHub.Core.Conversations;
using BotHub.Core.Pipeline;
using Telegram.Bot;
using Telegram.Bot.Types;

namespace BotHub.Channels.Telegram;

/// <summary>Fetches the files that come with messages, within the bot's limit and Telegram's.</summary>
internal sealed class TelegramFiles(TelegramClients clients, TimeProvider clock)
{
    /// <summary>What Telegram's own server gives out, in bytes; a server of one's own gives out everything.</summary>
    private const long CloudMost = 20L << 20;

    /// <summary>The longest a whole file may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="AttachmentException">It can't be had; the text is meant for the user.</exception>
    public async Task<Stream> OpenAsync(TelegramBot bot, Attachment attachment, CancellationToken cancel)
    {
        if (attachment.Reference.Length == 0) throw new AttachmentException($"A {attachment.What} is no file that could be fetched.");
        var most = (long)bot.Options.MaxFileMegabytes << 20;
        if (bot.Options.ApiUrl is null) most = Math.Min(most, CloudMost);
        if (attachment.Bytes > most) throw TooLarge(most);
        var file = await AskAsync(bot, attachment, cancel);
        if (file.FileSize > most) throw TooLarge(most);
        if (file.FilePath is not { Length: > 0 } path) throw new AttachmentException("Telegram does not give this file out.");
        return bot.Options.ApiUrl is not null && Path.IsPathRooted(path) ? OpenLocal(path, most) : await DownloadAsync(bot, path, most, cancel);
    }

    private static async Task<TGFile> AskAsync(TelegramBot bot, Attachment attachment, CancellationToken cancel)
    {
        try
        {
            return await bot.Client.GetFile(attachment.Reference, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && Trouble.Of(e) is not null)
        {
            throw new AttachmentException("Telegram did not give this file out.", e);
        }
    }

    /// <summary>A Bot API server that runs with <c>--local</c> names the file on its own disk, which the hub must see under the same path.</summary>
    private static FileStream OpenLocal(string path, long most)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 4096, FileOptions.Asynchronous);
            if (stream.Length <= most) return stream;
            stream.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttachmentException("The file is at the Bot API server, where I cannot read it.", e);
        }

        throw TooLarge(most);
    }

    private async Task<Stream> DownloadAsync(TelegramBot bot, string path, long most, CancellationToken cancel)
    {
        var (client, address) = clients.Files(bot.Options);
        var limit = new CancellationTokenSource(Patience, clock);
        var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        HttpResponseMessage? response = null;
        try
        {
            response = await client.GetAsync($"{address}/{path}", HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (response.StatusCode != HttpStatusCode.OK) throw new AttachmentException("Telegram did not give this file out.");
            if (response.Content.Headers.ContentLength > most) throw TooLarge(most);
            return new BoundedStream(await response.Content.ReadAsStreamAsync(linked.Token), most, [response, linked, limit], linked.Token);
        }
        catch (Exception e)
        {
            response?.Dispose();
            linked.Dispose();
            limit.Dispose();
            if (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested) throw new AttachmentException("Telegram did not give this file out in time.", e);
            throw;
        }
    }

    internal static AttachmentException TooLarge(long most) => new($"This file is larger than the {most >> 20} MB I may fetch.");
}
