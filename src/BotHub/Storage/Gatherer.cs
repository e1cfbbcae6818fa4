using BotHub.Storage.Scripts;
using StackExchange.Redis;

namespace BotHub.Storage;

/// <summary>
/// Calls of the same moment, whoever makes them, go out in one packet. Each by itself would cost this process a send and the store a
/// wake-up; a busy node makes many before the thread pool comes round to sending them, an idle one waits for a few microseconds.
/// </summary>
internal sealed class Gatherer : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private IBatch? _batch;

    public Task<RedisResult> Call(IDatabase database, StoreScript script, RedisKey[] keys, RedisValue[] values)
    {
        lock (_gate)
        {
            if (_batch is null)
            {
                _batch = database.CreateBatch();
                // Behind the work that waits already: it may have calls to make.
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            return _batch.ScriptEvaluateAsync(script.Hash, keys, values);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        IBatch? batch;
        lock (_gate) (batch, _batch) = (_batch, null);
        try
        {
            batch?.Execute();
        }
        catch (Exception)
        {
            // The connection was closed for good meanwhile. The calls have failed with it, and whoever made them is told; here nobody is.
        }
    }
}
