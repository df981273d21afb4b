package dev.sae4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command itself, without a verb: `sae4j --help` and `sae4j --version`.
@Command(
        name = "sae4j",
        description = "Sparse autoencoders for language models: harvest, train, measure, read.",
        synopsisSubcommandLabel = "VERB",
        mixinStandardHelpOptions = true,
        versionProvider = Sae4j.Version.class,
        commandListHeading = "%nVerbs:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sae4j quickstart                from text to features, no network needed",
            "  sae4j inspect my-sae            what a file or folder is",
            "  sae4j VERB --help               options and examples of a verb",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."
        })
final class Sae4j {
    /// One new instance of each verb, in the order in which help lists them.
    static List<Verb> verbs() {
        return List.of(
                new Quickstart(),
                new HarvestVerb(),
                new TrainVerb(),
                new SweepVerb(),
                new EvalVerb(),
                new ActivationsVerb(),
                new Encode(),
                new FeaturesVerb(),
                new GenerateVerb(),
                new Bench(),
                new Inspect(),
                new Convert(),
                new PullVerb(),
                new PublishVerb());
    }

    /// Version of the build and of the JDK that runs it.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sae4j " + ofBuild(), "Java " + Runtime.version()};
        }

        static String ofBuild() {
            var properties = new Properties();
            try (InputStream in = Sae4j.class.getResourceAsStream("version.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return properties.getProperty("version", "(unknown version)");
        }
    }
}
