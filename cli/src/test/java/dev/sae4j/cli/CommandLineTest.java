package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sae4j.io.Sae4jException;
import dev.sae4j.io.UsageException;
import dev.sae4j.testing.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = Terminal.of(out, err, "", Map.of());

    private int run(String... args) {
        return Main.run(terminal, Interruption.none(), args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static String topk() {
        return Fixtures.root().resolve("checkpoints/saelens/topk").toString();
    }

    @Test
    void listsTheVerbs() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("Usage: sae4j").contains("inspect").contains("Exit codes");
        assertThat(err()).isEmpty();
    }

    @Test
    void everyVerbHasTheCommonOptionsAndAnExample() {
        CommandLine line = Main.commandLine(terminal, Interruption.none());
        assertThat(line.getSubcommands()).isNotEmpty();
        line.getSubcommands()
                .forEach((name, verb) -> {
                    var spec = verb.getCommandSpec();
                    assertThat(spec.optionsMap().keySet())
                            .as(name)
                            .containsAll(
                                    Set.of(
                                            "--json",
                                            "--quiet",
                                            "--verbose",
                                            "--threads",
                                            "--seed",
                                            "--help"));
                    assertThat(spec.usageMessage().description()).as(name).isNotEmpty();
                    assertThat(String.join("\n", spec.usageMessage().footer()))
                            .as("examples of " + name)
                            .contains("sae4j " + name);
                    assertThat(run(name, "--help")).isZero();
                });
    }

    @Test
    void inspectsForPeople() {
        assertThat(run("inspect", topk())).isZero();
        assertThat(out())
                .contains("sparse autoencoder, format saelens")
                .contains("topk, k = 8")
                .contains("72 features")
                .contains("norms of all 72 rows")
                .contains("No problems found.");
        assertThat(err()).isEmpty();
    }

    @Test
    void inspectsForPrograms() {
        assertThat(run("inspect", "--json", topk())).isZero();
        JsonNode json = JsonMapper.shared().readTree(out());
        assertThat(json.path("kind").asString()).isEqualTo("sae");
        assertThat(json.path("d_in").asInt()).isEqualTo(20);
        assertThat(json.path("apply_b_dec_to_input").asBoolean()).isTrue();
        assertThat(json.path("decoder_norms").path("median").asDouble()).isPositive();
        assertThat(json.path("tensors").get(0).path("name").asString()).isEqualTo("W_dec");
        assertThat(err()).isEmpty();
    }

    @Test
    void failsWithASentence() {
        assertThat(run("inspect", "no/such/folder")).isEqualTo(1);
        assertThat(err()).isEqualTo("sae4j: [such/folder] does not exist\n");
        assertThat(out()).isEmpty();
    }

    @Test
    void suggestsTheOptionThatWasMeant() {
        assertThat(run("inspect", "--jsn", "x")).isEqualTo(2);
        assertThat(err())
                .startsWith("sae4j: unknown option: '--jsn'")
                .contains("did you mean --json?")
                .endsWith("See: sae4j inspect --help\n");
    }

    @Test
    void suggestsTheVerbThatWasMeantAndListsAll() {
        assertThat(run("inspcet", "x")).isEqualTo(2);
        assertThat(err()).contains("'inspcet'").contains("did you mean inspect").contains("Verbs:");
    }

    @Test
    void wantsAVerb() {
        assertThat(run()).isEqualTo(2);
        assertThat(err()).startsWith("sae4j: say what to do\nVerbs: ");
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(run("inspect")).isEqualTo(2);
        assertThat(err()).startsWith("sae4j: missing required parameter: 'PATH'");
    }

    @Test
    void saysVersions() {
        assertThat(run("--version")).isZero();
        assertThat(out()).matches("(?s)sae4j \\d+\\.\\d+.*Java 2[5-9].*");
    }

    @Test
    void refusesNoThreads() {
        assertThat(fail(new UsageException("--threads must be at least 1, got 0"))).isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "sae4j: --threads must be at least 1, got 0\nSee: sae4j failing --help\n");
    }

    @Test
    void keepsStackTracesForVerbose() {
        assertThat(fail(new Sae4jException("[x] is broken"))).isEqualTo(1);
        assertThat(err()).isEqualTo("sae4j: [x] is broken\n");
        err.reset();
        fail(new Sae4jException("[x] is broken"), "--verbose");
        assertThat(err()).startsWith("sae4j: [x] is broken\n").contains("\tat dev.sae4j.cli");
    }

    @Test
    void turnsEveryFailureIntoASentence() {
        fail(new NoSuchFileException("/a/b"));
        fail(new IOException("odd"));
        fail(new OutOfMemoryError("Java heap space"));
        fail(new IllegalStateException("surprise"));
        assertThat(err())
                .contains("sae4j: [/a/b] does not exist\n")
                .contains("could not be read or written: odd\n")
                .contains("sae4j: ran out of memory: the Java heap may take")
                .contains("was not foreseen: java.lang.IllegalStateException: surprise\n")
                .contains("See where: add --verbose\n")
                .doesNotContain("\tat ");
    }

    private int fail(Throwable e, String... options) {
        CommandLine line = Main.commandLine(terminal, Interruption.none());
        line.addSubcommand(new Failing(e));
        Main.adopt(line, terminal, Interruption.none());
        var args = new String[options.length + 1];
        args[0] = "failing";
        System.arraycopy(options, 0, args, 1, options.length);
        return line.execute(args);
    }

    @Command(name = "failing")
    private static final class Failing extends Verb {
        private final Throwable failure;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        void run(Console console) throws Exception {
            switch (failure) {
                case Exception e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError(failure);
            }
        }
    }
}
