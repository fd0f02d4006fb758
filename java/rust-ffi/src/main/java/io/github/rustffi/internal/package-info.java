/** Native methods and the loading of their library: not for use from outside, and free to change in any release. */
@NullMarked
package io.github.rustffi.internal;

import org.jspecify.annotations.NullMarked;
