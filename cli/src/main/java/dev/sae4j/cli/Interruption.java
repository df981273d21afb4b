package dev.sae4j.cli;

import java.io.PrintStream;

/// What is said when the process is stopped by Ctrl-C or a signal before its command has ended.
/// Files that were being written are removed by the libraries; the exit code (130 for Ctrl-C) is the
/// JVM's own.
public final class Interruption {
    private volatile boolean finished;
    private volatile String goOn = "run the same command again";

    private Interruption() {}

    /// One that is never told: for commands run inside another program.
    public static Interruption none() {
        return new Interruption();
    }

    /// One that speaks when this process is stopped.
    static Interruption watch() {
        var interruption = new Interruption();
        PrintStream err = System.err;
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    if (!interruption.finished) {
                                        err.println(interruption.message());
                                        err.flush();
                                    }
                                },
                                "interruption"));
        return interruption;
    }

    /// How to go on from here, said after "to go on: ".
    void goOn(String how) {
        goOn = how;
    }

    /// The command has ended by itself.
    void finished() {
        finished = !isStopping();
    }

    /// True from the moment at which the process is being stopped. What fails then fails because
    /// files that were being written are already gone. The JVM tells nobody, but refuses new hooks.
    static boolean isStopping() {
        try {
            var probe = new Thread(() -> {});
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    String message() {
        return "\nsae4j: interrupted; nothing half-written was left. To go on: " + goOn;
    }
}
