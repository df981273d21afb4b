package dev.sae4j.lm;

import dev.sae4j.io.Gguf;
import dev.sae4j.io.Sae4jException;
import dev.sae4j.lm.family.Families;
import dev.sae4j.lm.gguf.GgufModel;
import dev.sae4j.lm.gguf.GgufName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Where a model is read from. Its weights are opened once, by [#weights], and close with those.
sealed interface ModelSource {
    /// What it is called.
    String name();

    /// What it is made of.
    Families.Match match();

    /// The files that decide what it computes.
    List<Path> files();

    /// The weights, all names and sizes checked.
    Weights weights(RopeTables ropes);

    /// Reads the tokenizer.
    Tokenizer openTokenizer();

    /// The file that the tokenizer is read from.
    Path tokenizerFile();

    /// Finds out what a path holds.
    ///
    /// @throws Sae4jException if that is no model, or several
    static ModelSource open(Path path) {
        if (!Files.exists(path)) {
            throw Sae4jException.in(path, "does not exist: " + EXPECTED);
        }
        if (Files.isDirectory(path)) {
            return inFolder(path);
        }
        if (GgufName.isGguf(path) || beginsAsGguf(path)) {
            return InGguf.open(path);
        }
        throw Sae4jException.in(path, "is not a folder and not a GGUF file: " + EXPECTED);
    }

    /// What a path may hold, for messages.
    String EXPECTED =
            "expected a model folder with config.json, model.safetensors and tokenizer.json, or a .gguf file";

    private static ModelSource inFolder(Path folder) {
        if (!ModelFiles.areIn(folder)) {
            List<Path> models = GgufName.modelsIn(folder);
            if (models.size() > 1) {
                throw Sae4jException.in(
                        folder,
                        "holds several models, name one of them: "
                                + models.stream()
                                        .map(m -> m.getFileName().toString())
                                        .collect(Collectors.joining(", ")));
            }
            if (!models.isEmpty()) {
                return InGguf.open(models.getFirst());
            }
        }
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return folder(folder, last == null ? "model" : last.toString());
    }

    /// Files in a hub's cache may be called by their checksum.
    private static boolean beginsAsGguf(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(4), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .equals("GGUF");
        } catch (IOException e) {
            return false;
        }
    }

    /// A folder as Hugging Face lays it out.
    static ModelSource folder(Path folder, String name) {
        return new InFolder(folder, name, Families.read(folder.resolve("config.json")));
    }

    /// A Hugging Face folder.
    record InFolder(Path folder, String name, Families.Match match) implements ModelSource {
        @Override
        public List<Path> files() {
            return ModelStamps.inFolder(folder);
        }

        @Override
        public Weights weights(RopeTables ropes) {
            return Weights.of(match, ropes, ModelFiles.open(folder));
        }

        @Override
        public Tokenizer openTokenizer() {
            return Tokenizer.open(tokenizerFile());
        }

        @Override
        public Path tokenizerFile() {
            return folder.resolve("tokenizer.json");
        }
    }

    /// A GGUF file or the parts of one.
    record InGguf(GgufModel model, Families.Match match) implements ModelSource {
        static InGguf open(Path file) {
            GgufModel model = GgufModel.open(file);
            try {
                return new InGguf(model, Families.read(model));
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        }

        @Override
        public String name() {
            return model.name();
        }

        @Override
        public List<Path> files() {
            return model.files().stream().map(Gguf::file).toList();
        }

        @Override
        public Weights weights(RopeTables ropes) {
            ModelFiles files = ModelFiles.of(model);
            Weights weights = Weights.of(match, ropes, files);
            try {
                files.requireNoMore(model.architecture(), GgufModel.ROPE_TENSORS);
                return weights;
            } catch (RuntimeException e) {
                weights.close();
                throw e;
            }
        }

        @Override
        public Tokenizer openTokenizer() {
            return Tokenizer.ofGguf(model.file(), model.metadata());
        }

        @Override
        public Path tokenizerFile() {
            return model.file();
        }
    }
}
