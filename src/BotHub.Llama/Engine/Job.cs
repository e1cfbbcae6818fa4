using System.Threading.Channels;
using BotHub.Llama.Native;

namespace BotHub.Llama;

/// <summary>Where a request is.</summary>
internal enum JobState
{
    /// <summary>In the queue, without a slot.</summary>
    Waiting,

    /// <summary>In a slot, until another request has computed the common prefix.</summary>
    Holding,

    /// <summary>Its prompt is being evaluated.</summary>
    Prefilling,

    /// <summary>It gets a token with every step.</summary>
    Generating,

    /// <summary>Ended, one way or another.</summary>
    Done,
}

/// <summary>A request on its way through the engine. All but the output's reader and the flags belong to the engine's thread.</summary>
internal sealed class Job(LlamaRequest request, LlamaTokenizer tokenizer, CancellationToken cancellation)
{
    // The engine must never run a reader's continuation; the number of outputs is bounded by the context.
    private readonly Channel<LlamaOutput> _output = Channel.CreateUnbounded<LlamaOutput>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = false });

    private volatile bool _abandoned;

    internal LlamaRequest Request => request;

    internal int[] Prompt => request.Prompt;

    internal ChannelReader<LlamaOutput> Output => _output.Reader;

    internal bool IsCancelled => _abandoned || cancellation.IsCancellationRequested;

    internal CancellationToken Cancellation => cancellation;

    /// <summary>When it got its slot (Stopwatch ticks).</summary>
    internal long AdmittedAt { get; set; }

    /// <summary>The queue place last told; 0 when none was.</summary>
    internal int ToldPosition { get; private set; }

    /// <summary>Its slot, while it has one.</summary>
    internal Slot? Slot { get; set; }

    /// <summary>Someone else's prompt in the making that begins as ours does: we wait for his cells instead of computing them again.</summary>
    internal Job? WaitsFor { get; set; }

    /// <summary>Prompt tokens that were not computed.</summary>
    internal int Cached { get; set; }

    internal SamplerHandle? Sampler { get; set; }

    internal Reply Reply { get; } = new(tokenizer, request.StopSequences);

    /// <summary>The token to evaluate next, once the prompt is done.</summary>
    internal int NextToken { get; set; }

    internal JobState State { get; set; }

    /// <summary>The row of the current batch that holds its token.</summary>
    internal int Row { get; set; }

    internal int Remaining => Prompt.Length - Slot!.Count;

    internal void Abandon() => _abandoned = true;

    internal void TellPosition(int position)
    {
        if (position == ToldPosition) return;
        ToldPosition = position;
        _output.Writer.TryWrite(new LlamaOutput { QueuePosition = position });
    }

    internal void Emit(string? text)
    {
        if (text is not null) _output.Writer.TryWrite(new LlamaOutput { Text = text });
    }

    internal void Complete(LlamaFinish finish)
    {
        _output.Writer.TryWrite(new LlamaOutput { Finish = finish, Usage = new LlamaUsage(Prompt.Length, Cached, Reply.Count) });
        _output.Writer.TryComplete();
    }

    internal void Fail(Exception error) => _output.Writer.TryComplete(error);
}
