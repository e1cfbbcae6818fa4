namespace BotHub.Core.Pipeline;

/// <summary>A conversation being worked on by this node, as the dispatcher sees it.</summary>
internal sealed class WorkHandle
{
    private readonly Lock _gate = new();
    private Turn? _turn;
    private bool _abort;

    /// <summary>No further turn shall begin; the running one may finish.</summary>
    public bool Draining { get; set; }

    /// <summary>Somebody hinted at the conversation while it was being worked on: look again afterwards.</summary>
    public bool LookAgain { get; set; }

    public void Begin(Turn? turn)
    {
        lock (_gate)
        {
            _turn = turn;
            if (_abort) turn?.Lifetime.EndWith(TurnEnd.ShuttingDown);
        }
    }

    /// <summary>Ends the running turn when the stop mark is meant for it.</summary>
    public void StopRequested(long sequence)
    {
        lock (_gate)
        {
            if (_turn is not null && _turn.Mail[0].Sequence == sequence) _turn.Lifetime.EndWith(TurnEnd.Stopped);
        }
    }

    public void Abort()
    {
        lock (_gate)
        {
            _abort = true;
            _turn?.Lifetime.EndWith(TurnEnd.ShuttingDown);
        }
    }
}
