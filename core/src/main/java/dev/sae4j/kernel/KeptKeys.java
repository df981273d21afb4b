package dev.sae4j.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// Keys and values of one sequence in one layer, kept for the tokens to come, and attention of new
/// tokens over them: what [CausalAttention] computes, where most keys were computed before. With a
/// window only the keys that a later query can see are kept. Not for sharing between threads.
public final class KeptKeys {
    /// Tokens that there is room for at first.
    private static final int FIRST_ROOM = 64;

    /// Weights summed in one float before the sums meet.
    private static final int SUM_BLOCK = 64;

    private final CausalAttention.Heads heads;
    private final CausalAttention.Rule rule;
    private final int width;
    private float[] keys = {}; // [room, keyValue * size]
    private float[] values = {}; // [room, keyValue * size]
    private int first; // position of the first row
    private int end; // position behind the last row

    /// @param heads how the heads of the layer are laid out
    /// @param rule how scores are made; its window says which keys are kept
    public KeptKeys(CausalAttention.Heads heads, CausalAttention.Rule rule) {
        this.heads = heads;
        this.rule = rule;
        this.width = heads.keyValue() * heads.size();
    }

    /// Bytes that keys and values take.
    public long bytes() {
        return (long) Float.BYTES * (keys.length + values.length);
    }

    /// Keeps keys and values of tokens at `position`, `position + 1` ..; what was kept of these and
    /// of later positions is forgotten.
    ///
    /// @param qkv `[rows, (query + 2 * keyValue) * size]`, already rotated
    /// @param position at most one behind the last position kept
    public void put(int position, float[] qkv, int rows) {
        if (position == 0) {
            first = 0;
            end = 0;
        }
        if (position < first || position > end) {
            throw new IllegalArgumentException(
                    "keys of positions %d to %d are kept: position %d cannot follow"
                            .formatted(first, end - 1, position));
        }
        int window = rule.window();
        int skipped = 0;
        if (window > 0 && rows > window && position == 0) {
            skipped = rows - window; // no later query sees them
            first = skipped;
        }
        makeRoom(Math.max(position, first), rows - skipped);
        int stride = (heads.query() + 2 * heads.keyValue()) * heads.size();
        int keyColumn = heads.query() * heads.size();
        for (int row = skipped; row < rows; row++) {
            int from = row * stride + keyColumn;
            int to = (position + row - first) * width;
            System.arraycopy(qkv, from, keys, to, width);
            System.arraycopy(qkv, from + width, values, to, width);
        }
        end = position + rows;
    }

    /// Makes room for rows from `position` on: with a window by dropping what nobody sees any more.
    private void makeRoom(int position, int rows) {
        int room = keys.length / width;
        if (position + rows - first <= room) {
            return;
        }
        int seen = Math.max(first, rule.first(position));
        int kept = position - seen;
        int needed = Math.addExact(kept, rows);
        float[] oldKeys = keys;
        float[] oldValues = values;
        if (needed > room || 2 * kept > room) { // else dropping makes room for long enough
            int more = (int) Math.min(Integer.MAX_VALUE / width, Math.max(FIRST_ROOM, 2L * needed));
            keys = new float[Math.multiplyExact(more, width)];
            values = new float[keys.length];
        }
        System.arraycopy(oldKeys, (seen - first) * width, keys, 0, kept * width);
        System.arraycopy(oldValues, (seen - first) * width, values, 0, kept * width);
        first = seen;
    }

    /// Attends from the last `rows` tokens that were put, each to the keys up to its own. Where
    /// nothing was kept before, [CausalAttention] does the same faster.
    ///
    /// @param qkv `[rows, (query + 2 * keyValue) * size]` as given to [#put]
    /// @param out `[rows, query * size]`
    public void attend(Workers workers, float[] qkv, int rows, float[] out) {
        workers.forEach(
                rows * heads.query(),
                i -> attend(qkv, i / heads.query(), end - rows, i % heads.query(), out));
    }

    private void attend(float[] qkv, int row, int position, int head, float[] out) {
        int size = heads.size();
        int from = rule.first(position + row) - first;
        int keyCount = position + row - first + 1 - from;
        int column = head / (heads.query() / heads.keyValue()) * size;
        float[] query = new float[size];
        int stride = (heads.query() + 2 * heads.keyValue()) * size;
        System.arraycopy(qkv, row * stride + head * size, query, 0, size);
        Vectors.scale(rule.scale(), query, 0, size);
        float[] weights = new float[Math.ceilDiv(keyCount, Tile.LANES) * Tile.LANES];
        score(query, from * width + column, keyCount, weights);
        float scale = 1f / exponentiate(weights, keyCount);
        int to = (row * heads.query() + head) * size;
        Arrays.fill(out, to, to + size, 0f);
        int at = from * width + column;
        int k = 0;
        for (; k + 4 <= keyCount; k += 4, at += 4 * width) {
            int v1 = at + width;
            int v2 = v1 + width;
            Vectors.addScaled4(weights, k, values, at, v1, v2, v2 + width, out, to, size);
        }
        for (; k < keyCount; k++, at += width) {
            Vectors.addScaled(weights[k], values, at, out, to, size);
        }
        Vectors.scale(scale, out, to, size);
    }

    private void score(float[] query, int at, int count, float[] scores) {
        int size = heads.size();
        int k = 0;
        int key = at;
        for (; k + 4 <= count; k += 4, key += 4 * width) {
            int k1 = key + width;
            int k2 = k1 + width;
            Vectors.dot4(query, 0, keys, key, k1, k2, k2 + width, size, scores, k);
        }
        for (; k < count; k++, key += width) {
            scores[k] = Vectors.dot(query, 0, keys, key, size);
        }
        SoftCap.apply(rule.cap(), scores, 0, count);
    }

    /// Scores to weights `e^(score - largest)`; returns their sum.
    ///
    /// @param scores `[count]`, with room for whole vectors
    private static float exponentiate(float[] scores, int count) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            max = Math.max(max, scores[k]);
        }
        Arrays.fill(scores, count, scores.length, Float.NEGATIVE_INFINITY);
        FloatVector total = FloatVector.zero(Tile.SPECIES);
        for (int block = 0; block < scores.length; block += SUM_BLOCK) {
            FloatVector sum = FloatVector.zero(Tile.SPECIES);
            for (int k = block; k < Math.min(scores.length, block + SUM_BLOCK); k += Tile.LANES) {
                FloatVector p = Exp.of(FloatVector.fromArray(Tile.SPECIES, scores, k).sub(max));
                sum = sum.add(p);
                p.intoArray(scores, k);
            }
            total = total.add(sum);
        }
        return Horizontal.sum(total);
    }
}
