using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BotHub.Core.Context;
using BotHub.Core.Conversations;
using BotHub.Core.Models;
using BotHub.Core.Pipeline;

namespace BotHub.Tests.Context;

public sealed class TurnLedgerTests
{
    private static readonly WindowPart[] Kept =
    [
        new("an id of a client's", "t7", MessageRole.User, 12, true, null),
        new("t7.a", "t7", MessageRole.Assistant, 345, true, null),
        new("u99", "t8", MessageRole.User, 0, true, null),
        new("t8.b", "t8", MessageRole.Assistant, 6, true, null),
    ];

    private static readonly WindowPart[] Dropped =
    [
        new("t3.1", "t3", MessageRole.User, 7, false, "budget"),
        new("t3.a", "t3", MessageRole.Assistant, 8, false, "budget"),
        new("t7.0", "t7", MessageRole.User, 9, false, "budget"),
    ];

    [Fact]
    public void A_stored_ledger_is_served_with_every_row_of_its_window()
    {
        WindowPart[] plain = [Kept[0] with { Id = "hello" }, .. Kept[1..]];
        var stored = Stored(Ledger(plain, Dropped));

        Assert.DoesNotContain("budget", stored, StringComparison.Ordinal);
        var served = JsonNode.Parse(TurnLedger.Served("t9", stored))!;
        Assert.Null(served["rows"]);
        Assert.Equal("t9", (string?)served["turn"]);
        Assert.Equal(
            ["hello t7 user 12", "t7.a t7 assistant 345", "u99 t8 user 0", "t8.b t8 assistant 6"],
            served["kept"]!.AsArray().Select(p => $"{p!["id"]} {p["turn"]} {p["role"]} {p["tokens"]}"));
        Assert.Equal(
            ["t3.1 t3 user 7 budget", "t3.a t3 assistant 8 budget", "t7.0 t7 user 9 budget"],
            served["dropped"]!.AsArray().Select(p => $"{p!["id"]} {p["turn"]} {p["role"]} {p["tokens"]} {p["reason"]}"));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a|b")]
    [InlineData("a/b")]
    [InlineData("a;b")]
    public void Ids_that_would_break_the_short_rows_are_stored_in_full(string id)
    {
        var served = JsonNode.Parse(TurnLedger.Served("t9", Stored(Ledger([Kept[2] with { Id = id }], []))))!;

        Assert.Equal(id, (string?)served["kept"]![0]!["id"]);
    }

    public static TheoryData<TurnLedger> Ledgers => new(
        Ledger(Kept, Dropped),
        Ledger(Kept, Dropped) with
        {
            Model = new LedgerModel("local", "llama", "a \"model\", ½ done"),
            Prompt = new LedgerPrompt("assistant", 12, "ccf267a72e48"),
            Parts = [new LedgerPart("persona", 211, 1), new LedgerPart("history", -3, 10), new LedgerPart("input", 11, 2)],
            ReasoningTokens = 0,
            StartedAt = new DateTimeOffset(2026, 11, 28, 9, 44, 27, TimeSpan.Zero).AddTicks(1234567),
            FinishedAt = new DateTimeOffset(2026, 11, 28, 9, 44, 28, TimeSpan.Zero).AddTicks(7),
        },
        Ledger([Kept[2] with { Id = "a b" }], [Dropped[0] with { Reason = "other" }]) with
        {
            State = MessageState.Failed,
            FinishReason = null,
            FirstTokenMilliseconds = null,
            Milliseconds = 0,
            TokensPerSecond = null,
            Error = "content_filter",
            Reference = "ab12",
            Refused = new LedgerRefusal("answer", ["hate", "self_harm"]),
            Calls = [new ModelCall("cloud", 100, 7, 20, 3, 12.5, CallOutcome.Refused, true)],
            Passed = [new PassedModel("small", PassedModel.TooSmall)],
        });

    [Theory]
    [MemberData(nameof(Ledgers))]
    public void Nothing_of_a_ledger_is_lost_by_being_stored(TurnLedger ledger)
    {
        var served = TurnLedger.Served(ledger.Turn, Stored(ledger));

        Assert.Equal(JsonSerializer.Serialize(ledger, LedgerJson.Default.TurnLedger), served);
    }

    [Fact]
    public void An_ordinary_ledger_is_stored_in_less_than_half_of_what_is_served()
    {
        var ordinary = Ledgers.ElementAt(1).Data with { Kept = [.. Kept[1..]], Dropped = [] };
        var stored = Stored(ordinary);

        Assert.True(stored.Length * 2 < TurnLedger.Served("t9", stored).Length, $"{stored.Length} of {TurnLedger.Served("t9", stored).Length}");
    }

    [Fact]
    public void Two_hundred_rows_take_a_fifth_of_their_full_length()
    {
        var many = Enumerable.Range(0, 100).SelectMany(n => new WindowPart[]
        {
            new($"u{5000 + n}", $"t{n}", MessageRole.User, 20, true, null),
            new($"t{n}.a", $"t{n}", MessageRole.Assistant, 200, true, null),
        }).ToArray();
        var stored = Stored(Ledger(many, []));

        Assert.True(stored.Length * 5 < TurnLedger.Served("t9", stored).Length, $"{stored.Length} of {TurnLedger.Served("t9", stored).Length}");
    }

    private static string Stored(TurnLedger ledger) => Encoding.UTF8.GetString(ledger.ToStored());

    private static TurnLedger Ledger(IReadOnlyList<WindowPart> kept, IReadOnlyList<WindowPart> dropped) => new(
        "t9", MessageState.Done, null, null, 4096, 100, 0, 512, 20, null, "stop", [], kept, dropped, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1),
        10.5, 20.25, 33.3, 1, null, null, null, null, null);
}
