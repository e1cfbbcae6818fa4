using BotHub.Core.Prompts;
using BotHub.Prompts;
using BotHub.Tests.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace BotHub.Tests.Prompts;

public sealed class PromptLibraryTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<PromptLibrary> _libraries = [];

    public void Dispose()
    {
        _libraries.ForEach(l => l.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task The_shipped_personas_are_right_and_the_default_one_is_short()
    {
        var library = Library(new PromptsOptions());
        await library.StartingAsync(CancellationToken.None);

        Assert.Equal("assistant", library.Default.Id);
        Assert.InRange(library.Default.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length, 50, 250);
        var text = library.Default.Render(new PromptVariables("Hubert", "web"));
        Assert.StartsWith("You are Hubert", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_persona_of_the_folder_is_there_but_no_readme()
    {
        Write("assistant", "Hello.");
        Write("pirate", "Arr.");
        _folder.Write("README.md", "no front matter");
        _folder.Write("notes.txt", "nor here");

        var library = await Started();

        Assert.Equal(["assistant", "pirate"], library.Current.Personas.Keys.Order());
        Assert.True(library.TryGet("pirate", out var pirate));
        Assert.Equal("Arr.", pirate.Text);
        Assert.True(library.TryGet(null, out var standard));
        Assert.Same(library.Default, standard);
        Assert.False(library.TryGet("captain", out _));
    }

    [Fact]
    public async Task The_errors_of_all_files_stop_the_start_together()
    {
        _folder.Write("assistant.md", "no front matter");
        _folder.Write("pirate.md", "nor here");

        var error = await Assert.ThrowsAsync<OptionsValidationException>(Started);

        Assert.Contains("assistant.md(1)", error.Message, StringComparison.Ordinal);
        Assert.Contains("pirate.md(1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_default_persona_names_its_key_and_those_there_are()
    {
        Write("pirate", "Arr.");

        var error = await Assert.ThrowsAsync<OptionsValidationException>(Started);

        Assert.StartsWith("Prompts:Default = 'assistant' is no persona", error.Message, StringComparison.Ordinal);
        Assert.Contains("pirate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_names_its_key()
    {
        var library = Library(new PromptsOptions { Directory = _folder.File("nowhere") });

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => library.StartingAsync(CancellationToken.None));

        Assert.Contains("Prompts:Directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_taken_up_and_a_snapshot_in_use_stays_as_it_was()
    {
        Write("assistant", "Hello.");
        var library = await Started();
        var before = library.Current;

        Write("assistant", "Good morning.");
        library.ReloadIfChanged();

        Assert.Equal("Good morning.", library.Default.Text);
        Assert.Equal("Hello.", before.Default.Text);
        Assert.NotEqual(before.Default.Hash, library.Default.Hash);
    }

    [Fact]
    public async Task A_change_with_errors_leaves_the_last_good_version_until_it_is_mended()
    {
        Write("assistant", "Hello.");
        var library = await Started();

        _folder.Write("assistant.md", "broken");
        library.ReloadIfChanged();
        Assert.Equal("Hello.", library.Default.Text);

        Write("assistant", "Mended.");
        library.ReloadIfChanged();
        Assert.Equal("Mended.", library.Default.Text);
    }

    [Fact]
    public async Task Links_whose_target_is_swapped_are_taken_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var mount = new TestFolder();
        foreach (var version in new[] { "one", "two" })
        {
            Directory.CreateDirectory(mount.File(version));
            mount.Write($"{version}/assistant.md", $"---\nid: assistant\nversion: 1\ndescription: Test.\n---\n{version}\n");
        }

        Directory.CreateSymbolicLink(mount.File("data"), mount.File("one"));
        File.CreateSymbolicLink(_folder.File("assistant.md"), mount.File("data/assistant.md"));
        var library = await Started();

        Directory.Delete(mount.File("data"));
        Directory.CreateSymbolicLink(mount.File("data"), mount.File("two"));
        library.ReloadIfChanged();

        Assert.Equal("two", library.Default.Text);
    }

    [Fact]
    public async Task The_operating_system_tells_of_a_change()
    {
        Write("assistant", "Hello.");
        var library = await Started(reload: true, time: TimeProvider.System);
        var reloaded = new TaskCompletionSource();
        library.Reloaded += (_, _) => reloaded.TrySetResult();

        Write("assistant", "Good evening.");

        await reloaded.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("Good evening.", library.Default.Text);
    }

    [Fact]
    public void Without_the_operating_systems_help_the_folder_is_looked_at_often()
    {
        var time = new FakeTimeProvider();
        var looks = 0;
        using var watcher = new PromptWatcher(_folder.File("nowhere"), time, () => looks++, NullLogger.Instance);

        time.Advance(PromptWatcher.Often * 3);

        Assert.Equal(3, looks);
    }

    [Fact]
    public void Even_with_it_the_folder_is_looked_at_now_and_then()
    {
        var time = new FakeTimeProvider();
        var looks = 0;
        using var watcher = new PromptWatcher(_folder.Path, time, () => looks++, NullLogger.Instance);

        time.Advance(PromptWatcher.Seldom * 2);
        Assert.Equal(2, looks);

        watcher.Fail(new IOException("inotify"));
        time.Advance(PromptWatcher.Seldom);
        Assert.Equal(12, looks);
    }

    private void Write(string id, string text) =>
        _folder.Write($"{id}.md", $"---\nid: {id}\nversion: 1\ndescription: Test.\n---\n{text}\n");

    private Task<PromptLibrary> Started() => Started(reload: false, new FakeTimeProvider());

    private async Task<PromptLibrary> Started(bool reload, TimeProvider time)
    {
        var library = Library(new PromptsOptions { Directory = _folder.Path, Reload = reload }, time);
        await library.StartingAsync(CancellationToken.None);
        return library;
    }

    private PromptLibrary Library(PromptsOptions options, TimeProvider? time = null)
    {
        var library = new PromptLibrary(Options.Create(options), time ?? new FakeTimeProvider(), NullLogger<PromptLibrary>.Instance);
        _libraries.Add(library);
        return library;
    }
}
