using System.Runtime.InteropServices;

namespace BotHub.Llama.Native;

/// <summary>
/// Every native signature we use (llama.h, ggml.h, ggml-backend.h of version 0.5.0). Vocabulary, memory and device pointers
/// are borrowed: a vocabulary lives as long as its model, a memory as long as its context.
/// </summary>
internal static unsafe partial class Api
{
    internal const string Llama = "llama";
    internal const string Ggml = "ggml";
    internal const string GgmlBase = "ggml-base";

    // Library
    [LibraryImport(Llama)] internal static partial byte* llama_version();
    [LibraryImport(Llama)] internal static partial void llama_backend_init();
    [LibraryImport(Llama)] internal static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* data);
    [LibraryImport(Llama)] internal static partial byte* llama_print_system_info();
    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)] internal static partial void ggml_backend_load_all_from_path(string path);
    [LibraryImport(Ggml)] internal static partial nuint ggml_backend_dev_count();
    [LibraryImport(Ggml)] internal static partial nint ggml_backend_dev_get(nuint index);
    [LibraryImport(Ggml)] internal static partial nint ggml_backend_dev_by_type(DeviceType type);
    [LibraryImport(GgmlBase)] internal static partial DeviceType ggml_backend_dev_type(nint device);
    [LibraryImport(GgmlBase)] internal static partial byte* ggml_backend_dev_name(nint device);
    [LibraryImport(GgmlBase)] internal static partial byte* ggml_backend_dev_description(nint device);
    [LibraryImport(GgmlBase)] internal static partial void ggml_backend_dev_memory(nint device, nuint* free, nuint* total);
    [LibraryImport(GgmlBase)] internal static partial nint ggml_backend_dev_backend_reg(nint device);
    [LibraryImport(GgmlBase, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint ggml_backend_reg_get_proc_address(nint registry, string name);
    [LibraryImport(GgmlBase)] internal static partial ThreadPoolParams ggml_threadpool_params_default(int threads);

    // Model
    [LibraryImport(Llama)] internal static partial ModelParams llama_model_default_params();
    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)] internal static partial ModelHandle llama_model_load_from_file(string path, ModelParams parameters);
    [LibraryImport(Llama)] internal static partial void llama_model_free(nint model);
    [LibraryImport(Llama)] internal static partial nint llama_model_get_vocab(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_n_ctx_train(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_n_embd(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_n_layer(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_n_head(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_n_head_kv(ModelHandle model);
    [LibraryImport(Llama)] internal static partial ulong llama_model_size(ModelHandle model);
    [LibraryImport(Llama)] internal static partial ulong llama_model_n_params(ModelHandle model);
    [LibraryImport(Llama)] internal static partial int llama_model_desc(ModelHandle model, byte* buffer, nuint size);
    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)] internal static partial int llama_model_meta_val_str(ModelHandle model, string key, byte* buffer, nuint size);
    [LibraryImport(Llama)] internal static partial byte* llama_model_chat_template(ModelHandle model, byte* name);
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_has_encoder(ModelHandle model);
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_has_decoder(ModelHandle model);

    // Vocabulary: documented as safe from any thread
    [LibraryImport(Llama)] internal static partial int llama_vocab_type(nint vocab);
    [LibraryImport(Llama)] internal static partial int llama_vocab_n_tokens(nint vocab);
    [LibraryImport(Llama)] internal static partial int llama_vocab_bos(nint vocab);
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_get_add_bos(nint vocab);
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_is_eog(nint vocab, int token);
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_is_control(nint vocab, int token);
    [LibraryImport(Llama)]
    internal static partial int llama_tokenize(nint vocab, byte* text, int length, int* tokens, int capacity,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);
    [LibraryImport(Llama)]
    internal static partial int llama_token_to_piece(nint vocab, int token, byte* buffer, int length, int leftStrip, [MarshalAs(UnmanagedType.U1)] bool special);
    [LibraryImport(Llama)]
    internal static partial int llama_chat_apply_template(byte* template, NativeChatMessage* messages, nuint count,
        [MarshalAs(UnmanagedType.U1)] bool addAssistant, byte* buffer, int length);

    // Context: one thread at a time
    [LibraryImport(Llama)] internal static partial ContextParams llama_context_default_params();
    [LibraryImport(Llama)] internal static partial ContextHandle llama_init_from_model(ModelHandle model, ContextParams parameters);
    [LibraryImport(Llama)] internal static partial void llama_free(nint context);
    [LibraryImport(Llama)] internal static partial uint llama_n_ctx_seq(ContextHandle context);
    [LibraryImport(Llama)] internal static partial void llama_attach_threadpool(ContextHandle context, nint pool, nint batchPool);
    [LibraryImport(Llama)] internal static partial nint llama_get_memory(ContextHandle context);
    [LibraryImport(Llama)] internal static partial DecodeStatus llama_decode(ContextHandle context, NativeBatch batch);
    [LibraryImport(Llama)] internal static partial float* llama_get_logits_ith(ContextHandle context, int row);

    // Memory (KV cells) of a context
    [LibraryImport(Llama)][return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_memory_seq_rm(nint memory, int sequence, int from, int to);
    [LibraryImport(Llama)] internal static partial int llama_memory_seq_pos_max(nint memory, int sequence);
    [LibraryImport(Llama)] internal static partial nuint llama_state_seq_get_size(ContextHandle context, int sequence);
    [LibraryImport(Llama)] internal static partial nuint llama_state_seq_get_data(ContextHandle context, byte* destination, nuint size, int sequence);
    [LibraryImport(Llama)] internal static partial nuint llama_state_seq_set_data(ContextHandle context, byte* source, nuint size, int sequence);

    // Sampling
    [LibraryImport(Llama)] internal static partial SamplerChainParams llama_sampler_chain_default_params();
    [LibraryImport(Llama)] internal static partial SamplerHandle llama_sampler_chain_init(SamplerChainParams parameters);
    [LibraryImport(Llama)] internal static partial void llama_sampler_chain_add(SamplerHandle chain, nint sampler);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_greedy();
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_dist(uint seed);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_top_k(int k);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_top_p(float p, nuint minKeep);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_min_p(float p, nuint minKeep);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_temp(float temperature);
    [LibraryImport(Llama)] internal static partial nint llama_sampler_init_penalties(int vocabularySize, int lastTokens, float repeat, float frequency, float presence);
    [LibraryImport(Llama)] internal static partial int llama_sampler_sample(SamplerHandle sampler, ContextHandle context, int row);
    [LibraryImport(Llama)] internal static partial void llama_sampler_accept(SamplerHandle sampler, int token);
    [LibraryImport(Llama)] internal static partial void llama_sampler_free(nint sampler);
}
