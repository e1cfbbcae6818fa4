using BotHub.Models;
using BotHub.Models.Catalogue;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BotHub.Tests.Models.Catalogue;

public sealed class ModelDownloaderTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private ModelHost _host = null!;
    private long _free = long.MaxValue;
    private TimeSpan _stall = TimeSpan.FromSeconds(30);

    public async ValueTask InitializeAsync() => _host = await ModelHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_is_downloaded_checked_and_named()
    {
        var progress = new List<DownloadProgress>();

        var outcome = await Download(_host.Model(_host.Sha256), progress: progress);

        await IsWhole(outcome);
        Assert.Equal(new DownloadProgress(0, _host.Content.Length), progress[0]);
        Assert.Equal(new DownloadProgress(_host.Content.Length, _host.Content.Length), progress[^1]);
        Assert.False(File.Exists(_folder.File("tiny.gguf.part")));
    }

    [Fact]
    public async Task Without_a_hash_in_the_catalogue_the_hubs_own_is_taken_from_before_the_redirect()
    {
        _host.LinkedEtag = _host.Sha256;

        await IsWhole(await Download(_host.Model()));
    }

    [Fact]
    public async Task A_file_whose_hash_nobody_names_is_refused()
    {
        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model()));

        Assert.Contains("named no SHA-256", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_wrong_hash_deletes_the_file()
    {
        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(new string('0', 64))));

        Assert.Contains(_host.Sha256, failed.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_where_it_broke()
    {
        _host.Next.Enqueue(_host.CutAfter(100_000));

        await IsWhole(await Download(_host.Model(_host.Sha256)));

        var requests = _host.Requests.ToArray();
        Assert.Equal(2, requests.Length);
        Assert.Matches("^bytes=[1-9][0-9]*-$", requests[1].Range);
        Assert.Equal("\"v1\"", requests[1].IfRange);
    }

    [Fact]
    public async Task A_part_of_an_earlier_run_is_resumed()
    {
        await File.WriteAllBytesAsync(_folder.File("tiny.gguf.part"), _host.Content[..200_000]);

        await IsWhole(await Download(_host.Model(_host.Sha256)));

        Assert.Equal("bytes=200000-", Assert.Single(_host.Requests).Range);
    }

    [Fact]
    public async Task A_whole_part_of_an_earlier_run_only_needs_its_check()
    {
        await File.WriteAllBytesAsync(_folder.File("tiny.gguf.part"), _host.Content);

        await IsWhole(await Download(_host.Model(_host.Sha256)));

        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task A_file_replaced_between_two_attempts_is_received_anew()
    {
        _host.Next.Enqueue(async http =>
        {
            _host.Etag = "\"v0\"";
            await _host.CutAfter(100_000)(http);
            _host.Etag = "\"v1\"";
        });

        await IsWhole(await Download(_host.Model(_host.Sha256)));
    }

    [Fact]
    public async Task A_server_without_ranges_is_read_from_the_start()
    {
        await File.WriteAllBytesAsync(_folder.File("tiny.gguf.part"), new byte[1000]);
        _host.Next.Enqueue(http => Results.Bytes(_host.Content).ExecuteAsync(http));

        await IsWhole(await Download(_host.Model(_host.Sha256)));
    }

    [Fact]
    public async Task A_missing_model_fails_at_once_and_says_where()
    {
        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(_host.Sha256, path: "/nowhere")));

        Assert.Contains("answered 404", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_size_is_refused_before_it_is_received()
    {
        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(_host.Sha256, bytes: 1000)));

        Assert.Contains("another size", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_server_is_tried_again_but_not_for_ever()
    {
        for (var i = 0; i < 3; i++)
            _host.Next.Enqueue(http => Results.StatusCode(503).ExecuteAsync(http));

        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(_host.Sha256)));

        Assert.Contains("503", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(3, _host.Requests.Count);
    }

    [Fact]
    public async Task Every_new_byte_renews_the_patience()
    {
        for (var i = 1; i <= 6; i++)
        {
            var until = i * 40_000;
            _host.Next.Enqueue(async http =>
            {
                var from = int.Parse("0" + http.Request.Headers.Range.ToString().Replace("bytes=", "").TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
                http.Response.StatusCode = from == 0 ? 200 : 206;
                http.Response.ContentLength = _host.Content.Length - from;
                if (from > 0)
                    http.Response.Headers.ContentRange = $"bytes {from}-{_host.Content.Length - 1}/{_host.Content.Length}";
                await http.Response.Body.WriteAsync(_host.Content.AsMemory(from, until - from));
                await http.Response.Body.FlushAsync();
                http.Abort();
            });
        }

        await IsWhole(await Download(_host.Model(_host.Sha256)));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        _stall = TimeSpan.FromMilliseconds(100);
        for (var i = 0; i < 3; i++)
            _host.Next.Enqueue(http => Gone(http));

        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(_host.Sha256)));

        Assert.Contains("sent nothing for 0.1 seconds", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_noticed_before_the_download()
    {
        _free = 1000;

        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(_host.Model(_host.Sha256)));

        Assert.Contains("make room or set Models:Directory", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task Cancelling_keeps_what_has_arrived()
    {
        using var stop = new CancellationTokenSource();
        _host.Next.Enqueue(async http =>
        {
            http.Response.ContentLength = _host.Content.Length;
            await http.Response.Body.WriteAsync(_host.Content.AsMemory(0, 50_000));
            await http.Response.Body.FlushAsync();
            await Gone(http);
        });
        var progress = new Callback(p =>
        {
            if (p.Received == 50_000)
                stop.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Downloader().DownloadAsync(_host.Model(_host.Sha256), _folder.Path, progress, stop.Token));

        Assert.Equal(_host.Content[..50_000], await File.ReadAllBytesAsync(_folder.File("tiny.gguf.part")));
    }

    [Fact]
    public async Task Downloads_of_one_file_share_the_first_ones_result()
    {
        var release = new TaskCompletionSource();
        _host.Next.Enqueue(async http =>
        {
            await release.Task;
            await Results.Bytes(_host.Content).ExecuteAsync(http);
        });

        var downloads = Enumerable.Range(0, 4).Select(_ => Download(_host.Model(_host.Sha256))).ToArray();
        release.SetResult();

        foreach (var outcome in await Task.WhenAll(downloads))
            await IsWhole(outcome);
        Assert.Single(_host.Requests);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Whoever_comes_at_the_end_of_a_download_still_gets_the_file()
    {
        // The end is short, so many come, and all at once.
        for (var round = 1; round <= 25; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Download(_host.Model(_host.Sha256), poll: TimeSpan.Zero))));

            foreach (var outcome in outcomes)
                await IsWhole(outcome);
            Assert.Equal(round, _host.Requests.Count);
            File.Delete(Assert.Single(Directory.GetFiles(_folder.Path)));
        }
    }

    [Fact]
    public async Task A_machine_without_network_is_told_soon()
    {
        var model = _host.Model(_host.Sha256);
        await _host.DisposeAsync();

        var failed = Assert.IsType<DownloadOutcome.Failed>(await Download(model));

        Assert.Contains("could not be downloaded from 127.0.0.1", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private Task<DownloadOutcome> Download(CatalogueModel model, List<DownloadProgress>? progress = null, TimeSpan? poll = null) =>
        Downloader(poll).DownloadAsync(model, _folder.Path, progress is null ? null : new Callback(progress.Add), CancellationToken.None);

    /// <summary>Ends when the other side has hung up.</summary>
    private static Task Gone(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        http.RequestAborted.Register(gone.SetResult);
        return gone.Task;
    }

    private ModelDownloader Downloader(TimeSpan? poll = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddModelDownloads(
            new ConfigurationBuilder().Build(),
            new DownloadSettings(Attempts: 3, Pause: TimeSpan.Zero, _stall, poll ?? TimeSpan.FromMilliseconds(10), _ => _free));
        return services.BuildServiceProvider().GetRequiredService<ModelDownloader>();
    }

    private async Task IsWhole(DownloadOutcome outcome)
    {
        var done = Assert.IsType<DownloadOutcome.Done>(outcome);
        Assert.Equal(_folder.File("tiny.gguf"), done.Path);
        Assert.Equal(_host.Content, await File.ReadAllBytesAsync(done.Path));
    }

    private sealed class Callback(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }
}
