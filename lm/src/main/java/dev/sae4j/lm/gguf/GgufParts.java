package dev.sae4j.lm.gguf;

import dev.sae4j.io.Gguf;
import dev.sae4j.io.Sae4jException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Opens the files of a model as `llama-gguf-split` names them, `NAME-00001-of-00003.gguf`. Each has
/// `split.no`, from 0, and `split.count`; the first has the model's metadata and
/// `split.tensors.count`, the tensors of all.
final class GgufParts {
    private GgufParts() {}

    static List<Gguf> open(GgufName name) {
        List<Gguf> parts = new ArrayList<>();
        try {
            if (name.parts() == 1) {
                parts.add(Gguf.open(name.file()));
                checkWhole(parts.getFirst());
            } else {
                for (int part = 1; part <= name.parts(); part++) {
                    parts.add(open(name, part));
                }
                checkTensors(parts);
            }
            return parts;
        } catch (RuntimeException e) {
            parts.forEach(Gguf::close);
            throw e;
        }
    }

    private static void checkWhole(Gguf file) {
        JsonNode count = file.values().path("split.count");
        if (count.isIntegralNumber() && count.asLong(1) > 1) {
            throw Sae4jException.in(
                    file.file(),
                    "is one of %s parts of a model: keep their names, NAME-00001-of-%05d.gguf and so on, and put them in one folder"
                            .formatted(count, count.asLong(1)));
        }
    }

    private static Gguf open(GgufName name, int part) {
        Path file = part == name.part() ? name.file() : name.sibling(part);
        if (!Files.exists(file)) {
            throw Sae4jException.in(
                    file,
                    "does not exist: %s is kept in %d files, and all are needed"
                            .formatted(name.model(), name.parts()));
        }
        Gguf opened = Gguf.open(file);
        String no = opened.values().path("split.no").asString("missing");
        String count = opened.values().path("split.count").asString("missing");
        if (!no.equals(String.valueOf(part - 1)) || !count.equals(String.valueOf(name.parts()))) {
            opened.close();
            throw Sae4jException.in(
                    file,
                    "has split.no %s of split.count %s: its name says %d of %d"
                            .formatted(no, count, part - 1, name.parts()));
        }
        return opened;
    }

    private static void checkTensors(List<Gguf> parts) {
        long there = parts.stream().mapToLong(p -> p.tensors().size()).sum();
        JsonNode said = parts.getFirst().values().path("split.tensors.count");
        if (said.isIntegralNumber() && said.asLong(-1) != there) {
            throw Sae4jException.in(
                    parts.getFirst().file(),
                    "has split.tensors.count %s, but its %d parts have %d tensors"
                            .formatted(said, parts.size(), there));
        }
    }
}
