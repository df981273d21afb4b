@org.jspecify.annotations.NullMarked
package dev.sae4j.cli;
