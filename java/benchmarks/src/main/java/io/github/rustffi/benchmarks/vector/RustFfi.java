package io.github.rustffi.benchmarks.vector;

import io.github.rustffi.Vectors;
import java.util.function.DoubleSupplier;

/** This library. */
final class RustFfi implements Kernels {
    @Override
    public DoubleSupplier of(Operation operation, double[] x, double[] y) {
        return switch (operation) {
            case DOT -> () -> Vectors.dot(x, y);
            case COSINE -> () -> Vectors.cosineSimilarity(x, y);
        };
    }

    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        return switch (operation) {
            case DOT -> () -> Vectors.dot(x, y);
            case COSINE -> () -> Vectors.cosineSimilarity(x, y);
        };
    }
}
