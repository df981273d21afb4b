package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sae4j.checkpoint.Checkpoints;
import dev.sae4j.testing.hub.FakeHub;
import dev.sae4j.train.metric.Evaluation;
import dev.sae4j.train.metric.ModelLoss;
import dev.sae4j.train.metric.Reconstruction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.OptionSpec;

/// Holds the documentation to the program: every command in it runs, every link leads somewhere, the
/// reference lists what `--help` lists.
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|src=\"([^\"]+)\"");
    private static final Pattern MACHINE = Pattern.compile("(?<![\\w.])/(home|root|work|Users)/");
    private static final Set<String> COMMON =
            Set.of("--json", "--quiet", "--verbose", "--threads", "--seed", "--help", "--version");

    private final Documents documents = Documents.ofProject();

    @TempDir static Path folder;

    private static final FakeHub HUB = DocumentedHub.open();

    @AfterAll
    static void closeHub() {
        HUB.close();
    }

    private List<DocumentedCommand> commands() {
        return documents.blocks().stream()
                .flatMap(b -> DocumentedCommand.in(documents.root(), b).stream())
                .toList();
    }

    /// One after the other in one folder, as somebody who reads from the README on would type them.
    @TestFactory
    Stream<DynamicTest> everyCommandRuns() {
        Set<List<String>> done = new HashSet<>();
        assertThat(commands()).hasSizeGreaterThan(10);
        return commands().stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.place() + " " + String.join(" ", c.arguments()),
                                () -> {
                                    parses(c);
                                    List<String> small = c.small(folder);
                                    if (done.add(small)) {
                                        runs(small);
                                    }
                                }));
    }

    private static void parses(DocumentedCommand command) {
        var program = DocumentedCommand.program();
        assertThatCode(() -> program.parseArgs(command.arguments().toArray(String[]::new)))
                .as(command.place())
                .doesNotThrowAnyException();
    }

    private static void runs(List<String> arguments) {
        var errors = new ByteArrayOutputStream();
        var terminal =
                Terminal.of(
                        OutputStream.nullOutputStream(),
                        errors,
                        "",
                        DocumentedHub.environment(HUB, folder));
        int code = Main.run(terminal, Interruption.none(), arguments.toArray(String[]::new));
        assertThat(code)
                .as("%s%n%s", String.join(" ", arguments), errors.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void everyLinkLeadsToAFile() {
        List<String> broken = new ArrayList<>();
        for (Path file : documents.files()) {
            Matcher link = LINK.matcher(String.join("\n", Documents.lines(file)));
            while (link.find()) {
                String target = link.group(1) != null ? link.group(1) : link.group(2);
                if (!target.matches("[a-z]+:.*") && !leadsSomewhere(file, target)) {
                    broken.add(documents.root().relativize(file) + " -> " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Path from, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]);
        return Files.exists(file)
                && (parts.length == 1
                        || Documents.lines(file).stream()
                                .anyMatch(l -> l.startsWith("#") && anchor(l).equals(parts[1])));
    }

    /// The anchor of a heading, as code hosts make it.
    private static String anchor(String heading) {
        String text = heading.replaceFirst("^#+ +", "").strip().toLowerCase(Locale.ROOT);
        return text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
    }

    @Test
    void namesNoFolderOfAnyMachine() {
        for (Path file : documents.files()) {
            assertThat(Documents.lines(file))
                    .as(file.toString())
                    .noneMatch(l -> MACHINE.matcher(l).find());
        }
    }

    @Test
    void theReferenceListsEveryOptionAsHelpDoes() throws IOException {
        Path file = documents.root().resolve("docs/reference/commands.md");
        String all = Files.readString(file);
        for (var entry : DocumentedCommand.program().getSubcommands().entrySet()) {
            String verb = entry.getKey();
            String section = section(all, verb);
            for (OptionSpec option : entry.getValue().getCommandSpec().options()) {
                String place = COMMON.contains(option.longestName()) ? all : section;
                assertThat(place.contains(row(option)))
                        .as("%s, section %s, lacks the line%n%s", file, verb, row(option))
                        .isTrue();
            }
        }
    }

    @Test
    void theReferenceListsNoOptionThatIsGone() throws IOException {
        String all = Files.readString(documents.root().resolve("docs/reference/commands.md"));
        DocumentedCommand.program()
                .getSubcommands()
                .forEach((verb, program) -> {
                    Set<String> known =
                            program.getCommandSpec().options().stream()
                                    .flatMap(o -> Stream.of(o.names()))
                                    .collect(Collectors.toSet());
                    Matcher listed =
                            Pattern.compile("(?m)^\\| `(--[a-z-]+)").matcher(section(all, verb));
                    while (listed.find()) {
                        assertThat(known).as(verb).contains(listed.group(1));
                    }
                });
    }

    @Test
    void theReferenceExplainsEveryMetric() throws IOException {
        var all =
                new Evaluation(
                        new Reconstruction(1, 1, 1, 1, 1, 1, 1, 1), new ModelLoss(1, 1, 2, 3));
        String page = Files.readString(documents.root().resolve("docs/reference/metrics.md"));
        assertThat(all.metrics().keySet())
                .allSatisfy(name -> assertThat(page).contains("| `" + name + "`"));
    }

    @Test
    void theReferenceHasARowForEveryFormat() throws IOException {
        String page = Files.readString(documents.root().resolve("docs/reference/formats.md"));
        assertThat(Checkpoints.formats())
                .allSatisfy(format -> {
                    Matcher row =
                            Pattern.compile(
                                            "(?m)^\\| `%s` \\|.*\\| (yes )?\\|$"
                                                    .formatted(format.name()))
                                    .matcher(page);
                    assertThat(row.find()).as(format.name()).isTrue();
                    assertThat(row.group(1) != null).isEqualTo(format.writer().isPresent());
                });
    }

    /// From a verb's heading to the next.
    private static String section(String all, String verb) {
        String heading = "\n## " + verb + "\n";
        int from = all.indexOf(heading);
        assertThat(from).as("heading '## %s' in commands.md", verb).isNotNegative();
        int to = all.indexOf("\n## ", from + 1);
        return all.substring(from, to < 0 ? all.length() : to);
    }

    /// `` | `--tokens N` | Rows to keep: 500k, 10M. | `` and, if it is required, a mark of that.
    private static String row(OptionSpec option) {
        String names = String.join("`, `", option.names());
        String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        return "| `%s%s` | %s%s |"
                .formatted(
                        names,
                        label,
                        String.join(" ", option.description()).replace("|", "\\|"),
                        option.required() ? " **Required.**" : "");
    }
}
