package io.github.rustffi.benchmarks.vector;

import java.util.function.DoubleSupplier;

/** The loops that one writes in Java without a library. */
final class PlainLoops implements Kernels {
    @Override
    public DoubleSupplier of(Operation operation, double[] x, double[] y) {
        return switch (operation) {
            case DOT -> () -> dot(x, y);
            case COSINE -> () -> cosine(x, y);
        };
    }

    @Override
    public DoubleSupplier of(Operation operation, float[] x, float[] y) {
        return switch (operation) {
            case DOT -> () -> dot(x, y);
            case COSINE -> () -> cosine(x, y);
        };
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static float dot(float[] x, float[] y) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double cosine(double[] x, double[] y) {
        double dot = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            dot += x[i] * y[i];
            xx += x[i] * x[i];
            yy += y[i] * y[i];
        }
        return dot / Math.sqrt(xx * yy);
    }

    private static double cosine(float[] x, float[] y) {
        float dot = 0;
        float xx = 0;
        float yy = 0;
        for (int i = 0; i < x.length; i++) {
            dot += x[i] * y[i];
            xx += x[i] * x[i];
            yy += y[i] * y[i];
        }
        return dot / Math.sqrt(xx * yy);
    }
}
