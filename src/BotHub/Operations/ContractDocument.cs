using BotHub.Channels.Web;
using BotHub.Core.Context;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BotHub.Operations;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>; a checked-in copy is docs/openapi.json.</summary>
internal static class ContractDocument
{
    public const string Name = "v1";

    private const string TokenScheme = "conversationToken", KeyScheme = "operatorKey", ProblemType = "application/problem+json";

    /// <summary>What the framework cannot see: bodies that are written to the response piece by piece or as they were stored.</summary>
    private static readonly Dictionary<string, (string ContentType, Type Type)> Bodies = new()
    {
        ["followEvents"] = ("text/event-stream", typeof(WireEvent)),
        ["readTurn"] = ("application/json", typeof(TurnLedger)),
    };

    public static void AddContractDocument(this IServiceCollection services) => services.AddOpenApi(Name, o =>
    {
        o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        o.AddDocumentTransformer(static (document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
        o.AddOperationTransformer(static async (operation, context, cancel) =>
        {
            Describe(operation, context);
            await DescribeBodyAsync(operation, context, cancel);
        });
        o.AddSchemaTransformer(static (schema, _, _) =>
        {
            Describe(schema);
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiDocument document)
    {
        // The document is the same wherever the hub runs: no address, and no build's version.
        document.Servers?.Clear();
        document.Info = new OpenApiInfo
        {
            Title = "BotHub",
            Version = Name,
            Description = ContractTexts.About,
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        (document.Components ??= new OpenApiComponents()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [TokenScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = ContractTexts.Token },
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = ContractTexts.Key },
        };
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var path = "/" + context.Description.RelativePath;
        if (ContractTexts.Operations.TryGetValue($"{context.Description.HttpMethod} {path}", out var text))
            (operation.OperationId, operation.Summary, operation.Description) = (text.Id, text.Summary, text.Description);
        foreach (var (code, response) in operation.Responses ?? [])
            if (response.Content?.ContainsKey(ProblemType) == true && ContractTexts.Answers.TryGetValue(code, out var answer)) ((OpenApiResponse)response).Description = answer;
        if (operation.OperationId == "createConversation" && operation.RequestBody is OpenApiRequestBody body) body.Required = false;
        operation.Parameters ??= [];
        // The handlers read the path by themselves, so the framework knows only some of its parameters.
        foreach (var (parameter, description) in ContractTexts.Parameters)
        {
            var given = operation.Parameters.OfType<OpenApiParameter>().FirstOrDefault(p => p.Name == parameter);
            if (given is not null) given.Description = description;
            else if (path.Contains($"{{{parameter}}}", StringComparison.Ordinal))
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter,
                    In = ParameterLocation.Path,
                    Required = true,
                    Description = description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
        }

        if (operation.Parameters.Count == 0) operation.Parameters = null;
        if (operation.OperationId == "readUsage")
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] }];
        if (path.Contains("{conversation}", StringComparison.Ordinal))
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenScheme, context.Document)] = [] }];
    }

    private static async Task DescribeBodyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        if (operation.OperationId is not { } id || !Bodies.TryGetValue(id, out var body)) return;
        context.Document?.AddComponent(body.Type.Name, await context.GetOrCreateSchemaAsync(body.Type, null, cancel));
        ((OpenApiResponse)operation.Responses!["200"]).Content = new Dictionary<string, OpenApiMediaType>
        {
            [body.ContentType] = new() { Schema = new OpenApiSchemaReference(body.Type.Name, context.Document) },
        };
    }

    private static void Describe(OpenApiSchema schema)
    {
        // The framework would also read numbers from strings; the contract does not promise that.
        if (schema.Type is { } type && type.HasFlag(JsonSchemaType.String) && (type & (JsonSchemaType.Integer | JsonSchemaType.Number)) != 0)
            (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);
        // What is null is left out.
        schema.Required?.ExceptWith((schema.Properties ?? new Dictionary<string, IOpenApiSchema>()).Where(p => IsNullable(p.Value)).Select(p => p.Key).ToList());
    }

    private static bool IsNullable(IOpenApiSchema schema) =>
        schema.Type?.HasFlag(JsonSchemaType.Null) == true || schema.OneOf?.Any(s => s.Type == JsonSchemaType.Null) == true;
}
