package dev.sae4j.lm.hub;

import dev.sae4j.io.UsageException;

/// The user's key to the hub. It can be sent, but not shown: printing it prints no character of it.
public final class HubToken {
    private final String secret;

    /// @param secret as the hub gave it out; white space around it is dropped
    public HubToken(String secret) {
        this.secret = secret.strip();
        if (!this.secret.chars().allMatch(c -> c > ' ' && c < 127) || this.secret.isEmpty()) {
            throw new UsageException(
                    "the hub token (HF_TOKEN or the token file) is empty or has characters that a token cannot have");
        }
    }

    String header() {
        return "Bearer " + secret;
    }

    /// Removes the token from a text that somebody else wrote.
    String removedFrom(String text) {
        return text.replace(secret, "(token)");
    }

    @Override
    public String toString() {
        return "(token)";
    }
}
