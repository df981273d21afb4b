/// The arithmetic under everything: matrix products, attention, norms and vector loops on
/// `float[]`, written with the Vector API for whatever width the machine has. Each vector kernel
/// has a scalar twin in [dev.sae4j.kernel.Scalar] that says plainly what it computes and checks it
/// in the tests. Results do not depend on the number of threads.
@NullMarked
package dev.sae4j.kernel;

import org.jspecify.annotations.NullMarked;
