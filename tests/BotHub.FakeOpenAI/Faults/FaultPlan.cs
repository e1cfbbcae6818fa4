namespace BotHub.FakeOpenAI.Faults;

/// <summary>The faults in force; the first that is due happens.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<State> _faults = [];
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class State(Fault fault)
    {
        public Fault Fault { get; } = fault;
        public int Skipped { get; set; }
        public int Hits { get; set; }
    }

    /// <summary>How often faults have happened.</summary>
    public int Happened { get; private set; }

    internal Task Released => _released.Task;

    public void Add(Fault fault)
    {
        lock (_gate) _faults.Add(new(fault));
    }

    /// <summary>Ends all faults; calls that stall are cut.</summary>
    public void Clear()
    {
        lock (_gate) _faults.Clear();
        Interlocked.Exchange(ref _released, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    internal Fault? Next()
    {
        lock (_gate)
        {
            foreach (var state in _faults)
            {
                if (state.Fault.Times > 0 && state.Hits >= state.Fault.Times) continue;
                if (state.Skipped++ < state.Fault.Skip) continue;
                state.Hits++;
                Happened++;
                return state.Fault;
            }

            return null;
        }
    }
}
