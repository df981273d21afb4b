package dev.sae4j.lm;

final class Unfinished {
    private Unfinished() {}

    @SuppressWarnings({"DoNotCallSuggester", "TypeParameterUnusedInFormals"})
    static <T> T yet() {
        throw new UnsupportedOperationException();
    }
}
