package dev.sae4j.io;

/// Why a pickle cannot be read, before file and place are known; [PickleMachine] adds them.
final class PickleProblem extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int MAX_SHOWN = 100;

    PickleProblem(String message) {
        super(message);
    }

    /// Words of a file as a message may show them: short, printable.
    static String shown(String text) {
        String start = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
        return start.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
