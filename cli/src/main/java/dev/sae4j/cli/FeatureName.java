package dev.sae4j.cli;

import dev.sae4j.features.FeatureBook;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;

/// An SAE and one of its features, as `S:FEATURE`, and what the feature book beside the SAE knows.
///
/// @param sae file or folder
/// @param feature its index
record FeatureName(String sae, int feature) {
    /// @param option that has it, for the message
    /// @param all what the option was given
    /// @param text the part with the name
    static FeatureName parse(String option, String all, String text) {
        int colon = text.lastIndexOf(':');
        String number = text.substring(colon + 1);
        if (colon < 1 || !number.matches("\\d{1,9}")) {
            String expected =
                    option.equals("--steer")
                            ? "S:FEATURE=STRENGTH, such as my-sae:512=8"
                            : "S:FEATURE, such as my-sae:512";
            throw new UsageException("%s '%s': expected %s".formatted(option, all, expected));
        }
        return new FeatureName(text.substring(0, colon), Integer.parseInt(number));
    }

    private Path book() {
        return Path.of(sae).toAbsolutePath().resolveSibling("features");
    }

    /// What the book calls it; empty if there is no book, or a broken one.
    String label() {
        if (!Files.isDirectory(book())) {
            return "";
        }
        try (FeatureBook opened = FeatureBook.open(book())) {
            return feature < opened.size() ? opened.label(feature).text() : "";
        } catch (Sae4jException e) {
            return ""; // it is only a name
        }
    }

    /// Its largest activation.
    ///
    /// @param text what `--steer` was given, for messages
    /// @param features how many the SAE has
    double largest(String text, int features) {
        if (!Files.isDirectory(book())) {
            throw new UsageException(
                    "--steer '%s': a strength such as 3x counts the feature's largest activation, which stands in the feature book, but there is no %s: give a plain number"
                            .formatted(text, book()));
        }
        try (FeatureBook opened = FeatureBook.open(book())) {
            if (opened.size() != features) {
                throw new UsageException(
                        "--steer '%s': %s describes %d features, the SAE has %d: it belongs to another SAE; give a plain number"
                                .formatted(text, book(), opened.size(), features));
            }
            double largest = feature < features ? opened.summary(feature).max() : Double.NaN;
            if (largest == 0) {
                throw new UsageException(
                        "--steer '%s': feature %d never fired when the feature book was made, so it has no largest activation: give a plain number"
                                .formatted(text, feature));
            }
            return Double.isNaN(largest) ? 1 : largest; // the SAE will say which features it has
        }
    }
}
