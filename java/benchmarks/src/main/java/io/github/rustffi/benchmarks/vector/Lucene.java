package io.github.rustffi.benchmarks.vector;

import java.util.function.DoubleSupplier;
import org.apache.lucene.util.VectorUtil;

/** Lucene, which computes with the Vector API where the JVM has been given the flag for it. */
final class Lucene implements Kernels {
    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        return switch (operation) {
            case DOT -> () -> VectorUtil.dotProduct(x, y);
            case COSINE -> () -> VectorUtil.cosine(x, y);
        };
    }
}
