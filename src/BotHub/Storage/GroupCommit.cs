namespace BotHub.Storage;

/// <summary>
/// Makes one commit of the log serve everyone who waits: whoever comes while one runs joins the next, because the running one may
/// have begun before his write.
/// </summary>
internal sealed class GroupCommit(Func<Task> commit)
{
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private Task? _queued;

    /// <summary>Returns once all that was written before the call is on disk.</summary>
    public Task WaitAsync()
    {
        lock (_gate) return _queued ??= CommitAfterAsync(_running);
    }

    private async Task CommitAfterAsync(Task before)
    {
        // Leaves the lock first, and lets those who come in the same moment join.
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate) (_running, _queued) = (_queued!, null);
        await commit();
    }
}
