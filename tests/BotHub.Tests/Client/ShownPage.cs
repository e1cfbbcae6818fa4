namespace BotHub.Tests.Client;

/// <summary>
/// What a page shows that does nothing but follow the stream, and the rules of the stream, checked with every event. It belongs to
/// one conversation for good: over reconnects, replicas and restarts.
/// </summary>
public sealed class ShownPage
{
    private readonly List<ShownMessage> _messages = [];
    private readonly HashSet<string> _running = new(StringComparer.Ordinal), _finished = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _final = new(StringComparer.Ordinal);
    private readonly Queue<string> _recent = new();

    /// <summary>The id of the last event; null before the first.</summary>
    public long? LastId { get; private set; }

    public int Events { get; private set; }

    public int Snapshots { get; private set; }

    /// <summary>Snapshots that took back a started answer: it was begun anew.</summary>
    public int Voided { get; private set; }

    public IReadOnlyList<ShownMessage> Messages => _messages;

    public IEnumerable<ShownMessage> Answers => _messages.Where(m => m.IsAnswer);

    public bool IsRunning => _running.Count > 0;

    public bool HasFinished(string run) => _finished.Contains(run);

    public void Apply(HubEvent e)
    {
        _recent.Enqueue(e.ToString());
        if (_recent.Count > 40) _recent.Dequeue();
        // A snapshot stands for everything up to its id, so it may repeat the id of the event before it.
        var isSnapshot = e.Type == "MESSAGES_SNAPSHOT";
        if (LastId is { } last && (isSnapshot ? e.Id < last : e.Id <= last)) throw Broken($"the id {e.Id} follows {last}");
        LastId = e.Id;
        Events++;
        switch (e.Type)
        {
            case "MESSAGES_SNAPSHOT": Replace(e.Messages ?? throw Broken("a snapshot without messages")); break;
            case "RUN_STARTED": Start(e.RunId!); break;
            case "TEXT_MESSAGE_START": Begin(e.MessageId!, e.Role!); break;
            case "TEXT_MESSAGE_CONTENT": Add(e.MessageId!, e.Delta!); break;
            case "TEXT_MESSAGE_END": End(e.MessageId!, e.State ?? "done"); break;
            case "RUN_FINISHED" or "RUN_ERROR": Finish(e.RunId!); break;
            case "CUSTOM": break;
            default: throw Broken($"an event of the unknown type {e.Type}");
        }
    }

    private void Replace(IReadOnlyList<HubMessage> messages)
    {
        Snapshots++;
        var started = _messages.Where(m => m is { IsAnswer: true, IsFinal: false, Text.Length: > 0 }).ToList();
        if (started.Exists(m => messages.FirstOrDefault(n => n.Id == m.Id) is not { } now || now.Text.Length < m.Text.Length)) Voided++;
        if (messages.Select(m => m.Id).Distinct(StringComparer.Ordinal).Count() != messages.Count) throw Broken("a snapshot holds a message twice");
        _messages.Clear();
        _running.Clear();
        foreach (var m in messages)
        {
            var shown = new ShownMessage(m.Id, m.Role, m.Turn) { Text = m.Text, State = m.State, EndMayFollow = m.IsFinal };
            _messages.Add(shown);
            if (m is { State: "answering", Turn: { } run }) _running.Add(run);
            if (!m.IsAnswer) continue;
            if (m.IsFinal) Settle(shown);
            else if (_final.TryGetValue(m.Id, out var text) && !text.StartsWith(m.Text, StringComparison.Ordinal)) throw Broken($"the ended answer {m.Id} came back with another text");
            if (m.IsFinal && m.Turn is not null) _finished.Add(m.Turn);
        }
    }

    private void Start(string run)
    {
        if (_finished.Contains(run)) throw Broken($"run {run} started again after its end");
        if (!_running.Add(run)) throw Broken($"run {run} started twice without a snapshot between");
    }

    private void Begin(string id, string role)
    {
        if (role != "assistant") throw Broken($"message {id} of the role {role} was begun");
        if (Find(id) is not null) throw Broken($"answer {id} was shown twice");
        _messages.Add(new ShownMessage(id, role, null) { State = "answering" });
    }

    private void Add(string id, string delta)
    {
        var message = Find(id) ?? throw Broken($"text for {id}, which was not begun");
        if (message.IsFinal) throw Broken($"text for {id} after its end");
        if (delta.Length == 0) throw Broken("an empty delta");
        message.Text += delta;
    }

    private void End(string id, string state)
    {
        var message = Find(id) ?? throw Broken($"the end of {id}, which was not begun");
        // A snapshot may have had the whole answer before its end was told.
        if (message.IsFinal && !message.EndMayFollow) throw Broken($"{id} ended twice");
        (message.State, message.EndMayFollow) = (state, false);
        Settle(message);
    }

    private void Finish(string run)
    {
        if (!_running.Remove(run) && !_messages.Exists(m => m.Turn == run) && Snapshots == 0) throw Broken($"the end of run {run}, which was not started");
        _finished.Add(run);
    }

    private void Settle(ShownMessage message)
    {
        if (_final.TryGetValue(message.Id, out var text) && text != message.Text) throw Broken($"the ended answer {message.Id} changed its text");
        _final[message.Id] = message.Text;
    }

    private ShownMessage? Find(string id) => _messages.Find(m => m.Id == id);

    private ContractException Broken(string what) => new($"The stream broke its rules: {what}. The last events:\n{string.Join('\n', _recent)}");
}

/// <summary>A message as the page shows it.</summary>
public sealed class ShownMessage(string id, string role, string? turn)
{
    public string Id => id;

    public string? Turn => turn;

    public bool IsAnswer => role == "assistant";

    public string Text { get; set; } = "";

    public string State { get; set; } = "";

    public bool IsFinal => State is "done" or "stopped" or "failed";

    /// <summary>Complete by a snapshot; its END may still come.</summary>
    public bool EndMayFollow { get; set; }
}
