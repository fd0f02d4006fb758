/** Rust's compute for the JVM. */
@NullMarked
package io.github.rustffi;

import org.jspecify.annotations.NullMarked;
