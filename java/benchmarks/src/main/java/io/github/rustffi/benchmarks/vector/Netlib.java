package io.github.rustffi.benchmarks.vector;

import dev.ludovic.netlib.blas.BLAS;
import java.util.function.DoubleSupplier;

/** A BLAS of netlib's. */
final class Netlib implements Kernels {
    private final BLAS blas;

    Netlib(BLAS blas) {
        this.blas = blas;
    }

    @Override
    public DoubleSupplier of(Operation operation, double[] x, double[] y) {
        int n = x.length;
        return switch (operation) {
            case DOT -> () -> blas.ddot(n, x, 1, y, 1);
            case COSINE -> () -> blas.ddot(n, x, 1, y, 1) / (blas.dnrm2(n, x, 1) * blas.dnrm2(n, y, 1));
        };
    }

    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        int n = x.length;
        return switch (operation) {
            case DOT -> () -> blas.sdot(n, x, 1, y, 1);
            case COSINE -> () -> blas.sdot(n, x, 1, y, 1) / ((double) blas.snrm2(n, x, 1) * blas.snrm2(n, y, 1));
        };
    }
}
