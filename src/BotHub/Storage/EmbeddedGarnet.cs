using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using BotHub.Core.Conversations;
using Garnet;
using Garnet.common;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tsavorite.core;

namespace BotHub.Storage;

/// <summary>
/// Garnet inside the hub, in its durable profile: an append-only log opened O_SYNC, committed by <see cref="GroupCommit"/>, cut by
/// checkpoints; scripts isolated; listening for this process alone.
/// </summary>
internal sealed partial class EmbeddedGarnet(IOptions<StorageOptions> options, ILoggerFactory loggers, ILogger<EmbeddedGarnet> logger) : IStoreServer
{
    /// <summary>How long a shutdown waits for a checkpoint and for the server's threads. Both are a convenience: the log has it all.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    private readonly StorageOptions _options = options.Value;
    private readonly QuietLoggers _serverLoggers = new(loggers);
    private Node? _server;
    private GroupCommit? _commits;
    private FileStream? _lock;

    /// <summary>Off only in tests: it shows what <see cref="StoreCheck"/> refuses.</summary>
    internal bool Isolated { get; set; } = true;

    public string Kind => "garnet";

    /// <summary>The lock on the data directory sees to it.</summary>
    public bool IsExclusive => true;

    public async Task<ConfigurationOptions> StartAsync(CancellationToken cancel)
    {
        var directory = Path.GetFullPath(_options.Directory);
        _lock = Lock(directory);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var port = FreePort();
        // Recovery reads the whole log: off the caller's thread.
        _server = await Task.Run(() => Start(directory, port, password), cancel);
        var store = _server.Store;
        _commits = new GroupCommit(async () =>
        {
            if (!await store.CommitAOFAsync(CancellationToken.None)) throw new IOException("the log took no commit");
        });
        Log.Started(logger, directory);
        return new ConfigurationOptions { EndPoints = { { IPAddress.Loopback, port } }, Password = password };
    }

    public async Task DurableAsync()
    {
        if (_commits is not { } commits) throw new StoreUnavailableException("The embedded store is not running.");
        try
        {
            await commits.WaitAsync().WaitAsync(StoreConnection.CallTimeout);
        }
        catch (Exception e)
        {
            // Whatever the device threw: the write may be lost, so nobody may acknowledge it.
            throw new StoreUnavailableException($"The embedded store could not write its log: {e.Message}", e);
        }
    }

    public Task<bool> IsDurableAsync(IDatabase database) => Task.FromResult(true);

    /// <summary>Writes all conversations to disk and cuts the log: the next start is quicker, and the disk is freed.</summary>
    public async Task CheckpointAsync()
    {
        if (_server is { } server && !await server.CheckpointAsync()) Log.NoCheckpoint(logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            try
            {
                await _commits!.WaitAsync().WaitAsync(ShutdownTimeout);
                await server.CheckpointAsync().WaitAsync(ShutdownTimeout);
                _serverLoggers.Close();
                await Task.Run(server.Dispose).WaitAsync(ShutdownTimeout);
            }
            catch (Exception e) when (e is TimeoutException or TsavoriteException or GarnetException or IOException)
            {
                Log.HastyEnd(logger, e);
            }
        }

        if (_lock is not null) await _lock.DisposeAsync();
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StoreStartException($"Storage:Directory is '{directory}', where nothing can be written ({e.Message}): grant this user the right to, or set another directory.", e);
        }
        catch (IOException e)
        {
            throw new StoreStartException(
                $"Storage:Directory is '{directory}', which can't be locked ({e.Message}): end the other hub that uses it, or set another directory. To run several hubs, set ConnectionStrings:Redis.", e);
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private Node Start(string directory, int port, string password)
    {
        Node? server = null;
        try
        {
            server = new Node(Profile(directory, port, password), _serverLoggers);
            server.Start();
            return server;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            server?.Dispose();
            throw new StoreStartException($"The embedded store in Storage:Directory '{directory}' did not start: {e.Message}", e);
        }
    }

    private GarnetServerOptions Profile(string directory, int port, string password) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        AuthSettings = new PasswordAuthenticationSettings(password),
        QuietMode = true,
        EnableLua = true,
        LuaTransactionMode = Isolated,
        LuaOptions = new LuaOptions(),
        EnableAOF = true,
        CommitFrequencyMs = -1,
        Recover = true,
        // A log that can't be read must stop the start: an empty store would answer as if nothing had ever been said.
        FailOnRecoveryError = true,
        // The default device opens the log O_DIRECT and never syncs it; this one opens it O_SYNC.
        DeviceType = DeviceType.FileStream,
        CheckpointDir = directory,
        LogDir = directory,
        EnableStorageTier = true,
        LogMemorySize = $"{_options.MemoryMegabytes}m",
        PageSize = "1m",
        SegmentSize = "64m",
        ObjectLogSegmentSize = "64m",
        IndexMemorySize = "8m",
        IndexMaxMemorySize = "256m",
        AofMemorySize = "16m",
        AofPageSize = "4m",
        AofSegmentSize = "16m",
        AofSizeLimit = $"{_options.LogMegabytes}m",
        CompactionType = LogCompactionType.Lookup,
        CompactionFrequencySecs = 60,
        CompactionMaxSegments = 8,
        MaxDatabases = 1,
    };

    private sealed class Node(GarnetServerOptions profile, ILoggerFactory loggers) : GarnetServer(profile, loggers)
    {
        public async Task<bool> CheckpointAsync() => await storeWrapper.TakeCheckpointAsync(background: false) != CheckpointStatus.Failed;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The embedded store keeps its data in {Directory}")]
        public static partial void Started(ILogger logger, string directory);

        [LoggerMessage(2, LogLevel.Warning, "The embedded store took no checkpoint; its log holds everything")]
        public static partial void NoCheckpoint(ILogger logger);

        [LoggerMessage(3, LogLevel.Warning, "The embedded store did not end in order; its log holds everything")]
        public static partial void HastyEnd(ILogger logger, Exception e);
    }
}
