package dev.sae4j.checkpoint;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Reading;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import dev.sae4j.sae.SaeWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Cross-layer transcoders by mntss: `W_enc_{n}.safetensors` and `W_dec_{n}.safetensors` for each
/// layer, with a `config.yaml` (`model_name`, `feature_input_hook`, `feature_output_hook`). Give the
/// file with the encoder.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc_{n}` | `[d_sae, d_in]` | |
/// | `b_enc_{n}` | `[d_sae]` | |
/// | `b_dec_{n}` | `[d_out]` | with the encoder |
/// | `W_dec_{n}` | `[d_sae, layers, d_out]` | a decoder for each later layer: added up, as in SAELens |
///
/// Plain ReLU.
final class MntssCltFormat implements CheckpointFormat {
    private static final Pattern FILE = Pattern.compile("^W_enc_(\\d{1,9})\\.safetensors$");
    private static final String CONFIG = "config.yaml";

    @Override
    public String name() {
        return "mntss_clt";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        String n = layer(candidate);
        if (n == null) {
            return Optional.of("it is no file W_enc_{n}.safetensors");
        }
        if (part(candidate, "enc", n).isEmpty() || part(candidate, "dec", n).isEmpty()) {
            return Optional.of(
                    "there are not both W_enc_%s and W_dec_%s.safetensors".formatted(n, n));
        }
        return StateDict.of(candidate.tensors(candidate.path()))
                .lacks(candidate.path().getFileName().toString().replace(".safetensors", ""));
    }

    private static @Nullable String layer(Candidate candidate) {
        Path name = candidate.path().getFileName();
        Matcher matcher = FILE.matcher(name == null ? "" : name.toString());
        return matcher.matches() ? matcher.group(1) : null;
    }

    private static Optional<Path> part(Candidate candidate, String side, String n) {
        return candidate.isFolder()
                ? Optional.empty()
                : candidate.beside("W_%s_%s.safetensors".formatted(side, n));
    }

    @Override
    public Sae open(Candidate candidate) {
        String n = layer(candidate);
        if (n == null) {
            throw Sae4jException.in(candidate.path(), "is no file W_enc_{n}.safetensors");
        }
        StateDict in = StateDict.of(candidate.tensors(part(candidate, "enc", n).orElseThrow()));
        StateDict out = StateDict.of(candidate.tensors(part(candidate, "dec", n).orElseThrow()));
        int dSae = in.size("W_enc_" + n, 0);
        int dIn = in.size("W_enc_" + n, 1);
        int dOut = in.length("b_dec_" + n);
        var sizes =
                new Sizes(
                        dIn,
                        dSae,
                        dOut,
                        "W_enc_%s is [%d, %d], b_dec_%s [%d]".formatted(n, dSae, dIn, n, dOut));
        SaeWeights weights =
                SaeWeights.of(
                                FileMatrix.ofRows(
                                        in.floating("W_enc_" + n, sizes.why(), dSae, dIn)),
                                in.vector("b_enc_" + n, sizes.why(), dSae),
                                out.summedDecoders("W_dec_" + n, sizes),
                                in.vector("b_dec_" + n, sizes.why(), dOut))
                        .withTensors(
                                Stream.of(in, out)
                                        .flatMap(s -> s.tensors().values().stream())
                                        .toList());
        var config =
                new SaeConfig(dIn, dSae, new Activation.Relu(), false, metadata(candidate, n))
                        .asTranscoder(dOut);
        return new Sae(
                List.of(Reading.only(config, weights)),
                List.of(GemmaScope2Format.CROSS_LAYER),
                candidate);
    }

    private static Map<String, Object> metadata(Candidate candidate, String n) {
        Optional<Path> file = candidate.beside(CONFIG);
        if (file.isEmpty()) {
            return Metadata.of("hook_layer", Integer.valueOf(n));
        }
        var config = new ConfigFile(file.get(), candidate.yaml(file.get()));
        String at = "blocks.%s.".formatted(n);
        return Metadata.of(
                "model_name", config.isAbsent("model_name") ? null : config.word("model_name", ""),
                "hook_name", hook(at, config, "feature_input_hook"),
                "hook_name_out", hook(at, config, "feature_output_hook"),
                "hook_layer", Integer.valueOf(n));
    }

    private static @Nullable String hook(String at, ConfigFile config, String key) {
        return config.isAbsent(key) ? null : at + config.word(key, "");
    }
}
