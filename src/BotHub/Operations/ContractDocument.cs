using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BotHub.Operations;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>; a checked-in copy is docs/openapi.json.</summary>
internal static class ContractDocument
{
    public const string Name = "v1";

    private const string TokenScheme = "conversationToken";

    public static void AddContractDocument(this IServiceCollection services) => services.AddOpenApi(Name, o =>
    {
        o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        o.AddDocumentTransformer(static (document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
        o.AddOperationTransformer(static (operation, context, _) =>
        {
            Describe(operation, context);
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
        };
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var path = "/" + context.Description.RelativePath;
        if (ContractTexts.Operations.TryGetValue($"{context.Description.HttpMethod} {path}", out var text))
            (operation.OperationId, operation.Summary, operation.Description) = (text.Id, text.Summary, text.Description);
        foreach (var (code, response) in operation.Responses ?? [])
            if (ContractTexts.Answers.TryGetValue(code, out var answer) && code[0] is '4' or '5') ((OpenApiResponse)response).Description = answer;
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

        if (path.Contains("{conversation}", StringComparison.Ordinal))
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenScheme, context.Document)] = [] }];
    }
}
