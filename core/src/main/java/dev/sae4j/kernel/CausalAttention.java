package dev.sae4j.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Causal attention with grouped queries: each query meets the keys of its own sequence up to its
/// own position, `softmax(scale * q·kᵀ)·v`; with a window only those nearest to it, and with a soft
/// cap on the scores ([Rule]).
///
/// Scores are kept as `[key, query]`, so that a vector lane is a query: the softmax needs no sums
/// across lanes, and the weights already lie as the second product reads them. The queries of one
/// key/value head, `heads / kvHeads` per token, share its packed keys and values and fill panels of
/// [Tile#columns()] together, token by token; a panel meets only the keys up to its last token.
public final class CausalAttention {
    private static final VectorSpecies<Float> SPECIES = Tile.SPECIES;
    private static final int LANES = Tile.LANES;
    private static final Tile TILE = Gemm.TILE;
    private static final int MR = TILE.rows();
    private static final int NR = TILE.columns();

    /// Keys whose weights are summed in one float before the sums meet.
    private static final int SUM_BLOCK = 64;

    private final int group;
    private final int kvHeads;
    private final int headDim;
    private final int stride;
    private final Rule rule;
    private final float[] qkv;
    private final float[] out;
    private final int[] starts;
    private final int[] firstPanel; // [sequences + 1]: panels of earlier sequences
    private final PackedKeys packed;

    private CausalAttention(Heads heads, Rule rule, float[] qkv, int[] starts, float[] out) {
        this.rule = rule;
        this.group = heads.query / heads.keyValue;
        this.kvHeads = heads.keyValue;
        this.headDim = heads.size;
        this.stride = (heads.query + 2 * heads.keyValue) * heads.size;
        this.qkv = qkv;
        this.out = out;
        this.starts = starts;
        this.firstPanel = new int[starts.length];
        for (int s = 0; s + 1 < starts.length; s++) {
            int rows = Math.multiplyExact(starts[s + 1] - starts[s], group);
            firstPanel[s + 1] = firstPanel[s] + Math.ceilDiv(rows, NR) * kvHeads;
        }
        this.packed = new PackedKeys(heads, stride, starts);
    }

    /// How the heads of a layer are laid out.
    ///
    /// @param query number of query heads, a multiple of `keyValue`
    /// @param keyValue number of key and value heads
    /// @param size floats of a head
    public record Heads(int query, int keyValue, int size) {}

    /// How scores are made, and of which keys.
    ///
    /// @param scale factor of `q·k`
    /// @param cap soft cap of the scores, see [SoftCap]; 0 for none
    /// @param window keys that a query sees, its own included; 0 for all up to its own
    public record Rule(float scale, float cap, int window) {
        /// All keys, scores divided by the root of a head's size.
        public static Rule plain(int headDim) {
            return new Rule((float) (1 / Math.sqrt(headDim)), 0, 0);
        }

        /// The first key that the query at `position` sees.
        int first(int position) {
            return window == 0 ? 0 : Math.max(0, position - window + 1);
        }
    }

    /// Attends within each sequence.
    ///
    /// @param qkv `[tokens, (query + 2 * keyValue) * size]`: queries, keys, values of each token,
    ///     already rotated
    /// @param starts `[sequences + 1]`: rows of sequence i are `starts[i] .. starts[i + 1]`
    /// @param out `[tokens, query * size]`
    public static void apply(
            Workers workers, Heads heads, Rule rule, float[] qkv, int[] starts, float[] out) {
        new CausalAttention(heads, rule, qkv, starts, out).run(workers);
    }

    private void run(Workers workers) {
        int sequences = starts.length - 1;
        workers.forEach(sequences * kvHeads, i -> packed.pack(qkv, i / kvHeads, i % kvHeads));
        int panels = firstPanel[sequences];
        int pieces = Math.min(panels, 16 * workers.threads());
        workers.forEach(
                pieces,
                i -> {
                    var scratch = new Scratch(headDim, packed.longest());
                    int to = (int) ((long) panels * (i + 1) / pieces);
                    for (int p = (int) ((long) panels * i / pieces); p < to; p++) {
                        panel(p, scratch);
                    }
                });
    }

    /// Memory of one thread: queries `[headDim, NR]`, scores `[keys, NR]`, and per query the
    /// position, largest score, sum of weights and place in the output.
    private static final class Scratch {
        final float[] queries;
        final float[] scores;
        final float[] tile = new float[MR * NR];
        final float[] position = new float[NR];
        final float[] max = new float[NR];
        final float[] sum = new float[NR];
        final int[] target = new int[NR];

        Scratch(int headDim, int longest) {
            queries = new float[headDim * NR];
            scores = new float[Math.multiplyExact(Math.ceilDiv(longest, MR) * MR, NR)];
        }
    }

    private void panel(int index, Scratch scratch) {
        int s = sequenceOf(index);
        int inSequence = index - firstPanel[s];
        int perHead = (firstPanel[s + 1] - firstPanel[s]) / kvHeads;
        int head = inSequence / perHead;
        int first = inSequence % perHead * NR;
        int rows = Math.min(NR, (starts[s + 1] - starts[s]) * group - first);
        int keys = (first + rows - 1) / group + 1;
        int from = rule.first(first / group) / MR * MR; // whole strips of keys
        gatherQueries(s, head, first, rows, scratch);
        score(s, head, first / group, from, keys, scratch);
        exponentiate(from, keys, scratch);
        mix(s, head, rows, from, keys, scratch);
    }

    private int sequenceOf(int panel) {
        int at = Arrays.binarySearch(firstPanel, panel);
        if (at < 0) {
            return -at - 2;
        }
        while (firstPanel[at + 1] == panel) {
            at++; // sequences without tokens have no panel
        }
        return at;
    }

    /// Lane i is query `(first + i) % group` of token `(first + i) / group`, scaled; spare lanes
    /// repeat the last query.
    private void gatherQueries(int s, int head, int first, int rows, Scratch scratch) {
        float scale = rule.scale;
        float[] queries = scratch.queries;
        int token = first / group;
        int inGroup = first % group;
        for (int lane = 0; lane < NR; lane++) {
            int column = (head * group + inGroup) * headDim;
            int from = (starts[s] + token) * stride + column;
            scratch.position[lane] = token;
            scratch.target[lane] = (starts[s] + token) * group * kvHeads * headDim + column;
            for (int d = 0; d < headDim; d++) {
                queries[d * NR + lane] = qkv[from + d] * scale;
            }
            if (lane + 1 < rows && ++inGroup == group) {
                inGroup = 0;
                token++;
            }
        }
    }

    /// Scores of the keys from the first that the panel's first token sees to the panel's last
    /// token, those that a lane does not see lowered to minus infinity; and the largest of each lane.
    private void score(int s, int head, int firstToken, int from, int keys, Scratch scratch) {
        Arrays.fill(scratch.max, Float.NEGATIVE_INFINITY);
        int seenByAll = rule.first(keys - 1);
        for (int key = from; key < keys; key += MR) {
            int at = packed.keys(s, head, key / MR);
            TILE.multiply(headDim, packed.k, at, scratch.queries, 0, scratch.tile);
            SoftCap.apply(rule.cap, scratch.tile, 0, scratch.tile.length);
            int end = Math.min(keys, key + MR);
            if (key < seenByAll) {
                hideFarKeys(key, scratch);
            }
            for (int v = 0; v < NR; v += LANES) {
                keep(key, end, v, end - 1 > firstToken, scratch);
            }
        }
    }

    private void hideFarKeys(int key, Scratch scratch) {
        for (int k = key; k < key + MR; k++) {
            for (int v = 0; v < NR; v += LANES) {
                FloatVector position = FloatVector.fromArray(SPECIES, scratch.position, v);
                int at = (k - key) * NR + v;
                FloatVector.fromArray(SPECIES, scratch.tile, at)
                        .blend(
                                Float.NEGATIVE_INFINITY,
                                position.compare(VectorOperators.GE, (float) (k + rule.window)))
                        .intoArray(scratch.tile, at);
            }
        }
    }

    private static void keep(int key, int end, int v, boolean masked, Scratch scratch) {
        FloatVector max = FloatVector.fromArray(SPECIES, scratch.max, v);
        FloatVector position = FloatVector.fromArray(SPECIES, scratch.position, v);
        for (int k = key; k < end; k++) {
            FloatVector x = FloatVector.fromArray(SPECIES, scratch.tile, (k - key) * NR + v);
            if (masked) {
                x =
                        x.blend(
                                Float.NEGATIVE_INFINITY,
                                position.compare(VectorOperators.LT, (float) k));
            }
            max = max.blend(x, x.compare(VectorOperators.GT, max));
            x.intoArray(scratch.scores, k * NR + v);
        }
        max.intoArray(scratch.max, v);
    }

    private static void exponentiate(int from, int keys, Scratch scratch) {
        for (int v = 0; v < NR; v += LANES) {
            FloatVector max = FloatVector.fromArray(SPECIES, scratch.max, v);
            FloatVector total = FloatVector.zero(SPECIES);
            for (int block = from; block < keys; block += SUM_BLOCK) {
                FloatVector sum = FloatVector.zero(SPECIES);
                int end = Math.min(keys, block + SUM_BLOCK);
                for (int k = block; k < end; k++) {
                    int at = k * NR + v;
                    FloatVector p =
                            Exp.of(FloatVector.fromArray(SPECIES, scratch.scores, at).sub(max));
                    sum = sum.add(p);
                    p.intoArray(scratch.scores, at);
                }
                total = total.add(sum);
            }
            total.intoArray(scratch.sum, v);
        }
    }

    /// The weighted mean of the values.
    private void mix(int s, int head, int rows, int from, int keys, Scratch scratch) {
        float[] tile = scratch.tile;
        for (int dim = 0; dim < headDim; dim += MR) {
            int at = packed.values(s, head, dim / MR) + from * MR;
            TILE.multiply(keys - from, packed.v, at, scratch.scores, from * NR, tile);
            int n = Math.min(MR, headDim - dim);
            for (int lane = 0; lane < rows; lane++) {
                int to = scratch.target[lane] + dim;
                float scale = 1f / scratch.sum[lane];
                for (int d = 0; d < n; d++) {
                    out[to + d] = tile[d * NR + lane] * scale;
                }
            }
        }
    }
}
