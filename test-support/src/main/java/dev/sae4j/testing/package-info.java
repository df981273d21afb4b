/// What tests of all modules share: finding fixtures, seeded random cases.
@org.jspecify.annotations.NullMarked
package dev.sae4j.testing;
