/**
 * For Apache Spark: matrices of many rows over a cluster ({@link io.github.rustffi.spark.TallMatrix}), exact search in
 * shards ({@link io.github.rustffi.spark.ShardedIndex}), SQL functions
 * ({@link io.github.rustffi.spark.RustFfiFunctions}), encoders for data sets of matrices
 * ({@link io.github.rustffi.spark.RustFfiEncoders}), and a plugin with which MLlib multiplies matrices in Rust
 * ({@link io.github.rustffi.spark.RustFfiPlugin}).
 */
@NullMarked
package io.github.rustffi.spark;

import org.jspecify.annotations.NullMarked;
