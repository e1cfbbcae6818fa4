using System.Text;

namespace BotHub.FakeTelegram;

/// <summary>Makes a fault happen to one HTTP call.</summary>
internal static class FaultRunner
{
    private static readonly byte[] BadGateway = Encoding.UTF8.GetBytes("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n");

    /// <summary>Returns whether the call goes on to be executed.</summary>
    public static async Task<bool> BeforeAsync(FakeTelegramServer server, HttpContext context, FakeBot bot, Call call, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.TooManyRequests:
                await RefuseAsync(server, context, bot, call, Refused.TooMany(fault.RetryAfter), fault).ConfigureAwait(false);
                return false;
            case FaultKind.Error:
                await RefuseAsync(server, context, bot, call, new(fault.Code, fault.Description), fault).ConfigureAwait(false);
                return false;
            case FaultKind.BadGateway:
                Log(server, bot, call, 502, "bad gateway");
                context.Response.StatusCode = 502;
                context.Response.ContentType = "text/html";
                await context.Response.Body.WriteAsync(BadGateway, context.RequestAborted).ConfigureAwait(false);
                return false;
            case FaultKind.Slow:
                await Task.Delay(fault.Delay, server.Time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return !context.RequestAborted.IsCancellationRequested;
            case FaultKind.Reset or FaultKind.Hang:
                Log(server, bot, call, 0, fault.Kind == FaultKind.Reset ? "reset" : "hangs");
                await CutAsync(server, context, fault).ConfigureAwait(false);
                return false;
            default:
                return true;
        }
    }

    /// <summary>Drops the connection, at once or when the plan is cleared.</summary>
    public static async Task CutAsync(FakeTelegramServer server, HttpContext context, Fault fault)
    {
        if (fault.Kind is FaultKind.Hang or FaultKind.ActThenHang)
        {
            await server.Faults.Released.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Abort();
    }

    private static Task RefuseAsync(FakeTelegramServer server, HttpContext context, FakeBot bot, Call call, Refused refused, Fault fault)
    {
        lock (server.Gate)
        {
            var id = call.Integer("chat_id");
            call.Chat = server.PrivateOf(bot, id) ?? server.GroupOf(id);
            if (refused.RetryAfter is { } seconds && fault.OpensWindow && call.Chat is { } chat) server.Flood.Close(bot, chat, TimeSpan.FromSeconds(seconds));
            Dispatcher.Record(server, bot, call, refused);
        }

        return ApiFront.RefuseAsync(context, refused);
    }

    private static void Log(FakeTelegramServer server, FakeBot bot, Call call, int code, string note)
    {
        lock (server.Gate)
        {
            server.Calls.Add(bot, call.Method, call.Chat, code, note);
            server.Changed();
        }
    }
}
