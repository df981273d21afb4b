package dev.sae4j.lm.harvest;

import dev.sae4j.io.UsageException;
import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Encoded;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A language model, read at some hooks in one pass: their values stand side by side in a row.
record ModelRunner(LanguageModel model, List<Hook> hooks, Workers workers) implements Runner {
    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Map<String, String> identity() {
        return model.identity();
    }

    @Override
    public String nameOf(Hook hook) {
        return model.nameOf(hook);
    }

    @Override
    public int[] widths() {
        return hooks.stream().mapToInt(model::width).toArray();
    }

    @Override
    public int maxContext() {
        return model.spec().context();
    }

    @Override
    public List<int[]> encode(List<String> texts) {
        return model.tokenizer().encodeAll(texts).stream().map(Encoded::ids).toList();
    }

    @Override
    public List<int[]> encodePlain(List<String> texts) {
        return model.tokenizer().encodeAllPlain(texts).stream().map(Encoded::ids).toList();
    }

    @Override
    public OptionalInt bos() {
        return model.tokenizer().bos();
    }

    @Override
    public OptionalInt namedBos() {
        return model.tokenizer().namedBos();
    }

    @Override
    public OptionalInt separator(ContextRule.Separator separator) {
        OptionalInt token =
                switch (separator) {
                    case NONE -> OptionalInt.empty();
                    case EOS -> model.tokenizer().eos();
                    case BOS -> namedBos();
                };
        if (token.isEmpty() && separator != ContextRule.Separator.NONE) {
            throw new UsageException(
                    "the tokenizer of %s names no %s token to stand between documents: use another --separator"
                            .formatted(model.name(), separator));
        }
        return token;
    }

    @Override
    public boolean isSpecial(int token) {
        return model.tokenizer().isSpecial(token);
    }

    @Override
    public void run(TokenBatch batch, ForwardPass.Reader reader) {
        try {
            runAll(batch, reader);
        } catch (InternalError e) { // what the system gives for a map whose file was cut short
            model.requireUnchanged();
            throw e;
        }
    }

    private void runAll(TokenBatch batch, ForwardPass.Reader reader) {
        ForwardPass pass = model.forward(workers, batch);
        if (hooks.size() == 1) {
            pass.read(
                            hooks.getFirst(),
                            (values, rows, width) -> {
                                model.requireUnchanged();
                                reader.accept(values, rows, width);
                            })
                    .run();
            return;
        }
        float[] all = new float[Math.multiplyExact(batch.tokenCount(), width())];
        int wide = width();
        int first = 0;
        for (Hook hook : hooks) {
            int from = first;
            pass.read(hook, (values, rows, width) -> put(values, width, all, wide, from));
            first += model.width(hook);
        }
        pass.run();
        model.requireUnchanged();
        reader.accept(all, batch.tokenCount(), wide);
    }

    private static void put(float[] values, int width, float[] all, int wide, int first) {
        for (int from = 0, to = first; to < all.length; from += width, to += wide) {
            System.arraycopy(values, from, all, to, width);
        }
    }
}
