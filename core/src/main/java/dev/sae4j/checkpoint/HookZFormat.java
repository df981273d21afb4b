package dev.sae4j.checkpoint;

import dev.sae4j.sae.Activation;
import dev.sae4j.sae.Sae;
import dev.sae4j.sae.SaeConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// SAEs of attention (`hook_z`) by Kissane, Krzyzanowski and others: a torch state dict `NAME.pt`
/// and beside it `NAME_cfg.json` (`act_size`, `dict_size`, `act_name`).
///
/// | tensor | shape | |
/// |---|---|---|
/// | `W_enc` | `[d_in, d_sae]` | a feature is a column |
/// | `b_enc` | `[d_sae]` | |
/// | `W_dec` | `[d_sae, d_in]` | a feature is a row |
/// | `b_dec` | `[d_in]` | subtracted from the input |
///
/// Plain ReLU. The input is all heads side by side: `d_in` is heads times head width.
final class HookZFormat implements CheckpointFormat {
    /// `gpt2-small_L0_Hcat_z_lr1.20e-03...`
    private static final Pattern MODEL = Pattern.compile("^(.+?)_L\\d+_H");

    @Override
    public String name() {
        return "hook_z";
    }

    @Override
    public Optional<String> whyNot(Candidate candidate) {
        if (candidate.isFolder()) {
            return Optional.of("it is a folder: give the file with the weights");
        }
        StateDict state = StateDict.of(candidate.tensors(candidate.path()));
        if (!state.has(StateDict.W_NAMES)) {
            return state.lacks(StateDict.W_NAMES);
        }
        Optional<Path> file = config(candidate);
        if (file.isEmpty()) {
            return Optional.of("there is no NAME_cfg.json beside NAME.pt");
        }
        var config = new ConfigFile(file.get(), candidate.json(file.get()));
        return config.isAbsent("act_size") || config.isAbsent("dict_size")
                ? Optional.of(file.get().getFileName() + " has no act_size and dict_size")
                : Optional.empty();
    }

    private static Optional<Path> config(Candidate candidate) {
        String name = candidate.path().getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 1 ? Optional.empty() : candidate.beside(name.substring(0, dot) + "_cfg.json");
    }

    @Override
    public Sae open(Candidate candidate) {
        Path file = config(candidate).orElseThrow();
        var config = new ConfigFile(file, candidate.json(file));
        var sizes =
                new Sizes(
                        config.size("act_size"),
                        config.size("dict_size"),
                        "the config says act_size=%d, dict_size=%d"
                                .formatted(config.size("act_size"), config.size("dict_size")));
        Matcher model = MODEL.matcher(candidate.path().getFileName().toString());
        var canonical =
                new SaeConfig(
                        sizes.dIn(),
                        sizes.dSae(),
                        new Activation.Relu(),
                        true,
                        Metadata.of(
                                "model_name",
                                model.find() ? model.group(1) : null,
                                "hook_name",
                                config.isAbsent("act_name") ? null : config.word("act_name", ""),
                                "hook_z",
                                config.values()));
        StateDict state = StateDict.of(candidate.tensors(candidate.path()));
        return new Sae(
                canonical, state.inOut(sizes, "W_enc", "b_enc", "W_dec", "b_dec"), candidate);
    }
}
