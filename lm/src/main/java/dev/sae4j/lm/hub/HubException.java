package dev.sae4j.lm.hub;

import dev.sae4j.io.Sae4jException;

/// A transfer from or to the hub failed. The message says what to do about it.
public final class HubException extends Sae4jException {
    private static final long serialVersionUID = 1;

    /// What went wrong.
    public enum Kind {
        /// Repository, revision or file is not there (or hidden from us).
        MISSING,
        /// Nobody may do this without signing in, or not this user.
        FORBIDDEN,
        /// A licence must be accepted first.
        GATED,
        /// Too many requests, for longer than we wait.
        BUSY,
        /// The server failed, or answered something that makes no sense.
        SERVER,
        /// No connection, or it broke too often.
        UNREACHABLE,
        /// The connection cannot be trusted.
        TLS,
        /// What came is not what was published.
        CORRUPT,
        /// A listing or a redirect that would do harm.
        HOSTILE,
        /// Not in the cache, and the network may not be used.
        OFFLINE,
        /// The disk has not enough room.
        DISK,
        /// The transfer was stopped from outside.
        STOPPED
    }

    private final Kind kind;

    HubException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    HubException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /// What went wrong.
    public Kind kind() {
        return kind;
    }
}
