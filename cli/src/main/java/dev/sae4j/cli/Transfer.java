package dev.sae4j.cli;

import dev.sae4j.lm.hub.Hub;
import dev.sae4j.lm.hub.HubListener;
import dev.sae4j.lm.hub.HubSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Shows how far a transfer from or to the hub is.
final class Transfer implements HubListener, AutoCloseable {
    private final Console console;
    private final String what;
    private @Nullable Progress progress;

    /// @param what `download`, say
    Transfer(Console console, String what) {
        this.console = console;
        this.what = what;
        console.ifInterrupted("run the same command again: what has come is kept");
    }

    /// The hub that the environment names.
    static Hub hub(Console console) {
        Path home = Path.of(System.getProperty("user.home", "."));
        return Hub.open(HubSettings.of(console.environment(), home));
    }

    @Override
    public synchronized void progress(long done, long total) {
        if (progress == null) {
            if (done >= total) {
                return; // all was there
            }
            progress = console.progress(what, total, "bytes");
            progress.beginAt(done);
        }
        progress.to(done);
    }

    @Override
    public void note(String text) {
        console.say(text);
    }

    @Override
    public synchronized void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
