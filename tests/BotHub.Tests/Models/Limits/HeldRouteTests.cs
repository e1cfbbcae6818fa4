using BotHub.FakeOpenAI.Faults;
using BotHub.Tests.Models.Routing;

namespace BotHub.Tests.Models.Limits;

/// <summary>A model that has to be left alone, in a route with another one behind it.</summary>
public sealed class HeldRouteTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(20)]
    public async Task While_a_provider_wants_no_calls_the_next_model_answers_and_the_first_is_not_called(int seconds)
    {
        await using var route = await RouteHub.StartAsync(("Models:smart:Overflow:QueueTime", "00:00:05"));
        route.First.Faults.Add(new Fault(FaultKind.Status) { Status = 429, RetryAfter = seconds });
        route.Second.Answer = _ => "second";
        var visitor = await route.Hub.VisitAsync();

        foreach (var question in (string[])["one", "two", "three"]) Assert.Equal("second", (await visitor.AskAsync(question)).Text);

        Assert.Single(route.First.Requests);
    }

    [Fact]
    public async Task A_model_without_room_under_its_limits_is_passed_over()
    {
        await using var route = await RouteHub.StartAsync(("Models:smart:Overflow:QueueTime", "00:00:05"), ("Models:first:RequestsPerMinute", "1"));
        (route.First.Answer, route.Second.Answer) = (_ => "first", _ => "second");
        var visitor = await route.Hub.VisitAsync();

        List<string> answers = [];
        foreach (var question in (string[])["one", "two", "three"]) answers.Add((await visitor.AskAsync(question)).Text);

        Assert.Equal(["first", "second", "second"], answers);
    }
}
