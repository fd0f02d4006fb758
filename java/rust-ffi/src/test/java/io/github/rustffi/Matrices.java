package io.github.rustffi;

import java.util.Arrays;

/** Matrices to test with, and what they are compared with: loops that nobody can get wrong. */
final class Matrices {
    /** The distance from 1.0 to the next double. */
    static final double EPSILON = Math.ulp(1.0);

    private Matrices() {}

    static Matrix random(long seed, int rows, int columns) {
        return Matrix.of(rows, columns, Values.gaussian(seed, rows * columns));
    }

    /** Returns a matrix of small whole numbers, whose sums and products are exact. */
    static Matrix whole(long seed, int rows, int columns) {
        return Matrix.of(rows, columns, Values.whole(seed, rows * columns));
    }

    static Matrix symmetric(long seed, int n) {
        Matrix a = random(seed, n, n);
        return a.plus(a.transpose());
    }

    static Matrix positiveDefinite(long seed, int n) {
        Matrix a = random(seed, n, n);
        return naiveProduct(a, a.transpose()).plus(Matrix.identity(n));
    }

    static Matrix ones(int rows, int columns) {
        double[] values = new double[rows * columns];
        Arrays.fill(values, 1.0);
        return Matrix.of(rows, columns, values);
    }

    /** Returns the matrix of 1 / (i + j + 1). */
    static Matrix hilbert(int n) {
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i][j] = 1.0 / (i + j + 1);
            }
        }
        return Matrix.of(rows);
    }

    static Matrix naiveProduct(Matrix a, Matrix b) {
        double[][] product = new double[a.rows()][b.columns()];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.columns(); j++) {
                double sum = 0.0;
                for (int p = 0; p < a.columns(); p++) {
                    sum += a.get(i, p) * b.get(p, j);
                }
                product[i][j] = sum;
            }
        }
        return a.rows() == 0 ? Matrix.zeros(0, b.columns()) : Matrix.of(product);
    }

    /** Returns the norm of the difference over the norm of the second, in units of n·ε. */
    static double error(Matrix computed, Matrix expected, int n) {
        double scale = Math.max(1, n) * EPSILON * expected.norm();
        double difference = computed.minus(expected).norm();
        return difference == 0.0 ? 0.0 : difference / scale;
    }

    /** Returns how far the columns are from being orthogonal and of length one, in units of n·ε. */
    static double orthogonality(Matrix q) {
        int n = q.columns();
        return naiveProduct(q.transpose(), q).minus(Matrix.identity(n)).norm() / (Math.max(1, q.rows()) * EPSILON);
    }

    /** Returns the bits of the values. */
    static long[] bits(double... values) {
        return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }
}
