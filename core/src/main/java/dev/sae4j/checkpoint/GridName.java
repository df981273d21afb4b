package dev.sae4j.checkpoint;

import static java.math.RoundingMode.HALF_EVEN;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The file name of a grid search, which holds what its state dict does not:
/// `BatchTopK_exp8x_k220.pt`, `TopK_exp4x_k64.pt`, `JumpReLU_exp4x_t0.5.pt`.
///
/// @param kind `BatchTopK`, `TopK` or `JumpReLU`
/// @param expansion features per input dimension
/// @param k features per row; null for JumpReLU
/// @param threshold null for the others
record GridName(String kind, double expansion, @Nullable Integer k, @Nullable Float threshold) {
    private static final int DIGITS = 12;
    static final Pattern FORM =
            Pattern.compile(
                    "^(?:(BatchTopK|TopK)_exp(\\d{1,6}(?:\\.\\d{1,12})?)x_k(\\d{1,9})"
                            + "|JumpReLU_exp(\\d{1,6}(?:\\.\\d{1,12})?)x_t(-?\\d{1,40}(?:\\.\\d{1,60})?))\\.pt$");

    /// Empty if the name has another form.
    static Optional<GridName> of(Path file) {
        Path name = file.getFileName();
        Matcher m = FORM.matcher(name == null ? "" : name.toString());
        if (!m.matches()) {
            return Optional.empty();
        }
        if (m.group(1) == null) {
            return Optional.of(
                    new GridName(
                            "JumpReLU",
                            Double.parseDouble(m.group(4)),
                            null,
                            Float.parseFloat(m.group(5))));
        }
        return Optional.of(
                new GridName(
                        m.group(1),
                        Double.parseDouble(m.group(2)),
                        Integer.valueOf(m.group(3)),
                        null));
    }

    /// The activation, checked against the sizes of the tensors.
    Activation activation(Path file, Sizes sizes) {
        if (!expands(sizes.dIn(), sizes.dSae())) {
            throw Sae4jException.in(
                    file,
                    "is called %sx, but %s: d_sae = %d is no %s times d_in = %d"
                            .formatted(
                                    plain(expansion),
                                    sizes.why(),
                                    sizes.dSae(),
                                    plain(expansion),
                                    sizes.dIn()));
        }
        if (threshold != null) {
            return Activation.JumpRelu.of(threshold, sizes.dSae());
        }
        int checked = sizes.k(file, "the name", k == null ? 0 : k);
        return kind.equals("TopK")
                ? new Activation.TopK(checked)
                : new Activation.BatchTopK(checked, null);
    }

    /// True if the expansion is the one of these sizes, as far as its digits go.
    boolean expands(int dIn, int dSae) {
        return Math.round(expansion * dIn) == dSae;
    }

    /// The expansion with as few digits as tell `d_sae`.
    static double expansion(int dIn, int dSae) {
        BigDecimal exact = new BigDecimal(dSae).divide(new BigDecimal(dIn), DIGITS, HALF_EVEN);
        for (int digits = 0; digits < DIGITS; digits++) {
            double rounded = exact.setScale(digits, HALF_EVEN).doubleValue();
            if (Math.round(rounded * dIn) == dSae) {
                return rounded;
            }
        }
        return exact.doubleValue();
    }

    /// The name of the file.
    String file() {
        String rule = threshold == null ? "k" + k : "t" + plain(threshold);
        return "%s_exp%sx_%s.pt".formatted(kind, plain(expansion), rule);
    }

    private static String plain(Number number) {
        String text = new BigDecimal(number.toString()).toPlainString();
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
