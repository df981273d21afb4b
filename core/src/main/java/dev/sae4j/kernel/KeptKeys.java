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
        int kvHeads = heads.keyValue();
        workers.forEach(
                rows * kvHeads,
                i -> attend(qkv, i / kvHeads, end - rows + i / kvHeads, i % kvHeads, out));
    }

    /// Attends from the queries of one row that share a key and value head. Keys and values are read
    /// once for all of them: with many tokens that is what takes the time.
    private void attend(float[] qkv, int row, int position, int kvHead, float[] out) {
        int size = heads.size();
        int group = heads.query() / heads.keyValue();
        int from = rule.first(position) - first;
        int count = position - first + 1 - from;
        int at = from * width + kvHead * size;
        float[] queries = new float[group * size];
        int stride = (heads.query() + 2 * heads.keyValue()) * size;
        System.arraycopy(qkv, row * stride + kvHead * queries.length, queries, 0, queries.length);
        Vectors.scale(rule.scale(), queries, 0, queries.length);
        int room = Math.ceilDiv(count, Tile.LANES) * Tile.LANES;
        float[] weights = new float[Math.multiplyExact(group, room)];
        score(queries, group, at, count, weights);
        int to = (row * heads.keyValue() + kvHead) * queries.length;
        Arrays.fill(out, to, to + queries.length, 0f);
        float[] sums = new float[group];
        for (int g = 0; g < group; g++) {
            sums[g] = exponentiate(weights, g * room, count, room);
        }
        mix(weights, group, at, count, out, to);
        for (int g = 0; g < group; g++) {
            Vectors.scale(1f / sums[g], out, to + g * size, size);
        }
    }

    /// Scores `[group, room]` of `count` keys from `at`, capped.
    private void score(float[] queries, int group, int at, int count, float[] scores) {
        int size = heads.size();
        int room = scores.length / group;
        int k = 0;
        int key = at;
        for (; k + 4 <= count; k += 4, key += 4 * width) {
            int k1 = key + width;
            int k2 = k1 + width;
            for (int g = 0; g < group; g++) {
                int to = g * room + k;
                Vectors.dot4(queries, g * size, keys, key, k1, k2, k2 + width, size, scores, to);
            }
        }
        for (; k < count; k++, key += width) {
            for (int g = 0; g < group; g++) {
                scores[g * room + k] = Vectors.dot(queries, g * size, keys, key, size);
            }
        }
        SoftCap.apply(rule.cap(), scores, 0, scores.length);
    }

    /// Adds the weighted values to `out: [group, size]` from `to`.
    private void mix(float[] weights, int group, int at, int count, float[] out, int to) {
        int size = heads.size();
        int room = weights.length / group;
        int k = 0;
        int v = at;
        for (; k + 4 <= count; k += 4, v += 4 * width) {
            int v1 = v + width;
            int v2 = v1 + width;
            for (int g = 0; g < group; g++) {
                int w = g * room + k;
                int o = to + g * size;
                Vectors.addScaled4(weights, w, values, v, v1, v2, v2 + width, out, o, size);
            }
        }
        for (; k < count; k++, v += width) {
            for (int g = 0; g < group; g++) {
                Vectors.addScaled(weights[g * room + k], values, v, out, to + g * size, size);
            }
        }
    }

    /// Scores to weights `e^(score - largest)`; returns their sum.
    ///
    /// @param scores `count` of them from `at`, with room for whole vectors
    private static float exponentiate(float[] scores, int at, int count, int room) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = at; k < at + count; k++) {
            max = Math.max(max, scores[k]);
        }
        Arrays.fill(scores, at + count, at + room, Float.NEGATIVE_INFINITY);
        FloatVector total = FloatVector.zero(Tile.SPECIES);
        for (int block = at; block < at + room; block += SUM_BLOCK) {
            FloatVector sum = FloatVector.zero(Tile.SPECIES);
            int blockEnd = Math.min(at + room, block + SUM_BLOCK);
            for (int k = block; k < blockEnd; k += Tile.LANES) {
                FloatVector p = Exp.of(FloatVector.fromArray(Tile.SPECIES, scores, k).sub(max));
                sum = sum.add(p);
                p.intoArray(scores, k);
            }
            total = total.add(sum);
        }
        return Horizontal.sum(total);
    }
}
