using BotHub.Models;
using BotHub.Models.Catalogue;

namespace BotHub.Tests.Models;

public sealed class ModelNoticesTests
{
    [Theory]
    [InlineData("/usr/bin/dotnet", "dotnet /app/BotHub.dll models pull qwen2.5-1.5b")]
    [InlineData("/opt/bothub/BotHub", "/opt/bothub/BotHub models pull qwen2.5-1.5b")]
    public void The_command_that_gets_a_model_is_the_one_that_this_hub_was_started_with(string process, string command) =>
        Assert.Equal(command, ModelNotices.PullCommand(ModelCatalogue.Default, "/app", process).Replace('\\', '/'));

    [Fact]
    public void In_the_repository_it_is_the_run_command() =>
        Assert.Equal("dotnet run --project src/BotHub -- models pull qwen2.5-1.5b", ModelNotices.PullCommand(ModelCatalogue.Default, AppContext.BaseDirectory, "/usr/bin/dotnet"));
}
