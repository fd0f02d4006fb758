/**
 * Native methods and the loading of their library: not for use from outside, and free to change in any release. Only
 * the modules of this project use it, such as rust-ffi-netlib, which are released with it and depend on the same
 * version.
 */
@NullMarked
package io.github.rustffi.internal;

import org.jspecify.annotations.NullMarked;
