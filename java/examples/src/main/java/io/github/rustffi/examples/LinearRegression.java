package io.github.rustffi.examples;

import io.github.rustffi.Matrix;

/** Fits a parabola to noisy points by least squares, and says how sure it is of each coefficient. */
public final class LinearRegression {
    private LinearRegression() {}

    /**
     * Runs the example.
     *
     * @param args nothing
     */
    public static void main(String[] args) {
        double[] t = {0, 1, 2, 3, 4, 5, 6, 7};
        double[] y = {1.1, 1.4, 2.9, 5.6, 9.1, 13.4, 19.2, 25.4};

        double[][] rows = new double[t.length][];
        for (int i = 0; i < t.length; i++) {
            rows[i] = new double[] {1, t[i], t[i] * t[i]};
        }
        Matrix a = Matrix.of(rows);
        double[] x = a.leastSquares(y);

        double squares = 0;
        double[] fitted = a.times(x);
        for (int i = 0; i < y.length; i++) {
            squares += (y[i] - fitted[i]) * (y[i] - fitted[i]);
        }
        double variance = squares / (a.rows() - a.columns());
        Matrix covariance = a.transpose().times(a).inverse().times(variance);

        System.out.println("condition number " + Math.round(a.conditionNumber()));
        for (int j = 0; j < x.length; j++) {
            System.out.printf("t^%d: %7.4f +- %.4f%n", j, x[j], Math.sqrt(covariance.get(j, j)));
        }
    }
}
