package dev.sae4j.lm;

final class Unfinished {
    private Unfinished() {}

    static <T> T yet() {
        throw new UnsupportedOperationException();
    }
}
