package dev.sae4j.lm.harvest;

import dev.sae4j.kernel.Workers;
import dev.sae4j.lm.Encoded;
import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.LanguageModel;
import dev.sae4j.lm.TokenBatch;
import java.util.List;
import java.util.OptionalInt;

/// A language model, read at one hook.
record ModelRunner(LanguageModel model, Hook hook, Workers workers) implements Runner {
    @Override
    public String name() {
        return model.name();
    }

    @Override
    public int width() {
        return model.spec().width();
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
    public OptionalInt bos() {
        return model.tokenizer().bos();
    }

    @Override
    public boolean isSpecial(int token) {
        return model.tokenizer().isSpecial(token);
    }

    @Override
    public void run(TokenBatch batch, ForwardPass.Reader reader) {
        model.forward(workers, batch).read(hook, reader).run();
    }
}
