using System.Globalization;
using System.Runtime.InteropServices;

namespace BotHub.FakeTelegram;

/// <summary>
/// Starts a fake Telegram by hand: <c>--port 8081</c>, <c>--token 1:abc</c>, <c>--limits off</c>. The first three lines it
/// prints are for programs to read. A class of its own: a global <c>Program</c> would collide with the hub's in the tests.
/// </summary>
internal static class FakeTelegramProgram
{
    public static async Task Main(string[] args)
    {
        string? Argument(string name) => Array.IndexOf(args, "--" + name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

        await using var server = await FakeTelegramServer.StartAsync(new()
        {
            Port = int.Parse(Argument("port") ?? "8081", CultureInfo.InvariantCulture),
            Limits = Argument("limits") == "off" ? FloodLimits.Off : new(),
        }).ConfigureAwait(false);
        var bot = server.AddBot("bothub_bot", "BotHub", Argument("token"));
        if (Argument("empty") is null)
        {
            var ada = server.AddUser("Ada", "ada");
            var max = server.AddUser("Max", "max_m");
            bot.PrivateChat(ada);
            server.AddGroup("Kitchen table", ada, max).Join(bot);
            var forum = server.AddSupergroup("Workshop", isForum: true, members: [ada, max]);
            forum.Join(bot);
            forum.AddTopic("Tools");
        }

        await using var output = new StreamWriter(System.Console.OpenStandardOutput()) { AutoFlush = true };
        await output.WriteLineAsync($"api   {server.Url}").ConfigureAwait(false);
        await output.WriteLineAsync($"token {bot.Token}").ConfigureAwait(false);
        await output.WriteLineAsync($"page  {server.Url}").ConfigureAwait(false);

        var ended = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await ended.Task.ConfigureAwait(false);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }
}
