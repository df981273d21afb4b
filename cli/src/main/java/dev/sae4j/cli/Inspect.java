package dev.sae4j.cli;

import dev.sae4j.inspect.Inspection;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `sae4j inspect PATH`: says what a file or folder is, without executing anything in it.
@Command(
        name = "inspect",
        description = {
            "Say what a file or folder is: an SAE of any known format, a folder of many SAEs, an activation store, a language model's folder, or a file of tensors (safetensors, torch, npz, npy, GGUF).",
            "Large files are sampled, never read whole."
        },
        footer = {
            "  sae4j inspect my-sae",
            "  sae4j inspect --json my-sae | jq .decoder_norms",
            "  sae4j inspect model.safetensors"
        })
final class Inspect extends Verb {
    @Parameters(paramLabel = "PATH", description = "File or folder to look at.")
    private Path path;

    @Mixin private ReadingOptions reading = new ReadingOptions();

    @Override
    void run(Console console) {
        Inspection inspection = Inspection.of(path, reading.toOptions());
        console.result(inspection, () -> new InspectionText(console).of(inspection));
    }
}
