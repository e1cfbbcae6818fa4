using BotHub.Benchmarks;

// dotnet run -c Release --project tests/BotHub.Benchmarks -- store|turn|web|telegram|engine [arguments]
return args switch
{
    ["store", .. var rest] => await StoreBenchmark.RunAsync(rest),
    ["turn", .. var rest] => await TurnBenchmark.RunAsync(rest),
    ["web", .. var rest] => await WebBenchmark.RunAsync(rest),
    ["telegram", .. var rest] => await TelegramBenchmark.RunAsync(rest),
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Name a benchmark. Each compares things side by side in one run and prints ratios; run it on a quiet machine.
          store    accept, claim, commit, receipt beside bare scripts
          turn     the pipeline's own cost a message: a channel that shows nothing, the echo, redis-server and the embedded store
          web      messages a second over the web channel with echo, beside the same contract answered from memory
          telegram updates a second from webhook to sendMessage, beside a grammY bot with its history in Redis (needs node, and npm ci in peers/)
          engine   tokens a second of 1, 4 and 16 conversations beside single-stream decoding (needs a model file)
        """);
    return 2;
}
