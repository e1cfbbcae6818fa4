namespace BotHub.Storage.Scripts;

internal static class LedgerScript
{
    /// <summary>KEYS conversation. ARGV turn. Returns its ledger, or nothing when it is not known any more.</summary>
    public static readonly StoreScript Script = new(StoreScript.State + StoreScript.Slots + """
        local h = redis.call('HMGET', KEYS[1], 's', slot('l', ARGV[1]))
        return ofTurn(state(h[1]), ARGV[1], h[2]) or false
        """);
}
