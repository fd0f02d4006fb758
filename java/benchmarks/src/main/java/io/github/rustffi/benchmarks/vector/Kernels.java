package io.github.rustffi.benchmarks.vector;

import java.util.function.DoubleSupplier;

/** The vector arithmetic of one library. */
public interface Kernels {
    /**
     * Returns what to time for doubles.
     *
     * @param operation what to compute
     * @param x a vector, which must not be changed
     * @param y a vector of the same length, which must not be changed
     * @return the computation
     * @throws UnsupportedOperationException when the library has no such thing
     */
    default DoubleSupplier of(Operation operation, double[] x, double[] y) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has no arithmetic on double[]");
    }

    /**
     * Returns what to time for floats.
     *
     * @param operation what to compute
     * @param x a vector, which must not be changed
     * @param y a vector of the same length, which must not be changed
     * @return the computation
     * @throws UnsupportedOperationException when the library has no such thing
     */
    DoubleSupplier of(Operation operation, float[] x, float[] y);
}
