using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BotHub.FakeOpenAI.Faults;

namespace BotHub.FakeOpenAI.Protocol;

/// <summary>Writes one answer, whole or in pieces, and lets happen on the way what the plan says.</summary>
internal sealed class AnswerWriter(FakeOpenAIServer server, HttpContext context, FakeRequest request, FakeDeployment deployment, bool azure)
{
    // As the real servers do: everything beyond ASCII is sent as UTF-8.
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ChunkJson _chunks = new($"chatcmpl-{Guid.NewGuid():N}", deployment.Model, server.Options.Time.GetUtcNow().ToUnixTimeSeconds(), azure);
    private Fault? _fault;
    private Action<int> _ended = _ => { };

    /// <summary>The tokens that the call may take: of its prompt and of the longest answer.</summary>
    public int Estimate => Prompt + (Limit() ?? 16);

    private int Prompt => Words(request.Body.GetProperty("messages").ToString()).Count;

    private CancellationToken Gone => context.RequestAborted;

    /// <param name="ended">Told the tokens that the call took, before the client can know that it has ended.</param>
    public Task WriteAsync(Fault? fault, Action<int> ended)
    {
        (_fault, _ended) = (fault, ended);
        var words = Words(server.Answer(request));
        var thoughts = Words(deployment.Thoughts ?? "");
        var limit = Limit();
        // A thought comes first out of the allowance.
        var room = limit is { } most ? Math.Max(0, most - thoughts.Count) : int.MaxValue;
        var cut = words.Count > room;
        if (cut) words = words[..room];
        var tokens = new Tokens(Prompt, thoughts.Count, words.Count);
        return Flag("stream") ? StreamAsync(words, thoughts, cut ? "length" : "stop", tokens) : WholeAsync(words, cut ? "length" : "stop", tokens);
    }

    private async Task WholeAsync(List<string> words, string finish, Tokens tokens)
    {
        if (_fault?.Kind == FaultKind.SlowFirstToken) await Task.Delay(_fault.Delay, server.Options.Time, Gone).ConfigureAwait(false);
        if (_fault?.Kind == FaultKind.FinishFiltered) (words, finish) = ([], "content_filter");
        context.Response.ContentType = "application/json";
        _ended(tokens.All);
        await context.Response.WriteAsync(_chunks.Whole(string.Concat(words), deployment.ThoughtField, deployment.Thoughts, finish, tokens).ToJsonString(_json), Gone).ConfigureAwait(false);
    }

    private async Task StreamAsync(List<string> words, List<string> thoughts, string finish, Tokens tokens)
    {
        context.Response.ContentType = "text/event-stream";
        // A reset would also take away what the client has not read yet; a length that is never reached cuts where it should.
        if (_fault?.Kind == FaultKind.Cut) context.Response.ContentLength = int.MaxValue;
        if (azure) await SendAsync(_chunks.Prompt()).ConfigureAwait(false);
        await SendAsync(_chunks.Piece(new() { ["role"] = "assistant", ["content"] = "" })).ConfigureAwait(false);
        if (_fault?.Kind == FaultKind.SlowFirstToken) await Task.Delay(_fault.Delay, server.Options.Time, Gone).ConfigureAwait(false);
        if (deployment.ThoughtField is { } field)
            foreach (var thought in thoughts) await SendAsync(_chunks.Piece(new() { [field] = thought })).ConfigureAwait(false);

        if (_fault?.Kind == FaultKind.SlowAnswer) await Task.Delay(_fault.Delay, server.Options.Time, Gone).ConfigureAwait(false);
        for (var sent = 0; ; sent++)
        {
            if (_fault is not null && sent == _fault.AfterChunks && !await HappenAsync(_fault, words, sent).ConfigureAwait(false)) return;
            if (sent >= words.Count) break;
            await SendAsync(_chunks.Piece(new() { ["content"] = words[sent] }, annotated: _fault?.Kind != FaultKind.AsynchronousFiltered)).ConfigureAwait(false);
        }

        _ended(tokens.All);
        await SendAsync(_chunks.Piece([], finish)).ConfigureAwait(false);
        if (request.Body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var usage) && usage.ValueKind == JsonValueKind.True)
            await SendAsync(_chunks.Usage(tokens)).ConfigureAwait(false);
        await RawAsync("data: [DONE]\n\n").ConfigureAwait(false);
    }

    /// <summary>False when the answer ends here.</summary>
    private async Task<bool> HappenAsync(Fault fault, List<string> words, int sent)
    {
        switch (fault.Kind)
        {
            case FaultKind.Stall:
                await server.Faults.Released.WaitAsync(Gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort();
                return false;
            case FaultKind.Cut or FaultKind.EndEarly:
                return false;
            case FaultKind.Garbage:
                await RawAsync("data: {\"choices\": [<html>\n\n").ConfigureAwait(false);
                return false;
            case FaultKind.TruncatedUtf8:
                await BytesAsync([.. "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr"u8, 0xC3]).ConfigureAwait(false);
                return false;
            case FaultKind.SplitUtf8:
                await SplitAsync(_chunks.Piece(new() { ["content"] = "Grüße 🙂 " })).ConfigureAwait(false);
                return true;
            case FaultKind.Declined:
                words.Clear();
                await SendAsync(_chunks.Piece(new() { ["refusal"] = "I'm sorry, I cannot help with that." })).ConfigureAwait(false);
                return true;
            case FaultKind.FinishFiltered:
                await SendAsync(_chunks.Piece([], "content_filter", ChunkJson.Filter(fault.Categories, filtered: true))).ConfigureAwait(false);
                await RawAsync("data: [DONE]\n\n").ConfigureAwait(false);
                return false;
            case FaultKind.AnnotatedFiltered:
                await SendAsync(_chunks.Piece(new() { ["content"] = "FILTERED" }, filter: ChunkJson.Filter(fault.Categories, filtered: true))).ConfigureAwait(false);
                return true;
            case FaultKind.BlocklistFiltered:
                var filter = ChunkJson.Filter([], filtered: false);
                filter["custom_blocklists"] = new JsonArray(new JsonObject { ["filtered"] = true, ["id"] = "FILTERED" });
                await SendAsync(_chunks.Piece([], filter: filter)).ConfigureAwait(false);
                return true;
            case FaultKind.AnnotatedOnly:
                await SendAsync(_chunks.Piece([], filter: ChunkJson.Filter(fault.Categories, filtered: false))).ConfigureAwait(false);
                return true;
            case FaultKind.AsynchronousFiltered:
                await SendAsync(_chunks.Judgement(ChunkJson.Filter(fault.Categories, filtered: true), 0, words.Take(sent).Sum(w => w.Length))).ConfigureAwait(false);
                return true;
            default:
                return true;
        }
    }

    private async Task SplitAsync(JsonObject chunk)
    {
        var bytes = Encoding.UTF8.GetBytes($"data: {chunk.ToJsonString(_json)}\n\n");
        foreach (var part in bytes.Chunk(1)) await BytesAsync(part).ConfigureAwait(false);
    }

    private Task SendAsync(JsonObject chunk) => RawAsync($"data: {chunk.ToJsonString(_json)}\n\n");

    private Task RawAsync(string text) => BytesAsync(Encoding.UTF8.GetBytes(text));

    private async Task BytesAsync(byte[] bytes)
    {
        await context.Response.Body.WriteAsync(bytes, Gone).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(Gone).ConfigureAwait(false);
    }

    private int? Limit()
    {
        foreach (var name in new[] { "max_completion_tokens", "max_tokens" })
            if (request.Body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number) return value.GetInt32();
        return null;
    }

    private bool Flag(string name) => request.Body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Words with the blank behind them: together they are the text.</summary>
    private static List<string> Words(string text)
    {
        List<string> words = [];
        for (var start = 0; start < text.Length;)
        {
            var blank = text.IndexOf(' ', start);
            var end = blank < 0 ? text.Length : blank + 1;
            words.Add(text[start..end]);
            start = end;
        }

        return words;
    }
}
