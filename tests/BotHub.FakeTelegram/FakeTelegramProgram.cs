namespace BotHub.FakeTelegram;

/// <summary>A class of its own: a global <c>Program</c> would collide with the hub's in the tests that reference both.</summary>
internal static class FakeTelegramProgram
{
    public static Task Main(string[] args) => WebApplication.CreateBuilder(args).Build().RunAsync();
}
