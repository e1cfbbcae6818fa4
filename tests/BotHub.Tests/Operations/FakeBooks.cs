using BotHub.Core.Conversations;
using BotHub.Core.Usage;

namespace BotHub.Tests.Operations;

/// <summary>Books that nobody writes.</summary>
internal sealed class FakeBooks : IBooks
{
    public Task<ReserveAnswer> ReserveAsync(Reservation reservation, CancellationToken cancel) => throw new NotSupportedException();

    public void Committed(ConversationId conversation, string turn, string tenant, bool used) { }

    public Task SettleAsync(ConversationId conversation, CancellationToken cancel) => Task.CompletedTask;

    public Task<IReadOnlyList<long>> ReadSpentAsync(string tenant, IReadOnlyList<BudgetClaim> claims, CancellationToken cancel) => throw new NotSupportedException();

    public Task<UsageNow> ReadAsync(string tenant, UsageScope scope, string id, CancellationToken cancel) => throw new StoreUnavailableException("secret-host:6379");

    public Task<IReadOnlyList<string>> ReadTenantsAsync(CancellationToken cancel) => throw new StoreUnavailableException("secret-host:6379");

    public IAsyncEnumerable<UsageRow> ListAsync(string tenant, UsageScope by, DateOnly from, DateOnly to, CancellationToken cancel) => throw new StoreUnavailableException("secret-host:6379");
}
