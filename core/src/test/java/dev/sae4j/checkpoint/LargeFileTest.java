package dev.sae4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sae4j.kernel.Rows;
import dev.sae4j.kernel.Workers;
import dev.sae4j.sae.Sae;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A SAELens SAE of 2.8 GB, larger than the heap of the tests: a file with holes, so that it takes
/// no room on the disk.
class LargeFileTest {
    private static final int D = 5376;
    private static final int F = 65536;

    @TempDir Path folder;

    @Test
    void opensWithoutReading() throws IOException {
        write();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) { // the first one loads classes
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            Sae sae = Sae.load(folder);
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
            long used = threads.getCurrentThreadAllocatedBytes() - allocated;
            sae.close();
            assertThat(used).as("bytes on the heap").isLessThan(8 << 20);
        }
        System.getLogger(LargeFileTest.class.getName())
                .log(System.Logger.Level.INFO, "opened 2.8 GB in %.1f ms".formatted(best));
        assertThat(best).as("milliseconds").isLessThan(50);
    }

    @Test
    void encodesOneVectorWithoutPackingTheEncoder() throws IOException {
        write();
        try (Workers workers = Workers.of(2);
                Sae sae = Sae.load(folder)) {
            long before = used();
            var codes = sae.encode(workers, Rows.of(new float[D], 1, D));
            assertThat(codes.entries()).isZero();
            // the encoder is 1.4 GB; panels and the row of products are all that is needed
            assertThat(used() - before).isLessThan(200L << 20);
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void write() throws IOException {
        Files.writeString(
                folder.resolve("cfg.json"),
                """
                {"architecture": "standard", "d_in": %d, "d_sae": %d, "dtype": "float32",
                 "apply_b_dec_to_input": true, "normalize_activations": "none", "metadata": {}}
                """
                        .formatted(D, F));
        long matrix = 4L * D * F;
        String header =
                "{"
                        + tensor("W_dec", F + "," + D, 0, matrix)
                        + ","
                        + tensor("W_enc", D + "," + F, matrix, matrix)
                        + ","
                        + tensor("b_dec", "" + D, 2 * matrix, 4L * D)
                        + ","
                        + tensor("b_enc", "" + F, 2 * matrix + 4L * D, 4L * F)
                        + "}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        try (var file =
                new RandomAccessFile(folder.resolve("sae_weights.safetensors").toFile(), "rw")) {
            file.write(
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(json.length)
                            .array());
            file.write(json);
            file.setLength(8 + json.length + 2 * matrix + 4L * D + 4L * F);
        }
    }

    private static String tensor(String name, String shape, long at, long length) {
        return "\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                .formatted(name, shape, at, at + length);
    }
}
