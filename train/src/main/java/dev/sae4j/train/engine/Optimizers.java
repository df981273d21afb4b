package dev.sae4j.train.engine;

import dev.sae4j.train.recipe.Optimizer;
import dev.sae4j.train.schedule.RateSchedule;
import java.util.List;

/// Makes the state of an optimizer.
public final class Optimizers {
    private Optimizers() {}

    /// State for the start of a run.
    ///
    /// @param parameters all that are trained; names are unique
    /// @param matrixRates learning rates of matrices under Muon, whose [OptimizerState#begin] is told
    ///     that of vectors; the others use what they are told for all
    public static OptimizerState of(
            Optimizer recipe, List<Parameter> parameters, RateSchedule matrixRates) {
        long names = parameters.stream().map(Parameter::name).distinct().count();
        if (names < parameters.size()) {
            throw new IllegalArgumentException(
                    "two parameters of one name among "
                            + parameters.stream().map(Parameter::name).toList());
        }
        return switch (recipe) {
            case Optimizer.Adam adam -> new AdamState(adam, parameters);
            case Optimizer.Signum signum -> new SignumState(signum, parameters);
            case Optimizer.Muon muon -> new MuonState(muon, parameters, matrixRates);
        };
    }
}
