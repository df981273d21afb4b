package dev.sae4j.train;

import dev.sae4j.train.engine.Density;
import dev.sae4j.train.recipe.Architecture;
import dev.sae4j.train.recipe.Recipe;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every trainer repeats the recorded run of the library it is named after, step by step: each
/// series and all weights, within ten times the drift that the recording itself shows between
/// float32 and float64.
@Tag("fixtures-training")
final class RecordedTrainingTest {
    @TestFactory
    Stream<DynamicTest> repeatsTheRunOfItsLibrary() {
        return RecordedCase.all().map(c -> repeat(c, Density.MEASURED));
    }

    @TestFactory
    Stream<DynamicTest> repeatsItOnTheDensePath() {
        return RecordedCase.all()
                .filter(c -> hasDensePath(c.recipe()))
                .map(c -> repeat(c, Density.ALWAYS_DENSE));
    }

    @TestFactory
    Stream<DynamicTest> repeatsItOnTheSparsePath() {
        return RecordedCase.all()
                .filter(c -> hasDensePath(c.recipe()) || c.recipe().loss().aux() != null)
                .map(c -> repeat(c, Density.ALWAYS_SPARSE));
    }

    private static DynamicTest repeat(RecordedCase recorded, Density density) {
        return DynamicTest.dynamicTest(
                recorded.name(),
                () -> {
                    Rehearsal rehearsal = new Rehearsal(recorded, density).run();
                    new RecordedEnd(recorded, rehearsal).compare();
                    ParityTable.add(rehearsal, recorded, density);
                });
    }

    /// True for architectures that select by threshold: of the others, only the auxiliary loss takes
    /// dense products.
    private static boolean hasDensePath(Recipe recipe) {
        return switch (recipe.activation()) {
            case Architecture.Relu _, Architecture.Gated _, Architecture.JumpRelu _ -> true;
            default -> false;
        };
    }
}
