/**
 * Rust's compute in Apache Spark: with {@link io.github.rustffi.spark.RustFfiPlugin}, MLlib multiplies matrices in
 * Rust.
 */
@NullMarked
package io.github.rustffi.spark;

import org.jspecify.annotations.NullMarked;
