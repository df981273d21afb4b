package dev.sae4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A `sae4j` command line of the documentation.
///
/// @param place `docs/tutorial.md:12`
/// @param arguments what follows the program's name
record DocumentedCommand(String place, List<String> arguments) {
    private static final Pattern LINE =
            Pattern.compile("(?:[A-Z0-9_]+=\\S+ )*(?:\\./)?sae4j(?: (.*))?");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    /// What is big, and how small it is made here.
    private static final Map<String, Map<String, String>> SMALL =
            Map.of(
                    "quickstart",
                    Map.of("--tokens", "1200", "--rows", "1200", "--features", "64"),
                    "harvest",
                    Map.of("--tokens", "1200"),
                    "train",
                    Map.of("--rows", "1200", "--features", "64", "--batch", "256"),
                    "sweep",
                    Map.of("--set", "epochs=1", "--tokens", "100"),
                    "eval",
                    Map.of("--tokens", "100"),
                    "generate",
                    Map.of("--max-tokens", "3"),
                    "bench",
                    Map.of("--steps", "1", "--batch", "64", "--shape", "16x64"));

    /// Layers that the stand-in for other models has.
    private static final int LAYERS = 4;

    /// The commands of a block, long lines joined.
    static List<DocumentedCommand> in(Path root, Documents.Block block) {
        List<DocumentedCommand> found = new ArrayList<>();
        for (int i = 0; i < block.lines().size(); i++) {
            String place =
                    root.relativize(block.file()).toString().replace('\\', '/')
                            + ":"
                            + (block.line() + i);
            StringBuilder line = new StringBuilder(block.lines().get(i));
            while (line.toString().endsWith("\\") && i + 1 < block.lines().size()) {
                line.setLength(line.length() - 1);
                line.append(' ').append(block.lines().get(++i).strip());
            }
            Matcher command = LINE.matcher(line);
            if (command.matches()) {
                String rest = command.group(1);
                found.add(new DocumentedCommand(place, words(rest == null ? "" : rest)));
            }
        }
        return found;
    }

    /// Splits as a shell does, up to a pipe, a redirection or a comment.
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            String bare = word.group(3);
            if (bare != null && (bare.equals("|") || bare.startsWith(">") || bare.equals("#"))) {
                break;
            }
            words.add(bare != null ? bare : word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words;
    }

    /// The command line that parses it.
    static CommandLine program() {
        return Main.commandLine(silent(), Interruption.none());
    }

    static Terminal silent() {
        OutputStream nothing = OutputStream.nullOutputStream();
        return Terminal.of(nothing, nothing, "", Map.of());
    }

    /// The same with little to do and its files in `folder`. Models that are not here are replaced by
    /// the demo model, texts by a few lines; only a quick start without options reads WordNet.
    List<String> small(Path folder) throws IOException {
        String verb = arguments.isEmpty() ? "" : arguments.getFirst();
        CommandLine program = program().getSubcommands().get(verb);
        if (program == null) {
            return arguments; // --help and the like
        }
        CommandSpec spec = program.getCommandSpec();
        Map<String, String> sizes = new TreeMap<>(SMALL.getOrDefault(verb, Map.of()));
        if (verb.equals("quickstart") && !arguments.contains("--out")) {
            sizes.put("--out", folder.resolve("quickstart").toString());
        } else if (spec.findOption("--data") != null
                && (!verb.equals("train") || arguments.contains("--data"))) {
            sizes.put("--data", text(folder.resolve("text.txt")).toString());
        }
        List<String> args = new ArrayList<>(List.of(verb));
        for (int i = 1; i < arguments.size(); i++) {
            String word = arguments.get(i);
            OptionSpec option = spec.findOption(word);
            if (option == null) {
                boolean path = spec.positionalParameters().stream().anyMatch(p -> isPath(p));
                args.add(path ? path(folder, word) : fileOfProject(word));
            } else if (option.arity().max() == 0) {
                args.add(word);
            } else if (sizes.containsKey(word)) {
                i++;
            } else {
                args.add(word);
                args.add(value(folder, option, arguments.get(++i)));
            }
        }
        sizes.forEach((option, value) -> {
            args.add(option);
            args.add(value);
        });
        return args;
    }

    private static boolean isPath(ArgSpec arg) {
        return arg.type() == Path.class;
    }

    /// Files that the documentation comes with are used as they are.
    private static String fileOfProject(String word) {
        Path file = Documents.ofProject().root().resolve(word);
        return word.startsWith("docs/") && Files.exists(file) ? file.toString() : word;
    }

    private static String value(Path folder, OptionSpec option, String value) {
        if (isPath(option)) {
            return path(folder, value);
        }
        return switch (option.longestName()) {
            case "--model" -> Inputs.DEMO;
            case "--hook" -> layerThatThereIs(value);
            case "--sae" -> path(folder, value.contains(":") ? "my-sae" : value); // not the hub's
            case "--input", "--activations", "--targets" -> path(folder, value);
            case "--steer", "--ablate" -> folder.resolve(value).toString();
            default -> value;
        };
    }

    private static String layerThatThereIs(String hook) {
        Matcher number = Pattern.compile("\\d+").matcher(hook);
        return number.replaceAll(
                n -> Integer.toString(Math.min(LAYERS - 1, Integer.parseInt(n.group()))));
    }

    /// A text file of 200 different lines.
    static Path text(Path file) throws IOException {
        if (!Files.exists(file)) {
            var lines = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                lines.append("The river rose in the night and carried the bridge away, line ")
                        .append(i)
                        .append(".\n");
            }
            Files.writeString(file, lines);
        }
        return file;
    }

    /// Files of the project are used as they are, a model's folder is replaced by a small one.
    private static String path(Path folder, String path) {
        Path root = Documents.ofProject().root();
        if (Files.exists(root.resolve(path)) && path.startsWith("fixtures/")) {
            return root.resolve(path).toString();
        }
        return path.equals("SmolLM2-135M")
                ? root.resolve("fixtures/models/llama").toString()
                : folder.resolve(path).toString();
    }
}
