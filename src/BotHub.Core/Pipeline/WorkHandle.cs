using BotHub.Core.Conversations;

namespace BotHub.Core.Pipeline;

/// <summary>A conversation being worked on by this node, as the dispatcher sees it.</summary>
internal sealed class WorkHandle
{
    private readonly Lock _gate = new();
    private Turn? _turn;
    private bool _abort, _lookAgain, _ended;

    /// <summary>No further turn shall begin; the running one may finish.</summary>
    public bool Draining { get; set; }

    /// <summary>Asks for another look at the conversation after the work. False when the work has ended already.</summary>
    public bool TryLookAgain()
    {
        lock (_gate)
        {
            _lookAgain |= !_ended;
            return !_ended;
        }
    }

    /// <summary>The work has ended. True when somebody asked for another look.</summary>
    public bool End()
    {
        lock (_gate)
        {
            _ended = true;
            return _lookAgain;
        }
    }

    public void Begin(Turn? turn)
    {
        lock (_gate)
        {
            _turn = turn;
            if (_abort) turn?.Lifetime.EndWith(TurnEnd.ShuttingDown);
        }
    }

    /// <summary>Ends the running turn when a mark is meant for it.</summary>
    public void Marked(Marks marks)
    {
        lock (_gate)
        {
            if (_turn is null) return;
            if (_turn.Mail[0].Sequence == marks.Stop) _turn.Lifetime.EndWith(TurnEnd.Stopped);
            else if (_turn.Mail[0].Sequence <= marks.Revised && marks.Revised <= _turn.Mail[^1].Sequence) _turn.Lifetime.EndWith(TurnEnd.Revised);
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
