using BotHub.Tests.Hosting;

namespace BotHub.Tests.Channels.Web;

public sealed class WebConversationTests(WebConversationTests.Fixture fixture) : ConversationSuite<WebConversationTests.Fixture>(fixture), IClassFixture<WebConversationTests.Fixture>
{
    public sealed class Fixture : ChannelFixture
    {
        public override async Task<IPerson> MeetAsync(TestHub hub)
        {
            var visitor = await hub.VisitAsync();
            return new Person(visitor, await visitor.FollowAsync());
        }

        protected override TestHub Create((string Key, string Value)[] settings) => new(settings);
    }

    private sealed class Person(TestVisitor visitor, TestStream events) : IPerson
    {
        public async Task SayAsync(string text)
        {
            using var response = await visitor.PostAsync(text);
            response.EnsureSuccessStatusCode();
        }

        public async Task<string> NextAnswerAsync()
        {
            var turn = (await events.NextAsync("RUN_FINISHED", "RUN_ERROR")).GetProperty("runId").GetString();
            return (await visitor.MessagesAsync()).Single(m => m.Role == "assistant" && m.Turn == turn).Text;
        }

        public Task SeeBeginningAsync() => events.NextAsync("TEXT_MESSAGE_CONTENT");

        public async Task StopAsync()
        {
            using var response = await visitor.Http.PostAsync($"{visitor.Base}/stop", null);
            response.EnsureSuccessStatusCode();
        }

        public async Task<IReadOnlyList<string>> AnswersAsync() =>
            [.. (await visitor.MessagesAsync()).Where(m => m.Role == "assistant" && m.State != "answering").Select(m => m.Text)];

        public ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
