using BotHub.Core.Context;
using BotHub.Core.Models;
using BotHub.Core.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BotHub.Core.Pipeline;

public static class PipelineRegistration
{
    /// <summary>Adds the conversation pipeline. The host adds the store, the models, the prompts and the channels.</summary>
    public static IHostApplicationBuilder AddPipeline(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PipelineOptions>().BindConfiguration(PipelineOptions.Section).ValidateOnStart();
        services.AddOptions<ContextOptions>().BindConfiguration(ContextOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PipelineOptions>, PipelineOptionsValidator>();
        services.AddSingleton<IValidateOptions<ContextOptions>, ContextOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(NodeName.Create());
        services.AddSingleton(s => new ModelHealths(s.GetRequiredService<IOptions<PipelineOptions>>().Value.Breaker, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PipelineMetrics>();
        services.AddSingleton<ModelPolicy>();
        services.AddSingleton<ModelCommands>();
        services.AddSingleton<RecentTranscripts>();
        services.AddSingleton<DeliverStage>();
        services.AddSingleton<CommitStage>();
        services.AddSingleton<LimitsStage>();
        services.AddSingleton<CommandStage>();
        services.AddSingleton<ReviseStage>();
        services.AddSingleton<FileStage>();
        services.AddSingleton<LoadStage>();
        services.AddSingleton<RouteStage>();
        services.AddSingleton<PromptStage>();
        services.AddUsageStages();
        services.AddSingleton<MeterStage>();
        services.AddSingleton<GenerateStage>();
        services.AddSingleton<TurnPipeline>();
        services.AddSingleton<ConversationWorker>();
        services.AddSingleton<BotProfile>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Dispatcher>();
        services.AddHostedService<ChoiceCheck>();
        services.AddHostedService(s => s.GetRequiredService<Dispatcher>());
        return builder;
    }
}
