package dev.sae4j.cli;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.io.UsageException;
import dev.sae4j.lm.Hook;
import dev.sae4j.lm.generate.AblatedFeatures;
import dev.sae4j.lm.generate.Intervention;
import dev.sae4j.lm.generate.SaePlace;
import dev.sae4j.sae.Sae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What is done to a model's inner state.
@Command
final class InterventionOptions {
    @Option(
            names = "--steer",
            paramLabel = "S:FEATURE=STRENGTH",
            description =
                    "Add STRENGTH times a feature's decoder direction at the SAE's hook, at every position; 3x is three times the feature's largest activation in the feature book. Repeatable.")
    private List<String> steer = new ArrayList<>();

    @Option(
            names = "--ablate",
            paramLabel = "S:FEATURE",
            description = "Take away what a feature contributes, at every position. Repeatable.")
    private List<String> ablate = new ArrayList<>();

    @Option(
            names = "--steer-vector",
            paramLabel = "FILE[#TENSOR]@HOOK=STRENGTH",
            description =
                    "Add STRENGTH times a vector from a safetensors, npy, npz or torch file at HOOK. Repeatable.")
    private List<String> vectors = new ArrayList<>();

    @Option(
            names = "--hook",
            paramLabel = "H",
            description = "Where the SAEs belong (default: what each says of itself).")
    private @Nullable String hook;

    @Mixin private ReadingOptions reading = new ReadingOptions();

    /// What was asked for, ready to use; closing it closes the SAEs.
    ///
    /// @param interventions in the order in which they act
    /// @param said a description of each
    /// @param ablated those of them that take features away
    record Opened(
            List<Intervention> interventions,
            List<Said> said,
            List<AblatedFeatures> ablated,
            List<Sae> saes)
            implements AutoCloseable {
        @Override
        public void close() {
            saes.forEach(Sae::close);
        }
    }

    /// An intervention in words.
    ///
    /// @param kind `steer`, `ablate` or `steer_vector`
    /// @param source the SAE, or the file with the vector
    /// @param feature null for a vector
    /// @param label what the feature book calls it; empty if there is none
    /// @param hook where
    /// @param strength null for an ablation
    record Said(
            String kind,
            String source,
            @Nullable Integer feature,
            String label,
            String hook,
            @Nullable Double strength) {
        String text() {
            String what =
                    feature == null
                            ? source
                            : "#" + feature + (label.isEmpty() ? "" : " (" + label + ")");
            return strength == null
                    ? "without " + what
                    : String.format(Locale.ROOT, "%s %+.4g", what, strength);
        }
    }

    /// True if the model is left as it is.
    boolean isEmpty() {
        return steer.isEmpty() && ablate.isEmpty() && vectors.isEmpty();
    }

    /// Opens SAEs and files. Features are taken away first, those of one SAE together, so that each
    /// is measured on what the model computed; then vectors and features are added.
    Opened open(Console console) {
        var opened =
                new Opened(
                        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<String, Sae> saes = new LinkedHashMap<>();
        try {
            addAblations(console, opened, saes);
            for (String text : vectors) {
                addVector(opened, text);
            }
            for (String text : steer) {
                addSteering(console, opened, saes, text);
            }
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void addAblations(Console console, Opened opened, Map<String, Sae> saes) {
        Map<String, List<FeatureName>> bySae = new LinkedHashMap<>();
        for (String text : ablate) {
            FeatureName name = FeatureName.parse("--ablate", text, text);
            bySae.computeIfAbsent(name.sae(), s -> new ArrayList<>()).add(name);
        }
        bySae.forEach((path, names) -> {
            Sae sae = sae(console, "--ablate", opened, saes, path);
            SaePlace place = place(sae, path);
            int[] features = names.stream().mapToInt(FeatureName::feature).toArray();
            var ablated = Intervention.ablate(sae, place, features);
            opened.ablated.add(ablated);
            opened.interventions.add(ablated);
            names.forEach(name -> opened.said.add(said("ablate", name, place, null)));
        });
    }

    private void addSteering(Console console, Opened opened, Map<String, Sae> saes, String text) {
        int equals = text.lastIndexOf('=');
        String given = text.substring(equals + 1);
        FeatureName name =
                FeatureName.parse("--steer", text, equals < 0 ? "" : text.substring(0, equals));
        boolean relative = given.endsWith("x");
        double strength =
                number("--steer", text, relative ? given.substring(0, given.length() - 1) : given);
        Sae sae = sae(console, "--steer", opened, saes, name.sae());
        if (relative) {
            strength *= name.largest(text, sae.config().dSae());
        }
        SaePlace place = place(sae, name.sae());
        opened.interventions.add(Intervention.steer(sae, place, name.feature(), strength));
        opened.said.add(said("steer", name, place, strength));
    }

    private static Said said(
            String kind, FeatureName name, SaePlace place, @Nullable Double strength) {
        String hook = Hook.parse(String.valueOf(place.output())).toString();
        return new Said(kind, name.sae(), name.feature(), name.label(), hook, strength);
    }

    private static void addVector(Opened opened, String text) {
        int equals = text.lastIndexOf('=');
        int at = text.lastIndexOf('@', Math.max(equals, 0));
        if (equals < 0 || at < 1) {
            throw new UsageException(
                    "--steer-vector '%s': expected FILE[#TENSOR]@HOOK=STRENGTH, such as steer.safetensors#v@resid_post.2=8"
                            .formatted(text));
        }
        double strength = number("--steer-vector", text, text.substring(equals + 1));
        Hook place = Hook.parse(text.substring(at + 1, equals));
        String source = text.substring(0, at);
        opened.interventions.add(Intervention.add(place, VectorFile.read(source), strength));
        opened.said.add(new Said("steer_vector", source, null, "", place.toString(), strength));
    }

    private Sae sae(
            Console console, String option, Opened opened, Map<String, Sae> saes, String path) {
        return saes.computeIfAbsent(
                path,
                p -> {
                    Path place = SaeOptions.find(console, option, p);
                    Sae sae = Checkpoints.open(place, reading.toOptions());
                    opened.saes.add(sae);
                    return sae;
                });
    }

    private SaePlace place(Sae sae, String path) {
        SaePlace place = hook == null ? SaePlace.of(sae) : SaePlace.of(sae, Hook.parse(hook));
        if (place.output() == null) {
            throw new UsageException(
                    "%s does not say which hook it belongs to: give --hook".formatted(path));
        }
        return place;
    }

    private static double number(String option, String all, String text) {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value) && text.matches("[-+.0-9eE]+")) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(
                "%s '%s': the strength '%s' is no number".formatted(option, all, text));
    }
}
