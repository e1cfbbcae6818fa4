namespace BotHub.Llama.Tests;

public sealed class AbiTests;
