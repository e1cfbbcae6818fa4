using System.Reflection;
using BotHub.Core.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BotHub.Tests.Channels.Telegram;

/// <summary>Lets the real store take no messages for a while.</summary>
public sealed class StoreAway
{
    public bool IsAway { get; set; }

    /// <summary>Puts itself before the host's store.</summary>
    public void Decorate(IServiceCollection services)
    {
        var real = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
        services.AddSingleton(real);
        services.Replace(ServiceDescriptor.Singleton(provider =>
        {
            var store = DispatchProxy.Create<IConversationStore, Proxy>();
            ((Proxy)(object)store).Become((IConversationStore)provider.GetRequiredService(real), this);
            return store;
        }));
    }

    /// <summary>Made by the framework, which derives from it.</summary>
    public class Proxy : DispatchProxy
    {
        private IConversationStore _real = null!;
        private StoreAway _owner = null!;

        internal void Become(IConversationStore real, StoreAway owner) => (_real, _owner) = (real, owner);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            _owner.IsAway && targetMethod!.Name is nameof(IConversationStore.AcceptAsync) or nameof(IConversationStore.AcceptAndClaimAsync)
                ? throw new StoreUnavailableException("away for a test")
                : targetMethod!.Invoke(_real, args);
    }
}
