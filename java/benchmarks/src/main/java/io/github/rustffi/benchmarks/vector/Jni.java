package io.github.rustffi.benchmarks.vector;

import io.github.rustffi.benchmarks.Machine;
import java.util.function.DoubleSupplier;

/** Hand-written C, called by JNI with arrays that are lent in place. */
final class Jni implements Kernels {
    static {
        System.load(Machine.library().toString());
    }

    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        return switch (operation) {
            case DOT -> () -> dot(x, y);
            case COSINE -> () -> cosine(x, y);
        };
    }

    private static native double dot(float[] x, float[] y);

    private static native double cosine(float[] x, float[] y);
}
