package dev.sae4j.io;

import java.util.List;

/// What a pickle may refer to. A pickle names classes and functions of Python and asks for them to
/// be called; here it gets what this interface hands out and nothing else.
interface PickleContext {
    /// A stand-in for something that a pickle calls; builds a plain value from the arguments.
    interface Constructor {
        /// @throws PickleProblem if the arguments make no sense
        Object of(List<Object> arguments);
    }

    /// Plain values only: no class, no function, nothing outside the pickle.
    PickleContext NOTHING =
            new PickleContext() {
                @Override
                public Object global(String module, String name) {
                    throw refused(module, name);
                }

                @Override
                public Object persistent(Object id) {
                    throw new PickleProblem("refers to data outside, where plain values belong");
                }
            };

    /// A [Constructor] or a constant for `module.name`.
    ///
    /// @throws PickleProblem if it is not allowed
    Object global(String module, String name);

    /// What a persistent id stands for.
    ///
    /// @throws PickleProblem if it is not understood
    Object persistent(Object id);

    /// The refusal of a class or function.
    static PickleProblem refused(String module, String name) {
        return new PickleProblem(
                "asks for %s.%s: only tensors and plain values are read, and nothing in a file is executed. Save the weights alone, with torch.save(model.state_dict(), file)"
                        .formatted(PickleProblem.shown(module), PickleProblem.shown(name)));
    }
}
