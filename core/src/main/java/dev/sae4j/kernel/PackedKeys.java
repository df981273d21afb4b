package dev.sae4j.kernel;

/// Keys and values of all sequences and heads in the order in which [CausalAttention] reads them:
/// keys in strips of [Tile#rows()] tokens, each `[headDim, rows]`; values in strips of as many
/// components, each `[tokens of the sequence, rows]`.
final class PackedKeys {
    private static final int MR = Gemm.TILE.rows();

    final float[] k;
    final float[] v;
    private final int kvHeads;
    private final int headDim;
    private final int stride;
    private final int keyColumn;
    private final int[] starts;
    private final int[] firstStrip; // [sequences + 1]: key strips of one head before the sequence
    private final int longest;

    PackedKeys(CausalAttention.Heads heads, int stride, int[] starts) {
        this.kvHeads = heads.keyValue();
        this.headDim = heads.size();
        this.stride = stride;
        this.keyColumn = heads.query() * heads.size();
        this.starts = starts;
        this.firstStrip = new int[starts.length];
        int most = 0;
        for (int s = 0; s + 1 < starts.length; s++) {
            int tokens = starts[s + 1] - starts[s];
            most = Math.max(most, tokens);
            firstStrip[s + 1] = firstStrip[s] + Math.ceilDiv(tokens, MR);
        }
        this.longest = most;
        int sequences = starts.length - 1;
        long perStrip = (long) kvHeads * MR * headDim;
        this.k = new float[Math.toIntExact(firstStrip[sequences] * perStrip)];
        long tokens = starts[sequences];
        this.v = new float[Math.toIntExact(tokens * kvHeads * valueStrips() * MR)];
    }

    /// Tokens of the longest sequence.
    int longest() {
        return longest;
    }

    /// Where a strip of keys begins in [#k].
    int keys(int sequence, int head, int strip) {
        int strips = firstStrip[sequence + 1] - firstStrip[sequence];
        return (firstStrip[sequence] * kvHeads + head * strips + strip) * MR * headDim;
    }

    /// Where a strip of value components begins in [#v].
    int values(int sequence, int head, int strip) {
        int tokens = starts[sequence + 1] - starts[sequence];
        return ((starts[sequence] * kvHeads + head * tokens) * valueStrips() + strip * tokens) * MR;
    }

    /// Packs one head of one sequence.
    void pack(float[] qkv, int sequence, int head) {
        int tokens = starts[sequence + 1] - starts[sequence];
        for (int t = 0; t < tokens; t++) {
            int from = (starts[sequence] + t) * stride + keyColumn + head * headDim;
            int to = keys(sequence, head, t / MR) + t % MR;
            for (int d = 0; d < headDim; d++) {
                k[to + d * MR] = qkv[from + d];
            }
            int value = from + kvHeads * headDim;
            for (int dim = 0; dim < headDim; dim += MR) {
                System.arraycopy(
                        qkv,
                        value + dim,
                        v,
                        values(sequence, head, dim / MR) + t * MR,
                        Math.min(MR, headDim - dim));
            }
        }
    }

    private int valueStrips() {
        return Math.ceilDiv(headDim, MR);
    }
}
