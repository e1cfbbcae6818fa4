using BotHub.Storage;
using Microsoft.Extensions.Options;

namespace BotHub.Tests.Storage;

public sealed class StorageStartTests
{
    [Fact]
    public async Task All_wrong_settings_are_told_at_once_with_key_value_and_fix()
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => StoreNode.StartAsync(new Dictionary<string, string>
        {
            ["Storage:Directory"] = " ",
            ["Storage:Partitions"] = "0",
            ["Storage:MailboxLimit"] = "-1",
            ["Storage:IdleExpiry"] = "00:10:00",
        }));
        Assert.Equal(4, e.Failures.Count());
        Assert.Contains("Storage:Partitions is '0': set a number from 1 to 999.", e.Failures);
        Assert.Contains("Storage:IdleExpiry is '00:10:00': set a time from 1.00:00:00 to 3650.00:00:00.", e.Failures);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_the_start_with_a_reason()
    {
        // Port 1 of this machine: nobody listens there.
        var e = await Assert.ThrowsAsync<StoreStartException>(() => StoreNode.StartAsync(new Dictionary<string, string>
        {
            ["ConnectionStrings:Redis"] = "127.0.0.1:1,password=hush-hush",
            ["Storage:StartTimeout"] = "00:00:01",
        }));
        Assert.Contains("Storage:StartTimeout", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_that_can_not_be_read_is_refused_without_showing_it()
    {
        var e = await Assert.ThrowsAsync<StoreStartException>(() => StoreNode.StartAsync(new Dictionary<string, string>
        {
            ["ConnectionStrings:Redis"] = "localhost,password=hush-hush,nonsense=1",
        }));
        Assert.Contains("ConnectionStrings:Redis", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_waiters_share_one_commit_and_none_returns_before_its_own()
    {
        var (commits, started) = (0, 0);
        var first = new TaskCompletionSource();
        var group = new GroupCommit(async () =>
        {
            Interlocked.Increment(ref started);
            await first.Task;
            commits++;
        });
        var early = group.WaitAsync();
        while (Volatile.Read(ref started) == 0) await Task.Yield();
        // These wrote after the running commit began: it does not count for them.
        var late = Enumerable.Range(0, 100).Select(_ => group.WaitAsync()).ToArray();
        Assert.DoesNotContain(late, t => t.IsCompleted);
        first.SetResult();
        await early;
        await Task.WhenAll(late);
        Assert.Equal(2, commits);
    }

    [Fact]
    public async Task A_commit_that_failed_fails_its_waiters_and_not_the_next()
    {
        var fail = true;
        var group = new GroupCommit(() => fail ? Task.FromException(new IOException("disk full")) : Task.CompletedTask);
        await Assert.ThrowsAsync<IOException>(group.WaitAsync);
        fail = false;
        await group.WaitAsync();
    }

    [Fact]
    public void Partitions_are_the_same_on_every_machine_and_evenly_filled()
    {
        var keys = new Keys(64);
        var filled = new int[64];
        for (var i = 0; i < 6400; i++) filled[keys.PartitionOf(Core.Conversations.ConversationId.Of("web", "bot", $"user-{i}"))]++;
        Assert.All(filled, n => Assert.InRange(n, 50, 160));
        var id = Core.Conversations.ConversationId.Of("telegram", "bot", "12345");
        Assert.Equal(PinnedKey, keys.Conversation(id).ToString());
    }

    // A change of this text would lose every conversation that is stored.
    private const string PinnedKey = "bh:{p012}:c:telegram:bot:12345";
}
