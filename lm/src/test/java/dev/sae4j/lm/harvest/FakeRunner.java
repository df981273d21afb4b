package dev.sae4j.lm.harvest;

import dev.sae4j.lm.ForwardPass;
import dev.sae4j.lm.TokenBatch;
import java.util.List;
import java.util.OptionalInt;

/// A model of two numbers: the token and its place in the batch's sequence. A token is a character;
/// `#` is special. `!` gives NaN, `^` a value a thousand times as large.
final class FakeRunner implements Runner {
    static final int BOS = 1;
    static final int EOS = '$';

    private final boolean addsBos;
    int batches;
    int mostTokens;

    FakeRunner(boolean addsBos) {
        this.addsBos = addsBos;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public int[] widths() {
        return new int[] {2};
    }

    @Override
    public int maxContext() {
        return 16;
    }

    @Override
    public List<int[]> encode(List<String> texts) {
        return texts.stream().map(t -> ((addsBos ? "\u0001" : "") + t).chars().toArray()).toList();
    }

    @Override
    public List<int[]> encodePlain(List<String> texts) {
        return texts.stream().map(t -> t.chars().toArray()).toList();
    }

    @Override
    public OptionalInt namedBos() {
        return OptionalInt.of(BOS);
    }

    @Override
    public OptionalInt separator(ContextRule.Separator separator) {
        return switch (separator) {
            case NONE -> OptionalInt.empty();
            case BOS -> OptionalInt.of(BOS);
            case EOS -> OptionalInt.of(EOS);
        };
    }

    @Override
    public OptionalInt bos() {
        return addsBos ? OptionalInt.of(BOS) : OptionalInt.empty();
    }

    @Override
    public boolean isSpecial(int token) {
        return token == BOS || token == EOS || token == '#';
    }

    @Override
    public void run(TokenBatch batch, ForwardPass.Reader reader) {
        batches++;
        mostTokens = Math.max(mostTokens, batch.tokenCount());
        int[] positions = batch.positions();
        float[] values = new float[2 * batch.tokenCount()];
        for (int i = 0; i < batch.tokenCount(); i++) {
            int token = batch.tokens()[i];
            values[2 * i] = token == '!' ? Float.NaN : token == '^' ? 1000 * token : token;
            values[2 * i + 1] = positions[i];
        }
        reader.accept(values, batch.tokenCount(), 2);
    }
}
