namespace BotHub.Llama;

/// <summary>What went wrong, for callers that act on it; the message says what to do.</summary>
public enum LlamaErrorKind
{
    /// <summary>llama.cpp's libraries are not beside the program.</summary>
    NativesMissing,

    /// <summary>llama.cpp's libraries are of another version than this binding.</summary>
    NativesMismatch,

    /// <summary>No file at the model's path.</summary>
    ModelMissing,

    /// <summary>The file is not a GGUF model.</summary>
    NotGguf,

    /// <summary>The GGUF version is older or newer than the library reads.</summary>
    UnsupportedGgufVersion,

    /// <summary>The model file ends early: an interrupted download, usually.</summary>
    Truncated,

    /// <summary>The library does not know this kind of model, or it cannot generate text.</summary>
    UnsupportedArchitecture,

    /// <summary>Not enough memory for the model or its context.</summary>
    OutOfMemory,

    /// <summary>The model could not be loaded for another reason.</summary>
    LoadFailed,

    /// <summary>The model's chat template is unknown or unusable.</summary>
    ChatTemplate,

    /// <summary>The prompt is longer than a slot's context.</summary>
    PromptTooLong,

    /// <summary>The request asks for something that the engine cannot do.</summary>
    InvalidRequest,

    /// <summary>Too many requests wait already.</summary>
    QueueFull,

    /// <summary>The evaluation of this request failed.</summary>
    DecodeFailed,

    /// <summary>The engine has stopped: disposed, or its thread died.</summary>
    EngineStopped,
}

/// <summary>An error of the local engine, with a message that says what to do.</summary>
public class LlamaException(LlamaErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong.</summary>
    public LlamaErrorKind Kind { get; } = kind;
}

/// <summary>The waiting queue is full: tell the user to try again later (HTTP 429 or 503).</summary>
public sealed class LlamaQueueFullException(int capacity)
    : LlamaException(LlamaErrorKind.QueueFull, $"{capacity} requests are waiting already, and the queue holds no more. Try again later, or raise QueueCapacity or Slots.");
