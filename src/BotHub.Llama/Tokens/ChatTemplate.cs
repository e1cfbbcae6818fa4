using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BotHub.Llama.Native;

namespace BotHub.Llama;

/// <summary>
/// A model's chat format as a list of parts: fixed text of the template, and places where a message's content goes. llama.cpp
/// renders it with markers in place of the contents, so that contents are never part of what is parsed for special tokens.
/// </summary>
/// <param name="template">The Jinja text from the model file, which is only recognised, not run; or a built-in name.</param>
/// <param name="forced">True when <paramref name="template"/> comes from the options.</param>
internal sealed unsafe class ChatTemplate(string? template, bool forced)
{
    // Control characters that no template holds. The vertical tabs are white space: where the format trims contents they vanish.
    private const char Open = '\u0001', Close = '\u0002', Edge = '\v';

    /// <summary>One part: text of the template, or (when <see cref="Message"/> is not negative) a message's content.</summary>
    internal readonly record struct Part(string Text, int Message, bool TrimStart, bool TrimEnd);

    /// <summary>The parts for messages of these roles, with the opening of the assistant's answer at the end.</summary>
    /// <exception cref="LlamaException">The template is missing or not one that llama.cpp knows.</exception>
    internal List<Part> Render(IReadOnlyList<string> roles)
    {
        if (template is null)
            throw new LlamaException(LlamaErrorKind.ChatTemplate, "The model file holds no chat template, so it is probably not a chat model. Take its instruct version, or set ChatTemplate to a built-in name such as chatml.");
        return Split(Apply(template, roles), roles.Count);
    }

    private string Apply(string text, IReadOnlyList<string> roles)
    {
        var memory = new List<nint>(2 * roles.Count + 1);
        var messages = new NativeChatMessage[roles.Count];
        var buffer = ArrayPool<byte>.Shared.Rent(1024 + 256 * roles.Count);
        try
        {
            var nativeTemplate = Utf8(text);
            for (var i = 0; i < roles.Count; i++)
                messages[i] = new NativeChatMessage { Role = Utf8(roles[i]), Content = Utf8(string.Create(CultureInfo.InvariantCulture, $"{Edge}{Open}{i}{Close}{Edge}")) };
            while (true)
            {
                int length;
                fixed (NativeChatMessage* m = messages)
                fixed (byte* b = buffer)
                    length = Api.llama_chat_apply_template(nativeTemplate, m, (nuint)messages.Length, addAssistant: true, b, buffer.Length);
                if (length < 0) throw Unknown();
                if (length <= buffer.Length) return Encoding.UTF8.GetString(buffer, 0, length);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (var pointer in memory) Marshal.FreeCoTaskMem(pointer);
        }

        byte* Utf8(string s)
        {
            var pointer = Marshal.StringToCoTaskMemUTF8(s);
            memory.Add(pointer);
            return (byte*)pointer;
        }
    }

    private static List<Part> Split(string rendered, int count)
    {
        var parts = new List<Part>(2 * count + 1);
        var at = 0;
        while (rendered.IndexOf(Open, at) is var open and >= 0)
        {
            var close = rendered.IndexOf(Close, open);
            var keepsStart = open > at && rendered[open - 1] == Edge;
            var keepsEnd = close + 1 < rendered.Length && rendered[close + 1] == Edge;
            var before = rendered[at..(keepsStart ? open - 1 : open)];
            if (before.Length > 0) parts.Add(new Part(before, -1, false, false));
            var message = int.Parse(rendered.AsSpan(open + 1, close - open - 1), NumberStyles.None, CultureInfo.InvariantCulture);
            parts.Add(new Part("", message, !keepsStart, !keepsEnd));
            at = keepsEnd ? close + 2 : close + 1;
        }
        if (at < rendered.Length) parts.Add(new Part(rendered[at..], -1, false, false));
        return parts;
    }

    private LlamaException Unknown() => new(LlamaErrorKind.ChatTemplate, forced
        ? $"llama.cpp {NativeLibraries.Version} has no built-in chat format named '{template}'. Set ChatTemplate to one that it has: chatml, llama2, llama3, llama4, gemma, mistral-v1, mistral-v3, mistral-v7, phi3, phi4, zephyr, deepseek3, command-r, ..."
        : $"The model's chat template is none of those that llama.cpp {NativeLibraries.Version} has built in. Set ChatTemplate to the built-in name of the format that the model was trained with (chatml, llama3, gemma, mistral-v7, phi4, ...).");
}
