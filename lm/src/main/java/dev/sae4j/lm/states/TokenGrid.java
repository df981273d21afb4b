package dev.sae4j.lm.states;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.Tensor;
import dev.sae4j.io.TensorFile;
import dev.sae4j.lm.TokenBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Tokens of some sequences as other tools keep them: one row each, padded on the right.
///
/// @param ids `[rows, columns]`, row-major; anything behind the end of a row
/// @param lengths `[rows]`, tokens of each row that count
/// @param columns tokens of a row, padding included
public record TokenGrid(int[] ids, int[] lengths, int columns) {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final int MOST = 1 << 26;

    public TokenGrid {
        if (ids.length != Math.multiplyExact(lengths.length, columns)) {
            throw new IllegalArgumentException(
                    "%d ids are no %d rows of %d".formatted(ids.length, lengths.length, columns));
        }
        for (int length : lengths) {
            if (length < 0 || length > columns) {
                throw new IllegalArgumentException(
                        "a length of %d in rows of %d".formatted(length, columns));
            }
        }
    }

    /// One sequence.
    public static TokenGrid of(int... ids) {
        return new TokenGrid(ids.clone(), new int[] {ids.length}, ids.length);
    }

    /// Number of sequences.
    public int rows() {
        return lengths.length;
    }

    /// Tokens that count, of all rows together.
    public int tokens() {
        return Arrays.stream(lengths).sum();
    }

    /// The sequences of some rows without their padding.
    TokenBatch batch(int from, int to) {
        return TokenBatch.of(
                IntStream.range(from, to)
                        .mapToObj(
                                r -> Arrays.copyOfRange(ids, r * columns, r * columns + lengths[r]))
                        .toList());
    }

    /// Reads token ids, whole numbers `[rows, columns]` or `[columns]`, and `attention_mask` of the
    /// same shape if there is one: 1 for tokens, 0 for padding, which must stand on the right. A name
    /// `long.input_ids` goes with `long.attention_mask`.
    ///
    /// @param name of the tensor; empty for `input_ids`, or the only tensor of whole numbers
    public static TokenGrid read(TensorFile file, String name) {
        Tensor found = find(file, name);
        long[] shape = found.shape();
        if (found.dtype().isFloating() || shape.length < 1 || shape.length > 2) {
            throw wrong(
                    file, found, "expected token ids, whole numbers [tokens] or [rows, tokens]");
        }
        if (found.elements() == 0 || found.elements() > MOST) {
            throw wrong(file, found, "expected between 1 and %,d tokens".formatted(MOST));
        }
        int columns = (int) shape[shape.length - 1];
        int rows = (int) (found.elements() / columns);
        int[] ids = new int[rows * columns];
        long[] wide = found.toLongs();
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.clamp(wide[i], -1, Integer.MAX_VALUE); // no model knows either
        }
        int[] lengths = new int[rows];
        Arrays.fill(lengths, columns);
        String mask =
                found.name().endsWith(IDS)
                        ? found.name().substring(0, found.name().length() - IDS.length()) + MASK
                        : MASK;
        var beside = file.find(mask);
        if (beside.isPresent() && !beside.get().name().equals(found.name())) {
            if (beside.get().hasShape(shape)) {
                lengths(file.file(), beside.get(), columns, lengths);
            } else if (!mask.equals(MASK) || found.name().equals(IDS)) {
                throw wrong(
                        file,
                        beside.get(),
                        "expected the shape of '%s', %s"
                                .formatted(found.name(), Arrays.toString(shape)));
            }
        }
        return new TokenGrid(ids, lengths, columns);
    }

    private static Tensor find(TensorFile file, String name) {
        if (!name.isEmpty()) {
            return file.find(name)
                    .orElseThrow(() ->
                            Sae4jException.in(
                                    file.file(),
                                    "has no tensor '%s': it has %s"
                                            .formatted(name, file.someNames())));
        }
        if (file.find(IDS).isPresent()) {
            return file.find(IDS).get();
        }
        List<Tensor> whole =
                file.tensors().values().stream().filter(t -> !t.dtype().isFloating()).toList();
        if (whole.size() != 1) {
            throw Sae4jException.in(
                    file.file(),
                    "has no tensor '%s' but %s: say which one holds the token ids, as %s#NAME"
                            .formatted(IDS, file.someNames(), file.file().getFileName()));
        }
        return whole.getFirst();
    }

    private static void lengths(Path file, Tensor mask, int columns, int[] lengths) {
        float[] real = mask.toFloats();
        for (int row = 0; row < lengths.length; row++) {
            int n = 0;
            while (n < columns && real[row * columns + n] != 0) {
                n++;
            }
            lengths[row] = n;
            for (int i = n; i < columns; i++) {
                if (real[row * columns + i] != 0) {
                    throw Sae4jException.in(
                            file,
                            "'%s' has a token behind padding in row %d: expected padding on the right only"
                                    .formatted(mask.name(), row));
                }
            }
        }
    }

    private static Sae4jException wrong(TensorFile file, Tensor tensor, String expected) {
        return Sae4jException.in(
                file.file(),
                "tensor '%s' is %s: %s".formatted(tensor.name(), tensor.describe(), expected));
    }
}
