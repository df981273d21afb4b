package dev.sae4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.io.Checksum;
import dev.sae4j.io.DType;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.SafetensorsWriter;
import dev.sae4j.io.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileStoreTest {
    @TempDir Path dir;
    Path store = Path.of("");

    @BeforeEach
    void writeAStore() {
        store = Stores.write(dir.resolve("store"), 100, 3, 64);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "format_version" : 2 | "format_version" : 3 | has format_version 3: this program reads versions 1 to 2
                    "format_version" : 2, |                     | has format_version : this program reads versions 1 to 2
                    "width" : 3          | "width" : 4          | norms.mean has 3 numbers, but width is 4
                    "width" : 3          | "width" : 2000000000 | width is 2000000000: expected 1 to 1048576
                    "width" : 3          | "width" : "3"        | Cannot coerce String value
                    "width" : 3          | "width" : 3.5        | is not a store's description
                    "width" : 3,         |                      | Missing creator property 'width'
                    "width" : 3          | "width" : 3, "x": 1  | Unrecognized property "x"
                    "dtype" : "F32"      | "dtype" : "I64"      | dtype is I64: activations are stored as BF16, F16 or F32
                    "dtype" : "F32"      | "dtype" : 1          | is not a store's description
                    "dtype" : "F32"      | "dtype" : "BF16"     | tensor 'activations' is F32; expected BF16 (store.json)
                    "rows" : 100         | "rows" : 99          | rows is 99, but the shards have 100 together
                    "shard-00001         | "../shard-00001      | shard file '../shard-00001.safetensors' is not named like
                    "shard-00001         | "shard-00000         | a shard is listed twice
                    "shard-00001         | "shard-00007         | store/shard-00007.safetensors] does not exist
                    "rows" : 36          | "rows" : -36         | shard-00001.safetensors has rows -36
                    {                    | [                    | is not JSON
                    """)
    void refusesAStoreJsonThatDoesNotFit(String from, String to, String message)
            throws IOException {
        Path json = store.resolve("store.json");
        String text = Files.readString(json);
        assertThat(text).contains(from);
        Files.writeString(json, text.replaceFirst("\\Q" + from + "\\E", to == null ? "" : to));
        assertThatThrownBy(() -> ActivationStore.open(store))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    @Test
    void readsStoresOfVersion1() throws IOException {
        Path json = store.resolve("store.json");
        String text =
                Files.readString(json).replace("\"format_version\" : 2", "\"format_version\" : 1");
        for (String added :
                List.of(
                        "contexts\" : \"split\"",
                        "empty_documents\" : 0",
                        "tokens_dropped\" : 0",
                        "rows_special\" : 0")) {
            assertThat(text).contains(added);
            text = text.replaceFirst("\"\\Q" + added + "\\E,\\s*", "");
        }
        Files.writeString(json, text);
        try (ActivationStore opened = ActivationStore.open(store)) {
            assertThat(opened.info().origin().contexts()).isEqualTo("split");
            assertThat(opened.info().counts()).isEqualTo(Stores.COUNTS);
        }
    }

    @Test
    void refusesRowCountsThatTheShardsDoNotHave() throws IOException {
        edit("\"rows\" : 64", "\"rows\" : 63");
        edit("\"rows\" : 100", "\"rows\" : 99");
        assertThatThrownBy(() -> ActivationStore.open(store))
                .hasMessageContaining(
                        "shard-00000.safetensors] tensor 'activations' is [64, 3]; expected [63, 3] (store.json: rows 63, width 3)");
    }

    @Test
    void refusesAShardThatWasCutShort() throws IOException {
        Path shard = store.resolve("shard-00001.safetensors");
        byte[] all = Files.readAllBytes(shard);
        Files.write(shard, java.util.Arrays.copyOf(all, all.length - 1));
        assertThatThrownBy(() -> ActivationStore.open(store))
                .hasMessageContaining(
                        "store/shard-00001.safetensors] is %d bytes long, but store.json says %d: cut short"
                                .formatted(all.length - 1, all.length));
    }

    @Test
    void saysWhatAStoreIsWhereThereIsNone() throws IOException {
        Path file = Files.createFile(dir.resolve("rows.npy"));
        refuses(dir, "has no store.json");
        refuses(file, "is no folder");
        refuses(dir.resolve("nowhere"), "does not exist");
    }

    private static void refuses(Path path, String found) {
        assertThatThrownBy(() -> ActivationStore.open(path))
                .isInstanceOf(Sae4jException.class)
                .hasMessageEndingWith(
                        path.getFileName()
                                + "] "
                                + found
                                + ": expected an activation store, a folder that 'sae4j harvest' makes; 'train' and 'sweep' also take a FILE.safetensors with a tensor [N, D]");
    }

    @Test
    void refusesIndicesOfAnotherDType() {
        Path shard = store.resolve("shard-00001.safetensors");
        List<Tensor> tensors =
                List.of(
                        Tensor.ofFloats("activations", new float[36 * 3], 36, 3),
                        Tensor.ofFloats("token_id", new float[36], 36),
                        Tensor.ofInts("document", new int[36], 36),
                        Tensor.ofInts("position", new int[36], 36));
        SafetensorsWriter.write(shard, Map.of(), tensors);
        assertThatThrownBy(
                        () -> {
                            edit(
                                    "\"bytes\" : " + bytesOfShard1(),
                                    "\"bytes\" : " + Files.size(shard));
                            ActivationStore.open(store).close();
                        })
                .hasMessageContaining("tensor 'token_id' is F32; expected I32 (store.json)");
    }

    private long bytesOfShard1() {
        return StoreJson.read(store).shards().get(1).bytes();
    }

    @Test
    void verifyFindsAChangedByte() throws IOException {
        Path shard = store.resolve("shard-00001.safetensors");
        byte[] all = Files.readAllBytes(shard);
        all[all.length - 1] ^= 1;
        Files.write(shard, all);
        try (var opened = ActivationStore.open(store)) {
            assertThatThrownBy(opened::verify)
                    .hasMessageContaining("store/shard-00001.safetensors] has the checksum")
                    .hasMessageContaining("damaged, copy or harvest the store again");
        }
    }

    @Test
    void namesTheRowThatIsNotFinite() throws IOException {
        Path shard = store.resolve("shard-00001.safetensors");
        float[] values = new float[36 * 3];
        values[3 * 20 + 1] = Float.NaN;
        SafetensorsWriter.write(
                shard,
                Map.of(),
                List.of(
                        Tensor.ofFloats("activations", values, 36, 3),
                        Tensor.ofInts("token_id", new int[36], 36),
                        Tensor.ofInts("document", new int[36], 36),
                        Tensor.ofInts("position", new int[36], 36)));
        StoreShard old = StoreJson.read(store).shards().get(1);
        Checksum now = Checksum.of(shard);
        edit(old.crc32c(), now.crc32c());
        edit("\"bytes\" : " + old.bytes(), "\"bytes\" : " + now.bytes());
        String message = "shard-00001.safetensors] row 20 of 'activations' holds NaN or infinity";
        try (var opened = ActivationStore.open(store);
                var reader = opened.shuffled(Shuffle.of(1))) {
            assertThatThrownBy(() -> opened.forEach(batch -> {})).hasMessageContaining(message);
            assertThatThrownBy(() -> reader.next(new float[300], 100))
                    .hasMessageContaining(message);
        }
    }

    @Test
    void saysWhichDTypesAreStored() {
        assertThatThrownBy(() -> Stores.writer(dir.resolve("x"), DType.F64, 3, 4096))
                .hasMessage("dtype is F64: activations are stored as BF16, F16 or F32");
    }

    private void edit(String from, String to) throws IOException {
        Path json = store.resolve("store.json");
        String text = Files.readString(json);
        assertThat(text).contains(from);
        Files.writeString(json, text.replaceFirst("\\Q" + from + "\\E", to));
    }
}
