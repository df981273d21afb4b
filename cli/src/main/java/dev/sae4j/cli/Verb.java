package dev.sae4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// What `sae4j VERB` runs. A verb declares its options and calls the libraries; it decides nothing.
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Sae4j.Version.class,
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        sortOptions = false)
abstract class Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    final CommonOptions common() {
        return common;
    }

    /// Does it. What went wrong is thrown: a [dev.sae4j.io.UsageException] exits with 2, all else
    /// with 1.
    abstract void run(Console console) throws Exception;
}
