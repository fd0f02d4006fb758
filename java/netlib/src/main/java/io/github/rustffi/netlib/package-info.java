/**
 * A BLAS for <a href="https://github.com/luhenry/netlib">netlib</a>: {@link io.github.rustffi.netlib.RustBlas} computes
 * matrix products and triangular systems in Rust, and leaves all else to netlib's own Java.
 */
@NullMarked
package io.github.rustffi.netlib;

import org.jspecify.annotations.NullMarked;
