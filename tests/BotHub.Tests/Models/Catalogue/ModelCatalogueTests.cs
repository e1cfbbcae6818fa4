using BotHub.Models.Catalogue;

namespace BotHub.Tests.Models.Catalogue;

public sealed class ModelCatalogueTests
{
    [Fact]
    public void Every_model_is_https_permissive_checked_and_named_after_its_file()
    {
        Assert.All(ModelCatalogue.All, model =>
        {
            Assert.Equal(Uri.UriSchemeHttps, model.Url.Scheme);
            Assert.EndsWith("/" + model.File, model.Url.AbsolutePath, StringComparison.Ordinal);
            Assert.Contains(model.Licence, new[] { "Apache-2.0", "MIT" });
            Assert.Matches("^[0-9a-f]{64}$", model.Sha256);
        });
        Assert.Equal(ModelCatalogue.All.Count, ModelCatalogue.Names.Distinct().Count());
        Assert.Same(ModelCatalogue.Default, ModelCatalogue.Find("QWEN2.5-1.5B"));
    }

    [Theory]
    [InlineData(1_117_320_736, "1.12 GB")]
    [InlineData(98_362_432, "98 MB")]
    [InlineData(1_200, "1 kB")]
    public void Sizes_read_well(long bytes, string text) => Assert.Equal(text, ByteSize.Text(bytes));
}
