package dev.sae4j.features.collect;

import dev.sae4j.kernel.Gemm;
import dev.sae4j.kernel.PackedMatrix;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The tokens that each feature makes more and less likely, read straight through the unembedding:
///
///     logit[v] = sum over d of U[v, d] · g[d] · W_dec[feature, d]
///
/// with `U` the unembedding and `g` the weight of the final norm. There is no division by a norm and
/// no centring, so values compare within a feature, not between layers. Ties go to the smaller token.
///
/// @param depth tokens kept at each end, K
/// @param boostedToken `[F, K]`, the largest logit first
/// @param boosted `[F, K]`, their logits
/// @param suppressedToken `[F, K]`, the smallest logit first
/// @param suppressed `[F, K]`, their logits
public record LogitLens(
        int depth, int[] boostedToken, float[] boosted, int[] suppressedToken, float[] suppressed) {
    /// Features that go through the product together.
    private static final int CHUNK = 1024;

    /// Looks at all features of an SAE.
    ///
    /// @param unembedding `[V, D]`
    /// @param normWeight `[D]`; all ones to leave the final norm out
    /// @param depth tokens to keep at each end
    public static LogitLens of(
            Workers workers, Sae sae, PackedMatrix unembedding, float[] normWeight, int depth) {
        int features = sae.config().dSae();
        int width = sae.config().dOut();
        int kept = Math.min(depth, unembedding.rows());
        var up = new Extremes(features, kept, 1);
        var down = new Extremes(features, kept, -1);
        float[] rows = new float[Math.min(CHUNK, features) * width];
        for (int first = 0; first < features; first += CHUNK) {
            int from = first;
            int count = Math.min(CHUNK, features - first);
            for (int r = 0; r < count; r++) {
                sae.weights().decoder().read(first + r, rows, r * width);
                for (int d = 0; d < width; d++) {
                    rows[r * width + d] *= normWeight[d];
                }
            }
            Gemm.multiplyByRows(
                    workers,
                    Rows.of(rows, count, width),
                    unembedding,
                    (tile, stride, row, n, column, columns) -> {
                        for (int r = 0; r < n; r++) {
                            up.offer(from + row + r, tile, r * stride, column, columns);
                            down.offer(from + row + r, tile, r * stride, column, columns);
                        }
                    });
        }
        return new LogitLens(kept, up.token, up.values(), down.token, down.values());
    }

    /// The tokens a feature raises most, the most raised first.
    public List<TokenScore> boosted(int feature) {
        return row(feature, boostedToken, boosted);
    }

    /// The tokens a feature lowers most, the most lowered first.
    public List<TokenScore> suppressed(int feature) {
        return row(feature, suppressedToken, suppressed);
    }

    private List<TokenScore> row(int feature, int[] token, float[] value) {
        return IntStream.range(feature * depth, (feature + 1) * depth)
                .mapToObj(i -> new TokenScore(token[i], value[i]))
                .toList();
    }

    /// The `kept` largest values of `sign · logit` of each feature, sorted. A row is written by one
    /// thread, tokens ascending.
    private static final class Extremes {
        final int[] token;
        private final float[] key;
        private final int kept;
        private final int sign;

        Extremes(int features, int kept, int sign) {
            this.token = new int[Math.multiplyExact(features, kept)];
            this.key = new float[features * kept];
            this.kept = kept;
            this.sign = sign;
            Arrays.fill(key, Float.NEGATIVE_INFINITY);
        }

        void offer(int feature, float[] tile, int at, int firstToken, int count) {
            int base = feature * kept;
            int last = base + kept - 1;
            for (int c = 0; c < count; c++) {
                float value = sign * tile[at + c];
                if (value > key[last]) {
                    int i = last;
                    for (; i > base && value > key[i - 1]; i--) {
                        key[i] = key[i - 1];
                        token[i] = token[i - 1];
                    }
                    key[i] = value;
                    token[i] = firstToken + c;
                }
            }
        }

        float[] values() {
            float[] values = new float[key.length];
            for (int i = 0; i < key.length; i++) {
                values[i] = sign * key[i];
            }
            return values;
        }
    }
}
