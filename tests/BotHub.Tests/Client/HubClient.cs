using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace BotHub.Tests.Client;

/// <summary>
/// Speaks the web contract with any of several replicas. What the contract allows to be repeated is repeated, on another replica:
/// after 429, 503 and broken connections. Everything else that is not the promised answer is an error.
/// </summary>
public sealed class HubClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _replicas;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private int _refused, _broken;

    public HubClient(IReadOnlyList<Uri> replicas, int seed)
    {
        (_replicas, _random) = (replicas, new Random(seed));
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000, MaxResponseDrainSize = 0, ConnectTimeout = TimeSpan.FromSeconds(5) }, disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Answers 429 and 503 met so far.</summary>
    public int Refused => _refused;

    /// <summary>Calls that got no answer, and were repeated.</summary>
    public int Broken => _broken;

    public Uri AnyReplica()
    {
        lock (_gate) return _replicas[_random.Next(_replicas.Count)];
    }

    /// <summary>A number of the client's own seeded chance.</summary>
    public int Next(int from, int to)
    {
        lock (_gate) return _random.Next(from, to);
    }

    public async Task<HubConversation> OpenAsync(CancellationToken cancel) =>
        new(this, await CallAsync<OpenedConversation>(() => AnyReplica(), HttpMethod.Post, "api/chat/conversations", null, new { }, HttpStatusCode.Created, cancel));

    /// <summary>One call, repeated until it is answered as promised or the deadline passes.</summary>
    public async Task<T> CallAsync<T>(Func<Uri> replica, HttpMethod method, string path, string? token, object? body, HttpStatusCode promised, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var response = await SendAsync(replica(), method, path, token, body, HttpCompletionOption.ResponseContentRead, cancel);
                if (response.StatusCode == promised) return typeof(T) == typeof(string) ? (T)(object)await response.Content.ReadAsStringAsync(cancel) : (await response.Content.ReadFromJsonAsync<T>(HubJson.Options, cancel))!;
                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                    throw new ContractException($"{method} {path} was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancel)}");
                await WaitAsAskedAsync(response, cancel);
            }
            catch (Exception e) when (IsBroken(e))
            {
                Interlocked.Increment(ref _broken);
                await Task.Delay(Pause, cancel);
            }
        }
    }

    public Task<HttpResponseMessage> SendAsync(Uri replica, HttpMethod method, string path, string? token, object? body, HttpCompletionOption completion, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(method, new Uri(replica, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = JsonContent.Create(body, options: HubJson.Options);
        return _http.SendAsync(request, completion, cancel);
    }

    /// <summary>Checks that a refusal says when to come back, and waits; not as long as asked, because tests are in a hurry.</summary>
    public async Task WaitAsAskedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Headers.RetryAfter?.Delta is not { } wait || wait <= TimeSpan.Zero)
            throw new ContractException($"{(int)response.StatusCode} came without a Retry-After.");
        Interlocked.Increment(ref _refused);
        await Task.Delay(wait < LongestPause ? wait : LongestPause, cancel);
    }

    public static bool IsBroken(Exception e) => e is HttpRequestException or IOException or SocketException or HttpIOException;

    public void Dispose() => _http.Dispose();
}

/// <summary>The hub broke its contract.</summary>
public sealed class ContractException(string message) : Exception(message);
