package io.github.rustffi.benchmarks.matrix;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A computation to time, with the problem already in the library's own types, and a way to read its result.
 *
 * @param run computes, and returns the result in the library's own types
 * @param read returns the arrays that {@link Work} asks for
 * @param <R> the result's type
 */
public record Task<R>(Supplier<R> run, Function<R, double[][]> read) {
    /**
     * Computes and reads the result.
     *
     * @return the arrays that {@link Work} asks for
     */
    double[][] result() {
        return read.apply(run.get());
    }
}
