package dev.sae4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The memory of this process.
final class Memory {
    private Memory() {}

    /// The most memory that was resident at once, in MiB, mapped files included; 0 where the system
    /// does not tell (it is read from `/proc/self/status`).
    static long peakResidentMib() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("VmHWM:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
