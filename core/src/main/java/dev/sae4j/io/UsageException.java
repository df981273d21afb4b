package dev.sae4j.io;

/// The request itself is wrong (an unknown option value, a hook the model does not have): nothing
/// was read or written. Commands exit with 2.
public final class UsageException extends Sae4jException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
