package dev.sae4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sae4j.features.label.Confidence;
import dev.sae4j.features.label.LabelKind;
import dev.sae4j.io.Json;
import dev.sae4j.io.Sae4jException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class FeatureBookTest {
    @TempDir Path folder;

    @Test
    void whatIsWrittenIsReadBack() {
        FeatureBook book = TinyBook.make(1, TinyBook.source(40, 64));
        book.write(folder.resolve("features"));

        try (FeatureBook read = FeatureBook.open(folder.resolve("features"))) {
            assertThat(read.meta().other()).isEqualTo(book.meta().other());
            assertThat(read.meta().tokens()).isEqualTo(book.meta().tokens());
            for (int f = 0; f < book.size(); f++) {
                assertThat(read.label(f)).isEqualTo(book.label(f));
                assertThat(read.summary(f).fires()).isEqualTo(book.summary(f).fires());
                assertThat(read.boosted(f)).isEqualTo(book.boosted(f));
                assertThat(read.suppressed(f)).isEqualTo(book.suppressed(f));
                assertThat(read.examples(f)).usingRecursiveComparison().isEqualTo(book.examples(f));
            }
            assertThat(read.statistics().orElseThrow())
                    .usingRecursiveComparison()
                    .isEqualTo(book.statistics().orElseThrow());
            assertThat(read.text().orElseThrow().token(1)).isEqualTo(" river");
            assertThat(read.text().orElseThrow().isSpecial(0)).isTrue();
            read.write(folder.resolve("again"));
        }
        assertThat(folder.resolve("again/examples.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("features/examples.safetensors"));
        assertThat(folder.resolve("again/feature_labels.jsonl"))
                .hasSameBinaryContentAs(folder.resolve("features/feature_labels.jsonl"));
    }

    @Test
    void writesTheKeysThatPublishedFilesHave() throws IOException {
        TinyBook.make(1, TinyBook.source(40, 64)).write(folder.resolve("features"));

        JsonNode data = Json.readObject(folder.resolve("features/feature_data.json"));
        assertThat(data.propertyNames()).containsExactly("features", "meta");
        assertThat(data.get("features").get(0).propertyNames())
                .containsExactly("i", "d", "mx", "mn", "c");
        assertThat(data.get("meta").propertyNames())
                .contains("model", "n_features", "n_tokens", "n_texts", "layer", "hidden_size");
        assertThat(Files.readAllLines(folder.resolve("features/feature_labels.jsonl")))
                .hasSize(8)
                .first()
                .isEqualTo(
                        "{\"feature\":0,\"interp\":\"\",\"autointerp\":\"\\\"river\\\"\",\"confidence\":\"confident\"}");
    }

    @Test
    void readsPublishedFiles() throws URISyntaxException {
        var resource = getClass().getResource("/baguettotron-sae-L48/feature_data.json");
        Path published = Path.of(Objects.requireNonNull(resource).toURI()).resolveSibling(".");

        try (FeatureBook book = FeatureBook.open(published.normalize())) {
            assertThat(book.size()).isEqualTo(260);
            assertThat(book.meta().model()).isEqualTo("PleIAs/Baguettotron");
            assertThat(book.meta().tokens()).isEqualTo(1_654_784);
            assertThat(book.meta().other()).containsEntry("k", 16).containsKey("umap");
            assertThat(book.summary(0))
                    .isEqualTo(
                            new FeatureSummary(
                                    0,
                                    1178,
                                    0.000712,
                                    296.1925,
                                    74.8022,
                                    new Coordinates(3.0825, 1.942, 3.2019, 1.5535, 1.6844)));
            assertThat(book.label(3).confidence()).isEqualTo(Confidence.DEAD);
            assertThat(book.label(60).text()).isEqualTo("polish word beginnings");
            assertThat(book.label(107).confidence()).isEqualTo(Confidence.UNKNOWN);
            assertThat(book.label(244).text()).isEmpty();
            assertThat(book.label(0).kind()).isEqualTo(LabelKind.OTHER);
            assertThat(book.examples(0)).isEmpty();
            assertThat(book.boosted(0)).isEmpty();
            assertThat(book.text()).isEmpty();

            book.write(folder.resolve("copy"));
        }
        try (FeatureBook copy = FeatureBook.open(folder.resolve("copy"))) {
            assertThat(copy.summary(5).map()).isNotNull();
            assertThat(copy.label(60).human()).isEqualTo("polish word beginnings");
        }
    }

    @Test
    void anEditedLabelLosesTheEvidenceOfTheOldOne() throws IOException {
        TinyBook.make(1, TinyBook.source(40, 64)).write(folder.resolve("f"));
        Path labels = folder.resolve("f/feature_labels.jsonl");
        Files.writeString(labels, Files.readString(labels).replace("\\\"river\\\"", "water"));

        try (FeatureBook book = FeatureBook.open(folder.resolve("f"))) {
            assertThat(book.label(0).text()).isEqualTo("water");
            assertThat(book.label(0).kind()).isEqualTo(LabelKind.OTHER);
        }
    }

    @Test
    void refusesDamagedFeatureData() throws IOException {
        refuses("[]", "is not a JSON object");
        refuses("{\"features\":[{\"i\":0", "is not JSON");
        refuses("{\"meta\":{}}", "has no array 'features'");
        refuses("{\"features\":[{}]}", "features[0] is not an object with an integer 'i'");
        refuses("{\"features\":[{\"i\":-1}]}", "features[0] has i = -1: expected each of 0 to 0");
        refuses(
                "{\"features\":[{\"i\":0},{\"i\":0}]}",
                "features[1] has i = 0: expected each of 0 to 1 once");
        refuses(
                "{\"features\":[{\"i\":0,\"mx\":\"<b>\"}]}",
                "features[0].mx is \"<b>\": expected a number");
        refuses(
                "{\"features\":[{\"i\":0}],\"meta\":{\"n_features\":4608}}",
                "meta says n_features = 4608, but there are 1 features");
    }

    private void refuses(String data, String message) throws IOException {
        Files.writeString(folder.resolve("feature_data.json"), data);
        assertThatThrownBy(() -> FeatureBook.open(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("feature_data.json] ")
                .hasMessageContaining(message);
    }

    @Test
    void saysWhatAFolderLacksToBeABook() {
        assertThatThrownBy(() -> FeatureBook.open(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining("is not a feature book: it has no feature_data.json");
    }

    @Test
    void refusesDamagedLabels() throws IOException {
        Files.writeString(folder.resolve("feature_data.json"), "{\"features\":[{\"i\":0}]}");
        Path labels = folder.resolve("feature_labels.jsonl");
        refusesLabel(
                labels, "{\"feature\":1}", "line 1 names feature 1: the book has features 0 to 0");
        refusesLabel(labels, "{\"interp\":\"x\"}", "line 1 names feature");
        refusesLabel(labels, "\n{\"feature\":0,", "line 2 is not JSON");
        refusesLabel(labels, "7", "line 1 is not a JSON object");
        refusesLabel(
                labels,
                "{\"feature\":0,\"confidence\":\"sure\"}",
                "line 1: confidence is 'sure': expected confident, tentative, dead or an empty string");
        refusesLabel(
                labels,
                "{\"feature\":0,\"interp\":\"" + "x".repeat(1 << 20) + "\"}",
                "labels end at 1 MiB");
        Files.write(labels, new byte[] {'{', (byte) 0xff});
        assertThatThrownBy(() -> FeatureBook.open(folder)).hasMessageContaining("is not UTF-8");

        Files.delete(labels);
        refusesLabel(
                folder.resolve("labels.json"),
                "{\"x\":{}}",
                "key 'x' is not the number of a feature");
    }

    private void refusesLabel(Path file, String content, String message) throws IOException {
        Files.writeString(file, content);
        assertThatThrownBy(() -> FeatureBook.open(folder))
                .isInstanceOf(Sae4jException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesColumnsOfAnotherBook() throws IOException {
        TinyBook.make(1, TinyBook.source(40, 64)).write(folder.resolve("f"));
        Files.writeString(folder.resolve("feature_data.json"), "{\"features\":[{\"i\":0}]}");
        for (String part : new String[] {"examples", "logits", "statistics"}) {
            Path copy = folder.resolve(part + ".safetensors");
            Files.copy(folder.resolve("f").resolve(copy.getFileName()), copy);
            assertThatThrownBy(() -> FeatureBook.open(folder))
                    .isInstanceOf(Sae4jException.class)
                    .hasMessageContaining(part + ".safetensors]");
            Files.delete(copy);
        }
    }
}
