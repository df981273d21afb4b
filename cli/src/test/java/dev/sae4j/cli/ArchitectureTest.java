package dev.sae4j.cli;

import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The arrows between the modules, and rules that hold everywhere.
class ArchitectureTest {
    private static final List<String> ALL =
            List.of("core", "lm", "train", "features", "cli", "test-support");
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.sae4j");

    @Test
    void seesTheModules() {
        assertThat(CLASSES.stream().filter(in("core"))).isNotEmpty();
        assertThat(CLASSES.stream().filter(in("cli"))).isNotEmpty();
    }

    @Test
    void dataFlowsOneWay() {
        mayUse("core");
        mayUse("lm", "core");
        mayUse("train", "core", "lm");
        mayUse("features", "core", "lm");
        mayUse("cli", "core", "lm", "train", "features");
        mayUse("test-support");
    }

    private static void mayUse(String module, String... others) {
        List<String> forbidden =
                ALL.stream()
                        .filter(m -> !m.equals(module) && !Arrays.asList(others).contains(m))
                        .toList();
        noClasses()
                .that(in(module))
                .should()
                .dependOnClassesThat(in(forbidden.toArray(String[]::new)))
                .because(module + " knows only " + Arrays.toString(others))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /// Told by where a class file comes from: `core/target/classes` or `core/target/sae4j-core.jar`.
    private static DescribedPredicate<JavaClass> in(String... modules) {
        return DescribedPredicate.describe(
                "in " + Arrays.toString(modules),
                type -> {
                    String source = type.getSource().map(s -> s.getUri().toString()).orElse("");
                    return Arrays.stream(modules)
                            .anyMatch(m -> source.contains("/" + m + "/target/"));
                });
    }

    @Test
    void librariesDoNotPrint() {
        noClasses()
                .that(in("core", "lm", "train", "features"))
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void librariesDoNotExit() {
        noClasses()
                .that(in("core", "lm", "train", "features"))
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    @Test
    void thereIsNoStaticStateToChange() {
        fields().that(
                        DescribedPredicate.<JavaField>describe(
                                "are static", f -> f.getModifiers().contains(STATIC)))
                .should()
                .beFinal()
                .check(CLASSES);
    }

    @Test
    void coreNeedsNothingButTheJdkAndReadersOfJsonAndYaml() {
        classes()
                .that(in("core"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.sae4j..",
                        "java..",
                        "jdk.incubator.vector..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "org.snakeyaml.engine..",
                        "org.jspecify..")
                .check(CLASSES);
    }
}
