/// Tests of sweeps.
@org.jspecify.annotations.NullMarked
package dev.sae4j.train.sweep;
