package io.github.rustffi.benchmarks.matrix;

/** Matrices stored column by column, as LAPACK wants them. */
final class ColumnMajor {
    private ColumnMajor() {}

    static double[] ofRowMajor(int rows, int columns, double[] a) {
        double[] result = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = a[i * columns + j];
            }
        }
        return result;
    }

    static double[] toRowMajor(int n, double[] a) {
        return ofRowMajor(n, n, a);
    }

    static double[] lowerToRowMajor(int n, double[] a) {
        double[] result = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                result[i * n + j] = a[j * n + i];
            }
        }
        return result;
    }
}
