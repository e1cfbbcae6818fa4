namespace BotHub.FakeTelegram;

/// <summary>Conditions asked again after every change. Guarded by the server's gate.</summary>
internal sealed class Waiters
{
    private readonly List<Func<bool>> _asked = [];

    public Task<T> Add<T>(Func<T?> find) where T : class
    {
        var found = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Add(() =>
        {
            if (found.Task.IsCompleted) return true;
            try
            {
                return find() is { } value && found.TrySetResult(value);
            }
            catch (Exception e)
            {
                return found.TrySetException(e);
            }
        });
        return found.Task;
    }

    public void Ask()
    {
        if (_asked.Count > 0) _asked.RemoveAll(static ask => ask());
    }

    /// <summary>The deadline is real time, whatever clock the server follows.</summary>
    public static async Task<T> WithDeadline<T>(Task<T> wait, TimeSpan timeout, Func<string> explain)
    {
        try
        {
            return await wait.WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(explain());
        }
    }
}
