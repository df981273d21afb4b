/// The inner states of a model on given tokens, as named tensors for other tools:
/// [dev.sae4j.lm.states.InnerStates] runs the model over a [dev.sae4j.lm.states.TokenGrid].
@NullMarked
package dev.sae4j.lm.states;

import org.jspecify.annotations.NullMarked;
