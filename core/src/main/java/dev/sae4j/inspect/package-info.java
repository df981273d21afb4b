/// What a file or folder is, found out without executing anything in it and without reading large
/// files whole: SAEs, activation stores, language model folders, tensor files.
@NullMarked
package dev.sae4j.inspect;

import org.jspecify.annotations.NullMarked;
