package dev.sae4j.cli;

import dev.sae4j.io.Sae4jException;

/// Brings the JDK's vector module, which is not resolved unless asked for, into the running process.
///
/// `--add-modules jdk.incubator.vector` does the same but makes the JVM print a warning on every
/// start. The launcher therefore opens `jdk.internal.module` and leaves the module to this class,
/// which loads it as the JDK loads its own agents; with `--add-modules` there is nothing left to do.
final class VectorModule {
    private static final String MODULE = "jdk.incubator.vector";

    private VectorModule() {}

    /// Must run before any class that uses vectors is touched.
    static void load() {
        if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
            return;
        }
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, MODULE);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new Sae4jException(
                    "Java was started without its vector module: start sae4j by its launcher, or java with --add-modules "
                            + MODULE,
                    e);
        }
    }
}
