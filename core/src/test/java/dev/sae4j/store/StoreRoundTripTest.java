package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafeFiles;
import dev.sae4j.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreRoundTripTest {
    @TempDir Path dir;

    @Test
    void givesBackEveryRowInOrderWithItsTokenDocumentAndPosition() {
        Path folder = Stores.write(dir.resolve("store"), 100, 3, 32);
        try (var store = ActivationStore.open(folder)) {
            assertThat(store.rows()).isEqualTo(100);
            assertThat(store.width()).isEqualTo(3);
            assertThat(store.info().shards())
                    .extracting(StoreShard::rows)
                    .containsExactly(32, 32, 32, 4);
            assertThat(store.info().origin()).isEqualTo(Stores.ORIGIN);
            assertThat(store.info().counts()).isEqualTo(Stores.COUNTS);
            int[] row = {0};
            ActivationBatch expected = Stores.batch(0, 100, 3);
            store.forEach(batch -> {
                for (int i = 0; i < batch.rows(); i++, row[0]++) {
                    assertThat(batch.values()[3 * i + 2])
                            .isEqualTo(expected.values()[3 * row[0] + 2]);
                    assertThat(batch.token()[i]).isEqualTo(expected.token()[row[0]]);
                    assertThat(batch.document()[i]).isEqualTo(expected.document()[row[0]]);
                    assertThat(batch.position()[i]).isEqualTo(expected.position()[row[0]]);
                }
            });
            assertThat(row[0]).isEqualTo(100);
            store.verify();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16", "F32"})
    void keepsValuesToThePrecisionOfTheDType(DType dtype) {
        try (var writer = Stores.writer(dir.resolve("store"), dtype, 19, 1 << 16)) {
            writer.add(Stores.batch(0, 50, 19));
            writer.finish(Stores.COUNTS);
        }
        float[] wanted = Stores.batch(0, 50, 19).values();
        try (var store = ActivationStore.open(dir.resolve("store"))) {
            store.forEach(batch -> {
                for (int i = 0; i < wanted.length; i++) {
                    float rounded =
                            switch (dtype) {
                                case BF16 ->
                                        DType.bfloat16ToFloat(DType.floatToBfloat16(wanted[i]));
                                case F16 -> Float.float16ToFloat(Float.floatToFloat16(wanted[i]));
                                default -> wanted[i];
                            };
                    assertThat(batch.values()[i]).isEqualTo(rounded);
                }
            });
        }
    }

    @Test
    void shardsAreSafetensorsThatAnyoneCanRead() {
        Path folder = Stores.write(dir.resolve("store"), 10, 3, 32);
        try (var file = Safetensors.open(folder.resolve("shard-00000.safetensors"))) {
            assertThat(file.require("activations", "", 10, 3).dtype()).isEqualTo(DType.F32);
            assertThat(file.require("token_id", "", 10).toLongs()).contains(9);
            assertThat(file.require("document", "", 10).toLongs()).endsWith(1);
            assertThat(file.require("position", "", 10).toLongs()).endsWith(4);
        }
    }

    @Test
    void recordsNormsAndTheMeanRow() {
        try (var writer = Stores.writer(dir.resolve("store"), DType.F32, 2, 4096)) {
            float[] values = {3, 4, 6, 8};
            writer.add(new ActivationBatch(2, 2, values, new int[2], new int[2], new int[] {1, 2}));
            StoreNorms norms = writer.finish(Stores.COUNTS).norms();
            assertThat(norms.meanNorm()).isEqualTo(7.5);
            assertThat(norms.rmsNorm()).isEqualTo(Math.sqrt(62.5));
            assertThat(norms.mean()).containsExactly(4.5f, 6);
        }
    }

    @Test
    void sameRowsGiveTheSameBytes() throws IOException {
        Path a = Stores.write(dir.resolve("a"), 100, 3, 32);
        Path b = Stores.write(dir.resolve("b"), 100, 3, 32);
        for (String name : List.of("store.json", "shard-00001.safetensors")) {
            assertThat(a.resolve(name)).hasSameBinaryContentAs(b.resolve(name));
        }
    }

    @Test
    void readsTheDocumentsOfASplitOnly() {
        Path folder = Stores.write(dir.resolve("store"), 500, 1, 64);
        List<Float> training = new ArrayList<>();
        List<Float> heldOut = new ArrayList<>();
        try (var store = ActivationStore.open(folder)) {
            collect(store.only(DocumentSplit.trainingWithout(4)), training);
            collect(store.only(DocumentSplit.heldOut(4)), heldOut);
        }
        assertThat(training).isSorted().doesNotContainAnyElementsOf(heldOut);
        assertThat(training.size() + heldOut.size()).isEqualTo(500);
        assertThat(heldOut).hasSizeBetween(50, 200);
        assertThat(heldOut.size() % 5).as("whole documents of 5 rows").isZero();
    }

    @Test
    void holdsOutTheDocumentsThatPythonsZlibWouldHoldOut() {
        // [d for d in range(40) if zlib.crc32(str(d).encode()) % 10 == 0]
        var split = DocumentSplit.heldOut(10);
        assertThat(java.util.stream.IntStream.range(0, 40).filter(split::contains))
                .containsExactly(6, 29, 37);
    }

    private static void collect(ActivationSource source, List<Float> into) {
        source.forEach(batch -> {
            for (int i = 0; i < batch.rows(); i++) {
                into.add(batch.values()[i]);
            }
        });
    }

    @Test
    void closingWithoutFinishLeavesNothing() {
        try (var writer = Stores.writer(dir.resolve("store"), DType.F32, 3, 256)) {
            writer.add(Stores.batch(0, 100, 3));
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void aFullDiskIsSaidAndLeavesNothing() {
        assertThatThrownBy(
                        () -> {
                            try (var writer =
                                    StoreWriter.create(
                                            dir.resolve("store"),
                                            Stores.ORIGIN,
                                            DType.F32,
                                            3,
                                            256,
                                            (file, tensors) ->
                                                    SafeFiles.write(
                                                            file,
                                                            out -> {
                                                                out.write(new byte[100_000]);
                                                                throw new IOException(
                                                                        "No space left on device");
                                                            }))) {
                                writer.add(Stores.batch(0, 100, 3));
                            }
                        })
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(
                        "shard-00000.safetensors] cannot be written: the disk is full");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesValuesThatAreNotFinite() {
        try (var writer = Stores.writer(dir.resolve("store"), DType.BF16, 3, 4096)) {
            writer.add(Stores.batch(0, 10, 3));
            ActivationBatch batch = Stores.batch(10, 10, 3);
            batch.values()[3 * 7 + 1] = Float.NaN;
            assertThatThrownBy(() -> writer.add(batch))
                    .hasMessage(
                            "row 17 of the activations (document 3, position 2) holds NaN, which is not finite: the model overflows there");
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesValuesThatTheDTypeCannotHold() {
        try (var writer = Stores.writer(dir.resolve("store"), DType.F16, 1, 4096)) {
            float[] values = {65504, -70_000};
            var batch = new ActivationBatch(2, 1, values, new int[2], new int[2], new int[2]);
            assertThatThrownBy(() -> writer.add(batch))
                    .hasMessageContaining(
                            "row 1 of the activations (document 0, position 0) holds -70000.0, which does not fit F16 (largest 65504.0)");
        }
    }

    @Test
    void refusesToFinishWithoutRows() {
        try (var writer = Stores.writer(dir.resolve("store"), DType.F32, 3, 4096)) {
            assertThatThrownBy(() -> writer.finish(Stores.COUNTS))
                    .hasMessageContaining("no activations were kept");
        }
    }

    @Test
    void replacesAnOlderStoreButNothingElse() throws IOException {
        Path folder = Stores.write(dir.resolve("store"), 10, 3, 32);
        Stores.write(folder, 20, 3, 32);
        try (var store = ActivationStore.open(folder)) {
            assertThat(store.rows()).isEqualTo(20);
        }
        Path other = Files.createDirectory(dir.resolve("thesis"));
        Files.writeString(other.resolve("chapter-1.tex"), "years of work");
        assertThatThrownBy(() -> Stores.writer(other, DType.F32, 3, 4096))
                .hasMessageContaining("exists and is not an activation store");
        assertThat(other).isNotEmptyDirectory();
    }
}
