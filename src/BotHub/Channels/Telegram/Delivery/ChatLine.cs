using System.Globalization;
using BotHub.Core.Conversations;
using BotHub.Core.Delivery;
using BotHub.Core.Pipeline;
using Telegram.Bot;
using Telegram.Bot.Types;
using Telegram.Bot.Types.Enums;
using Telegram.Bot.Types.ReplyMarkups;

namespace BotHub.Channels.Telegram;

/// <summary>
/// All that is shown in one chat under one lease goes through here: the budget is asked before each call, the lease before each call that
/// stays visible, and what the server answers becomes an outcome. Nothing is repeated but what a 429 refused, and that after its time.
/// </summary>
internal sealed partial class ChatLine(TelegramBot bot, TelegramAddress address, ReplyLease lease, DeliveryRoom room, ILogger log)
{
    /// <summary>The longest a call may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What must be left of the lease. Its keeper renews it while a call runs: this is for the case that the keeper can't, and it costs
    /// nothing as long as the lease is as fresh as the keeper leaves it.
    /// </summary>
    private static readonly TimeSpan Ensured = TimeSpan.FromSeconds(6);

    /// <summary>The longest that a durable call waits for its turn here. A longer wait gives the conversation back.</summary>
    private static readonly TimeSpan Patience = IOutboundGovernor.ReservedAtMost;

    /// <summary>So many calls a second that a silent chat may get at once. Typing needs 3: see <see cref="OutboundPriority"/>.</summary>
    private const int Burst = 3;

    private static readonly LinkPreviewOptions _noPreview = new() { IsDisabled = true };

    private readonly string _key = bot.Key;
    private readonly string _chatKey = address.ChatKey;
    private readonly OutboundLimits _limits = new(bot.Options.CallsPerSecond, bot.Options.ChatCallsPerSecond, Burst, bot.Options.GroupCallsPerMinute);
    private bool _noThread;

    public ServerAbilities Server { get; } = room.Servers.Of(bot);

    public TelegramBotOptions Options => bot.Options;

    public TelegramAddress Address => address;

    private int? Thread => _noThread ? null : address.Topic;

    private LinkPreviewOptions? LinkPreview => bot.Options.LinkPreviews ? null : _noPreview;

    /// <summary>The topic is gone: what follows goes to the chat itself. False when it did already.</summary>
    public bool LeaveThread()
    {
        var left = !_noThread && address.Topic is not null;
        _noThread = true;
        return left;
    }

    public Task<CallResult> SendAsync(MessagePart part, int? replyTo, InlineKeyboardMarkup? buttons, OutboundPriority priority)
    {
        var reply = replyTo is { } id ? new ReplyParameters { MessageId = id, AllowSendingWithoutReply = true } : null;
        return part is RichPart rich
            ? CallAsync("sendRichMessage", priority, recent: true, async (chat, cancel) =>
                (await bot.Client.SendRichMessage(chat, Rich(rich), reply, buttons, messageThreadId: Thread, cancellationToken: cancel)).Id)
            : CallAsync("sendMessage", priority, recent: false, (chat, cancel) =>
                bot.Client.SendTextAsync(chat, Thread, Text(part), Entities(part), LinkPreview, reply, buttons, cancel));
    }

    public Task<CallResult> EditAsync(int message, MessagePart part, InlineKeyboardMarkup? buttons, OutboundPriority priority, CancellationToken cut = default) =>
        part is RichPart rich
            ? CallAsync("editMessageText", priority, recent: true, async (chat, cancel) =>
                (await bot.Client.EditMessageText(chat, message, null!, replyMarkup: buttons, richMessage: Rich(rich), cancellationToken: cancel)).Id, cut)
            : CallAsync("editMessageText", priority, recent: false, async (chat, cancel) =>
                (await bot.Client.EditMessageText(chat, message, Text(part), ParseMode.None, buttons, LinkPreview, Entities(part), cancellationToken: cancel)).Id, cut);

    public Task<CallResult> DeleteAsync(int message, OutboundPriority priority) => CallAsync("deleteMessage", priority, recent: false, async (chat, cancel) =>
    {
        await bot.Client.DeleteMessage(chat, message, cancel);
        return message;
    });

    /// <param name="text">Empty is "Thinking…".</param>
    public Task<CallResult> DraftAsync(long draft, string text, CancellationToken cut) => CallAsync("sendMessageDraft", OutboundPriority.Preview, recent: true, async (chat, cancel) =>
    {
        await bot.Client.SendMessageDraft(chat, draft, text, messageThreadId: Thread, canStop: true, cancellationToken: cancel);
        return 0;
    }, cut);

    public Task<CallResult> TypingAsync(CancellationToken cut) => CallAsync("sendChatAction", OutboundPriority.Typing, recent: false, async (chat, cancel) =>
    {
        await bot.Client.SendChatAction(chat, ChatAction.Typing, Thread, cancellationToken: cancel);
        return 0;
    }, cut);

    private static InputRichMessage Rich(RichPart part) => new() { Markdown = part.Markdown };

    private static string Text(MessagePart part) => ((TextPart)part).Text;

    private static MessageEntity[]? Entities(MessagePart part) => ((TextPart)part).Entities is { Length: > 0 } entities ? entities : null;

    private async Task<CallResult> CallAsync(string method, OutboundPriority priority, bool recent, Func<long, CancellationToken, Task<int>> call, CancellationToken cut = default)
    {
        var left = Patience;
        while (true)
        {
            // Only groups move.
            var key = address.Group ? (await room.Moves.FindAsync(_key, _chatKey, cut)).Current : _chatKey;
            var outbound = new OutboundCall(_key, key, address.Group, priority);
            (var grant, left) = await AskAsync(outbound, left, cut);
            if (grant is null) grant = await MakeAsync(outbound, recent, call, cut);
            var result = grant.Value;
            room.Metrics.Called(method, result.Outcome);
            // Asked again at once: the budget knows of the refusal, and says how long.
            if (result.Outcome == CallOutcome.Later && result.Reason is not null && IsDurable(priority) && result.Wait <= left) continue;
            return result;
        }
    }

    private static bool IsDurable(OutboundPriority priority) => priority >= OutboundPriority.Error;

    /// <returns>Null where the call may be made, and what is left of the patience.</returns>
    private async Task<(CallResult? Refused, TimeSpan Left)> AskAsync(OutboundCall call, TimeSpan left, CancellationToken cut)
    {
        var grant = await room.Governor.AskAsync(call, _limits, cut);
        while (true)
        {
            switch (grant.Outcome)
            {
                case GrantOutcome.Granted: return (null, left);
                case GrantOutcome.Dropped: return (new CallResult(CallOutcome.Dropped), left);
                case GrantOutcome.Dead: return (new CallResult(CallOutcome.Dead, Reason: "known to be gone"), left);
            }

            if (grant.Wait > left) return (CallResult.Later(grant.Wait), left);
            left -= grant.Wait;
            await Task.Delay(grant.Wait, room.Clock, cut);
            grant = grant.Reserved ? await room.Governor.ConfirmAsync(call, cut) : await room.Governor.AskAsync(call, _limits, cut);
        }
    }

    private async Task<CallResult> MakeAsync(OutboundCall outbound, bool recent, Func<long, CancellationToken, Task<int>> call, CancellationToken cut)
    {
        if (await lease.EnsureAsync(Ensured) == Fence.Lost) return new(CallOutcome.LeaseLost);
        var chat = outbound.Chat == _chatKey ? address.Chat : long.Parse(outbound.Chat, CultureInfo.InvariantCulture);
        using var timeout = new CancellationTokenSource(Timeout, room.Clock);
        using var both = cut.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cut) : null;
        try
        {
            return new(CallOutcome.Done, await call(chat, (both ?? timeout).Token));
        }
        catch (Exception e) when (CallErrors.Read(e, recent) is { } read)
        {
            await LearnAsync(outbound, read);
            return read;
        }
    }

    /// <summary>Tells everybody else what the server said of the chat.</summary>
    private async Task LearnAsync(OutboundCall call, CallResult result)
    {
        switch (result.Outcome)
        {
            case CallOutcome.Later:
                Log.LeaveAlone(log, lease.Conversation, (long)result.Wait.TotalSeconds);
                await room.Governor.PenalizeAsync(call.Bot, call.Chat, result.Wait, CancellationToken.None);
                break;
            case CallOutcome.Dead:
                Log.Dead(log, lease.Conversation, result.Reason!);
                await room.Governor.MarkDeadAsync(call.Bot, call.Chat, result.Reason!, CancellationToken.None);
                break;
            case CallOutcome.Moved:
                Log.Moved(log, lease.Conversation, result.MovedTo);
                await room.Moves.RecordAsync(call.Bot, call.Chat, (address with { Chat = result.MovedTo }).ChatKey, CancellationToken.None);
                break;
            case CallOutcome.Unauthorized:
                Log.Unauthorized(log, bot.Name, result.Reason!);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Warning, "Telegram wants to be left alone in {Conversation} for {Seconds} s.")]
        public static partial void LeaveAlone(ILogger log, ConversationId conversation, long seconds);

        [LoggerMessage(3202, LogLevel.Information, "{Conversation} can't be reached any more: {Reason}.")]
        public static partial void Dead(ILogger log, ConversationId conversation, string reason);

        [LoggerMessage(3203, LogLevel.Information, "{Conversation} has become a supergroup; its chat is {Chat} from now on.")]
        public static partial void Moved(ILogger log, ConversationId conversation, long chat);

        [LoggerMessage(3204, LogLevel.Error, "Telegram refuses the token of bot '{Bot}': {Reason}. Its replies wait.")]
        public static partial void Unauthorized(ILogger log, string bot, string reason);
    }
}
