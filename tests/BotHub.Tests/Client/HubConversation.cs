using System.Net;
using System.Text.Json;

namespace BotHub.Tests.Client;

/// <summary>One conversation and its token.</summary>
public sealed class HubConversation(HubClient client, OpenedConversation opened)
{
    private string Path => $"api/chat/conversations/{Id}";

    public string Id => opened.Conversation;

    public string Token => opened.Token;

    public HubClient Client => client;

    /// <summary>Posts until acknowledged, always under the same id.</summary>
    public async Task<AcceptedMessage> PostAsync(string id, string text, CancellationToken cancel)
    {
        var accepted = await client.CallAsync<AcceptedMessage>(client.AnyReplica, HttpMethod.Post, $"{Path}/messages", Token, new { id, text }, HttpStatusCode.Accepted, cancel);
        return accepted.Message == id ? accepted : throw new ContractException($"'{id}' was acknowledged as '{accepted.Message}'.");
    }

    public Task<HubMessages> ReadAsync(CancellationToken cancel, Uri? replica = null) =>
        client.CallAsync<HubMessages>(() => replica ?? client.AnyReplica(), HttpMethod.Get, $"{Path}/messages?limit=200", Token, null, HttpStatusCode.OK, cancel);

    public Task<HubLedger> ReadLedgerAsync(string turn, CancellationToken cancel) =>
        client.CallAsync<HubLedger>(client.AnyReplica, HttpMethod.Get, $"{Path}/turns/{turn}", Token, null, HttpStatusCode.OK, cancel);

    public Task StopAsync(Uri replica, CancellationToken cancel) =>
        client.CallAsync<string>(() => replica, HttpMethod.Post, $"{Path}/stop", Token, null, HttpStatusCode.Accepted, cancel);

    /// <summary>Opens the event stream once. Null when the replica refused for now.</summary>
    internal async Task<HttpResponseMessage?> TryFollowAsync(Uri replica, long? after, CancellationToken cancel)
    {
        var response = await client.SendAsync(replica, HttpMethod.Get, $"{Path}/events{(after is null ? "" : $"?after={after}")}", Token, null, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == HttpStatusCode.OK) return response;
        using (response)
        {
            if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                throw new ContractException($"The event stream was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancel)}");
            await client.WaitAsAskedAsync(response, cancel);
            return null;
        }
    }

    internal static HubEvent Parse(string id, string data)
    {
        if (!long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out var number)) throw new ContractException($"An event has the id '{id}'.");
        return JsonSerializer.Deserialize<HubEvent>(data, HubJson.Options)! with { Id = number };
    }
}
