using BotHub.Llama.Native;

namespace BotHub.Llama;

/// <summary>Builds the native sampler chain of a request.</summary>
internal static class SamplerFactory
{
    private const int WidestTopK = 1000;
    private const uint RandomSeed = 0xFFFFFFFF; // LLAMA_DEFAULT_SEED: the library draws one

    internal static SamplerHandle Create(LlamaSampling sampling, ReadOnlySpan<int> prompt, int vocabularySize)
    {
        var parameters = Api.llama_sampler_chain_default_params();
        parameters.NoPerf = true;
        var chain = Api.llama_sampler_chain_init(parameters);
        var penalises = sampling.PenaltyWindow > 0 && (sampling.RepeatPenalty != 1f || sampling.FrequencyPenalty != 0f || sampling.PresencePenalty != 0f);
        var greedy = sampling.Temperature <= 0f;

        // top_k comes first: on a whole vocabulary top_p takes 60 times as long and penalties 5 times.
        if (!greedy || penalises)
            Add(Api.llama_sampler_init_top_k(Math.Clamp(sampling.TopK == 0 ? WidestTopK : sampling.TopK, 1, WidestTopK)));
        if (penalises)
            Add(Api.llama_sampler_init_penalties(vocabularySize, sampling.PenaltyWindow, sampling.RepeatPenalty, sampling.FrequencyPenalty, sampling.PresencePenalty));
        if (greedy)
        {
            Add(Api.llama_sampler_init_greedy());
        }
        else
        {
            if (sampling.TopP < 1f) Add(Api.llama_sampler_init_top_p(sampling.TopP, 1));
            if (sampling.MinP > 0f) Add(Api.llama_sampler_init_min_p(sampling.MinP, 1));
            Add(Api.llama_sampler_init_temp(sampling.Temperature));
            Add(Api.llama_sampler_init_dist(sampling.Seed ?? RandomSeed));
        }

        // The prompt's end counts as seen, or the model would repeat the question at once.
        if (penalises)
            foreach (var token in prompt[^Math.Min(prompt.Length, sampling.PenaltyWindow)..]) Api.llama_sampler_accept(chain, token);
        return chain;

        void Add(nint sampler) => Api.llama_sampler_chain_add(chain, sampler);
    }
}
