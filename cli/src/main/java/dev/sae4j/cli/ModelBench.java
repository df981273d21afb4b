package dev.sae4j.cli;

import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Times a language model on random tokens, up to a hook.
///
/// @param sequences in the batch
/// @param length tokens in each
/// @param steps timed repetitions
record ModelBench(LanguageModel model, Hook hook, int sequences, int length, int steps) {
    private static final int WARM_UP = 5;

    Bench.Timing run(Workers workers) {
        var random = new SplittableRandom(1);
        List<int[]> texts = new ArrayList<>();
        for (int s = 0; s < sequences; s++) {
            texts.add(random.ints(length, 0, model.spec().vocabulary()).toArray());
        }
        TokenBatch batch = TokenBatch.of(texts);
        double[] seconds = new double[steps];
        for (int i = -WARM_UP; i < steps; i++) {
            long began = System.nanoTime();
            model.forward(workers, batch).read(hook, (values, rows, width) -> {}).run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - began) / 1e9;
            }
        }
        Arrays.sort(seconds);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", model.name());
        facts.put("hook", hook.toString());
        facts.put("shape", sequences + "x" + length);
        return new Bench.Timing(
                facts, batch.tokenCount(), (double) model.flops(batch, hook), seconds[steps / 2]);
    }
}
