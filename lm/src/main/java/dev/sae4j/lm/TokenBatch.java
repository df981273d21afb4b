package dev.sae4j.lm;

import java.util.List;

/// Sequences of tokens of any lengths, end to end, without padding.
///
/// @param tokens `[tokenCount]`, ids of all sequences
/// @param starts `[sequences + 1]`: sequence i is `tokens[starts[i] .. starts[i + 1])`
public record TokenBatch(int[] tokens, int[] starts) {
    public TokenBatch {
        if (starts.length == 0 || starts[0] != 0 || starts[starts.length - 1] != tokens.length) {
            throw new IllegalArgumentException(
                    "starts must begin with 0 and end with the %d tokens".formatted(tokens.length));
        }
        for (int i = 1; i < starts.length; i++) {
            if (starts[i] < starts[i - 1]) {
                throw new IllegalArgumentException("starts must not fall, at " + i);
            }
        }
    }

    /// Puts sequences end to end.
    public static TokenBatch of(List<int[]> sequences) {
        int[] starts = new int[sequences.size() + 1];
        for (int i = 0; i < sequences.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], sequences.get(i).length);
        }
        int[] tokens = new int[starts[sequences.size()]];
        for (int i = 0; i < sequences.size(); i++) {
            System.arraycopy(sequences.get(i), 0, tokens, starts[i], sequences.get(i).length);
        }
        return new TokenBatch(tokens, starts);
    }

    /// Number of sequences.
    public int sequences() {
        return starts.length - 1;
    }

    /// Number of tokens in all sequences: rows of every activation of this batch.
    public int tokenCount() {
        return tokens.length;
    }

    /// Tokens in sequence `i`.
    public int length(int i) {
        return starts[i + 1] - starts[i];
    }

    /// `[tokenCount]`: 0, 1, 2 .. within each sequence.
    public int[] positions() {
        return positions(0);
    }

    /// `[tokenCount]`: `first`, `first + 1` .. within each sequence.
    int[] positions(int first) {
        int[] positions = new int[tokens.length];
        for (int i = 0; i < sequences(); i++) {
            for (int row = starts[i]; row < starts[i + 1]; row++) {
                positions[row] = first + row - starts[i];
            }
        }
        return positions;
    }
}
