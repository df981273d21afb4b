/// The `sae4j` command: one class per verb, each little more than its options and a few calls into
/// the libraries. [Main] turns arguments into an exit code, [Console] is where words, results and
/// progress go.
@NullMarked
package dev.sae4j.cli;

import org.jspecify.annotations.NullMarked;
