using System.Text;
using System.Text.Json.Nodes;
using BotHub.Core.Context;
using BotHub.Core.Conversations;

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
        var served = JsonNode.Parse(TurnLedger.Served(stored))!;
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
        var served = JsonNode.Parse(TurnLedger.Served(Stored(Ledger([Kept[2] with { Id = id }], []))))!;

        Assert.Equal(id, (string?)served["kept"]![0]!["id"]);
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

        Assert.True(stored.Length * 5 < TurnLedger.Served(stored).Length, $"{stored.Length} of {TurnLedger.Served(stored).Length}");
    }

    private static string Stored(TurnLedger ledger) => Encoding.UTF8.GetString(ledger.ToStored());

    private static TurnLedger Ledger(IReadOnlyList<WindowPart> kept, IReadOnlyList<WindowPart> dropped) => new(
        "t9", MessageState.Done, null, null, 4096, 100, 0, 512, 20, null, "stop", [], kept, dropped, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1),
        10.5, 20.25, 33.3, 1, null, null, null, null, null);
}
