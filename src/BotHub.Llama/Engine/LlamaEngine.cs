using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BotHub.Llama.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BotHub.Llama;

/// <summary>
/// Continues many prompts at the same time on one model ("continuous batching"): requests come and go between steps, and what
/// conversations have in common is computed once. Thread-safe.
/// </summary>
public sealed partial class LlamaEngine : IDisposable
{
    private const long ComputeBufferBytes = 128L << 20;

    private readonly LlamaEngineOptions _options;
    private readonly ILogger _logger;
    private readonly ContextHandle _context;
    private readonly ThreadPoolHandle? _threads;
    private readonly DecodeBatch _batch;
    private readonly KvCells _cells;
    private readonly SnapshotStore _snapshots;
    private readonly Scheduler _scheduler;
    private readonly EngineGauges _gauges = new();
    private readonly Channel<Job> _inbox = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ManualResetEventSlim _wake = new(false);
    private readonly Thread _thread;
    private int _present;
    private int _disposed;
    private volatile bool _stopping;

    /// <summary>Creates the context and starts the engine's thread.</summary>
    /// <exception cref="LlamaException">The options are out of range, or there is not enough memory; the message says what to change.</exception>
    public LlamaEngine(LlamaModel model, LlamaEngineOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        _options = options ?? new LlamaEngineOptions();
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<LlamaEngine>();
        _options.Validate(model);
        ContextPerSlot = _options.ContextPerSlot > 0 ? _options.ContextPerSlot : Math.Min(model.TrainedContext, 4096);
        CheckMemory();

        (_context, _threads) = CreateContext();
        _batch = new DecodeBatch(_options.BatchTokens);
        _snapshots = new SnapshotStore(_options.SnapshotBytes);
        try
        {
            // The library rounds up; more than asked for would only surprise.
            ContextPerSlot = Math.Min(ContextPerSlot, (int)Api.llama_n_ctx_seq(_context));
            var canCut = KvCells.Probe(_context, _batch);
            _cells = new KvCells(_context, canCut);
            var plan = new PrefillPlan(canCut && _options.FlashAttention && !model.OnGpu ? 64 : 1);
            var slots = Enumerable.Range(0, _options.Slots).Select(i => new Slot(i, ContextPerSlot)).ToArray();
            var admission = new Admission(slots, _cells, _snapshots, plan, _logger);
            var evaluator = new Evaluator(_context, _batch, _cells, model.Tokenizer, _gauges, _logger) { Ended = job => _scheduler!.Release(job) };
            _scheduler = new Scheduler(_inbox.Reader, _wake, admission, evaluator, plan, _snapshots, _gauges, _options, model.Tokenizer.VocabularySize)
            {
                Left = () => Interlocked.Decrement(ref _present),
            };
        }
        catch
        {
            FreeNative();
            throw;
        }
        _thread = new Thread(Run) { IsBackground = true, Name = "llama-engine" };
        _thread.Start();
        Log.Started(_logger, model.Name, _options.Slots, ContextPerSlot);
    }

    /// <summary>The model that is computed.</summary>
    public LlamaModel Model { get; }

    /// <summary>Tokens that a slot holds, prompt and answer together.</summary>
    public int ContextPerSlot { get; }

    /// <summary>How the engine is doing now.</summary>
    public LlamaHealth Health => _gauges.Read(_options.Slots, ContextPerSlot);

    /// <summary>
    /// Continues a prompt. The request is queued when the enumeration begins, and cancelled when it is left early; a cancellation
    /// takes effect within one step.
    /// </summary>
    /// <exception cref="LlamaQueueFullException">Too many requests wait already.</exception>
    /// <exception cref="LlamaException">The prompt is too long, the request invalid, its evaluation failed or the engine stopped.</exception>
    public async IAsyncEnumerable<LlamaOutput> GenerateAsync(LlamaRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var job = Submit(request, cancellationToken);
        try
        {
            await foreach (var output in job.Output.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return output;
        }
        finally
        {
            job.Abandon();
        }
    }

    /// <summary>Stops after the current step; unfinished requests end with <see cref="LlamaErrorKind.EngineStopped"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stopping = true;
        _wake.Set();
        _thread.Join();
        FreeNative();
        _wake.Dispose();
    }

    private Job Submit(LlamaRequest request, CancellationToken cancellationToken)
    {
        request.Validate(ContextPerSlot, Model.Tokenizer.VocabularySize);
        if (Interlocked.Increment(ref _present) > _options.Slots + _options.QueueCapacity)
        {
            Interlocked.Decrement(ref _present);
            throw new LlamaQueueFullException(_options.QueueCapacity);
        }
        var job = new Job(request, Model.Tokenizer, cancellationToken);
        if (!_inbox.Writer.TryWrite(job))
        {
            Interlocked.Decrement(ref _present);
            throw Stopped(null);
        }
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // Disposed just now; the thread has failed the job, or refuses the inbox.
        }
        return job;
    }

    private void Run()
    {
        Exception? error = null;
        try
        {
            _scheduler.Run(() => _stopping);
        }
        catch (Exception e)
        {
            error = e;
            Log.Died(_logger, e);
        }
        _gauges.Problem = error is null ? "The engine was stopped." : $"The engine's thread died: {error.Message}";
        _inbox.Writer.TryComplete();
        _scheduler.FailAll(Stopped(error));
    }

    private LlamaException Stopped(Exception? error) => new(LlamaErrorKind.EngineStopped,
        error is null && _stopping ? "The engine was stopped." : "The engine's thread died, and it must be created anew; see the log for the reason.", error);

    private (ContextHandle Context, ThreadPoolHandle? Threads) CreateContext()
    {
        var cores = Environment.ProcessorCount;
        var parameters = Api.llama_context_default_params();
        parameters.Context = (uint)(_options.Slots * ContextPerSlot);
        parameters.Batch = (uint)_options.BatchTokens;
        parameters.MicroBatch = (uint)_options.BatchTokens;
        parameters.MaxSequences = (uint)_options.Slots;
        parameters.Threads = _options.DecodeThreads > 0 ? _options.DecodeThreads : Math.Max(1, cores - 1);
        parameters.ThreadsBatch = _options.BatchThreads > 0 ? _options.BatchThreads : cores;
        parameters.FlashAttention = _options.FlashAttention ? 1 : 0;
        // One stream of cells per slot: in a shared one every row looks at everybody's cells.
        parameters.KvUnified = false;

        var context = NativeLog.Capture(() => Api.llama_init_from_model(Model.Handle, parameters), out var errors);
        if (context.IsInvalid)
            throw new LlamaException(LlamaErrorKind.OutOfMemory, $"The context of {_options.Slots} slots with {ContextPerSlot} tokens could not be created: {string.Join(" | ", errors)}. Ask for fewer slots or a shorter context.");
        context.KeepAlive(Model.Handle);
        var threads = ThreadPoolHandle.Create(Math.Max(parameters.Threads, parameters.ThreadsBatch));
        if (threads is not null) Api.llama_attach_threadpool(context, threads.DangerousGetHandle(), threads.DangerousGetHandle());
        return (context, threads);
    }

    private void CheckMemory()
    {
        var cells = Model.KvBytesPerToken * ContextPerSlot * _options.Slots;
        // On a GPU the cells are the driver's concern, and only the snapshots are ours.
        var needed = (Model.OnGpu ? 0 : cells + ComputeBufferBytes) + _options.SnapshotBytes;
        if (SystemMemory.Available() is not { } available || needed <= available) return;
        throw new LlamaException(LlamaErrorKind.OutOfMemory,
            $"{_options.Slots} slots with {ContextPerSlot} tokens need {needed >> 20:N0} MiB ({cells >> 20:N0} for the conversations, {_options.SnapshotBytes >> 20:N0} for saved ones), and {available >> 20:N0} MiB are available. Ask for fewer slots or a shorter context.");
    }

    private void FreeNative()
    {
        _cells?.Dispose();
        _context.Dispose();
        _threads?.Dispose();
        _batch.Dispose();
        _snapshots.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 20, EventName = "LlamaEngineStarted", Level = LogLevel.Information, Message = "Engine for {Model} started: {Slots} slots with {Context} tokens")]
        public static partial void Started(ILogger logger, string model, int slots, int context);

        [LoggerMessage(EventId = 21, EventName = "LlamaEngineDied", Level = LogLevel.Critical, Message = "The engine's thread died; every request has failed")]
        public static partial void Died(ILogger logger, Exception error);
    }
}
