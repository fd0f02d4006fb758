package io.github.rustffi.benchmarks.vector;

import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.util.function.DoubleSupplier;

/** JVector, which computes with the Vector API where the JVM has been given the flag for it. */
final class JVector implements Kernels {
    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
        VectorFloat<?> vx = types.createFloatVector(x);
        VectorFloat<?> vy = types.createFloatVector(y);
        return switch (operation) {
            case DOT -> () -> VectorUtil.dotProduct(vx, vy);
            case COSINE -> () -> VectorUtil.cosine(vx, vy);
        };
    }
}
