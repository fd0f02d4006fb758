/** A program that shows whether a jar of rust-ffi works where it runs. */
@NullMarked
package io.github.rustffi.smoke;

import org.jspecify.annotations.NullMarked;
