using System.Buffers.Binary;

namespace BotHub.Llama.Tests;

public sealed class ModelFileTests(ModelFixture fixture) : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"bothub-{Guid.NewGuid():N}.gguf");

    [Fact]
    public void A_missing_file_is_named() => Expect(LlamaErrorKind.ModelMissing);

    [Fact]
    public void Garbage_is_not_a_model()
    {
        File.WriteAllText(_file, "<html>404 not found, and so on and on</html>");

        Expect(LlamaErrorKind.NotGguf);
    }

    [Fact]
    public void An_empty_file_is_not_a_model()
    {
        File.WriteAllBytes(_file, []);

        Expect(LlamaErrorKind.NotGguf);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(0x03000000u)] // version 3 in the other byte order
    public void Versions_of_the_past_and_the_future_are_refused(uint version)
    {
        var header = new byte[64];
        "GGUF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), version);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), 1);
        File.WriteAllBytes(_file, header);

        Expect(LlamaErrorKind.UnsupportedGgufVersion);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(50_000_000)]
    public void An_interrupted_download_is_recognised(int length)
    {
        _ = fixture.Model;
        using (var whole = File.OpenRead(ModelFixture.Path!))
        using (var part = File.Create(_file))
        {
            whole.CopyTo(part);
            part.SetLength(length);
        }

        Expect(LlamaErrorKind.Truncated);
    }

    [Fact]
    public void An_unknown_architecture_is_recognised()
    {
        // One metadata pair, general.architecture = "future", and one tensor that is never reached.
        using (var writer = new BinaryWriter(File.Create(_file)))
        {
            writer.Write("GGUF"u8);
            writer.Write(3u);
            writer.Write(1L);
            writer.Write(1L);
            Text(writer, "general.architecture");
            writer.Write(8); // a string
            Text(writer, "future");
            Text(writer, "token_embd.weight");
            writer.Write(1u);
            writer.Write(32L);
            writer.Write(0); // F32
            writer.Write(0L);
            writer.Write(new byte[1024]);
        }

        Expect(LlamaErrorKind.UnsupportedArchitecture);

        static void Text(BinaryWriter writer, string text)
        {
            writer.Write((long)text.Length);
            writer.Write(text.AsSpan());
        }
    }

    [Fact]
    public void Options_out_of_range_are_all_named_at_once()
    {
        var error = Assert.Throws<LlamaException>(() => new LlamaEngine(fixture.Model, new LlamaEngineOptions { Slots = 0, ContextPerSlot = 100_000, BatchTokens = 1 }));

        Assert.Contains("Slots is 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("ContextPerSlot is 100000", error.Message, StringComparison.Ordinal);
        Assert.Contains("BatchTokens is 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_beyond_the_memory_is_refused_before_it_is_made()
    {
        var error = Assert.Throws<LlamaException>(() => new LlamaEngine(fixture.Model, new LlamaEngineOptions { SnapshotBytes = 1L << 50 }));

        Assert.Equal(LlamaErrorKind.OutOfMemory, error.Kind);
        Assert.Contains("for saved ones), and", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Ask for fewer slots or a shorter context.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_about_the_model_are_known()
    {
        Assert.Equal("llama", fixture.Model.Architecture);
        Assert.Equal(8192, fixture.Model.TrainedContext);
        Assert.Equal(49152, fixture.Model.Tokenizer.VocabularySize);
        // 2 bytes, keys and values, 30 layers, 3 heads of 64.
        Assert.Equal(2 * 2 * 30 * 3 * 64, fixture.Model.KvBytesPerToken);
    }

    public void Dispose() => File.Delete(_file);

    private void Expect(LlamaErrorKind kind)
    {
        var error = Assert.Throws<LlamaException>(() => LlamaModel.Load(new LlamaModelOptions { Path = _file }));
        Assert.Equal(kind, error.Kind);
        Assert.Contains(_file, error.Message, StringComparison.Ordinal);
    }
}
