using BotHub.Benchmarks;

// dotnet run -c Release --project tests/BotHub.Benchmarks -- store|web|engine [arguments]
return args switch
{
    ["store", .. var rest] => await StoreBenchmark.RunAsync(rest),
    ["web", .. var rest] => await WebBenchmark.RunAsync(rest),
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Name a benchmark. Each compares things side by side in one run and prints ratios; run it on a quiet machine.
          store    accept, claim, commit, receipt beside bare scripts
          web      messages a second over the web channel with echo, beside the same contract answered from memory
          engine   tokens a second of 1, 4 and 16 conversations beside single-stream decoding (needs a model file)
        """);
    return 2;
}
