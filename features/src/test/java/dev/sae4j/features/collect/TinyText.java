package dev.sae4j.features.collect;

import java.util.LinkedHashMap;
import java.util.Map;

/// A vocabulary that grows as a test needs it. Pieces are separated by `|`; id 0 is special.
public final class TinyText implements TokenText {
    private final Map<String, Integer> ids = new LinkedHashMap<>();

    public TinyText() {
        ids.put("<bos>", 0);
    }

    /// Token ids of `one| two|s`.
    public int[] tokens(String pieces) {
        String[] parts = pieces.split("\\|", -1);
        int[] tokens = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            tokens[i] = id(parts[i]);
        }
        return tokens;
    }

    public int id(String piece) {
        Integer id = ids.putIfAbsent(piece, ids.size());
        return id == null ? ids.size() - 1 : id;
    }

    @Override
    public int vocabularySize() {
        return ids.size();
    }

    @Override
    public String token(int id) {
        return ids.keySet().stream().skip(id).findFirst().orElseThrow();
    }

    @Override
    public boolean isSpecial(int id) {
        return id == 0;
    }
}
