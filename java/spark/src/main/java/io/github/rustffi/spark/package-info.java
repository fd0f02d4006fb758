/** For Apache Spark: matrices of many rows over a cluster ({@link io.github.rustffi.spark.TallMatrix}). */
@NullMarked
package io.github.rustffi.spark;

import org.jspecify.annotations.NullMarked;
