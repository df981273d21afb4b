package dev.sae4j.train.engine;

import org.jspecify.annotations.Nullable;

/// A second reconstruction beside the main one, which trains features too: AuxK, `4k` features,
/// ghosts.
interface Channel {
    /// Adds its part to the gradients of a feature, and sets how long that part of the decoder's is
    /// along the decoder row. Features may be asked for by several threads.
    ///
    /// @param x `[rows, dIn]`, centred
    /// @return its part of the gradient by the encoder bias
    double add(float[] x, int feature, Gradient g);

    /// What a reconstruction comes to.
    ///
    /// @param loss before its coefficient, fading included
    /// @param channel what the gradients are taken from; null if nothing was to be done
    record Found(double loss, @Nullable Channel channel) {
        static final Found NOTHING = new Found(0, null);
    }

    /// `[rows, dOut]`, the gradient by the reconstruction, if `b_dec` is part of that.
    default float @Nullable [] biasErrors() {
        return null;
    }
}
