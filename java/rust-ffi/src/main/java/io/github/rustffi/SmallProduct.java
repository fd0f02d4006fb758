package io.github.rustffi;

/**
 * Products of a matrix and a vector in Java, which takes less time for these than to call Rust or to copy the arrays.
 */
final class SmallProduct {
    private SmallProduct() {}

    /** Multiplies a matrix in row-major order with a vector; it has as many rows as {@code product} has values. */
    static void times(double[] a, double[] x, double[] product) {
        int columns = x.length;
        for (int row = 0, from = 0; row < product.length; row++, from += columns) {
            double sum0 = 0.0;
            double sum1 = 0.0;
            double sum2 = 0.0;
            double sum3 = 0.0;
            int j = 0;
            for (; j <= columns - 4; j += 4) {
                sum0 += a[from + j] * x[j];
                sum1 += a[from + j + 1] * x[j + 1];
                sum2 += a[from + j + 2] * x[j + 2];
                sum3 += a[from + j + 3] * x[j + 3];
            }
            for (; j < columns; j++) {
                sum0 += a[from + j] * x[j];
            }
            product[row] = sum0 + sum1 + (sum2 + sum3);
        }
    }

    /**
     * Multiplies the transpose of a matrix in row-major order, which has a row for each value of {@code x}, with it.
     */
    static void transposeTimes(double[] a, double[] x, double[] product) {
        int columns = product.length;
        for (int row = 0, from = 0; row < x.length; row++, from += columns) {
            double factor = x[row];
            for (int j = 0; j < columns; j++) {
                product[j] += factor * a[from + j];
            }
        }
    }

    /** Returns whether Rust adds up rows as {@link #transposeTimes} does: see {@code add_rows} there. */
    static boolean isOneByOne(int rows, int columns) {
        return rows == 1 || (long) rows * columns >= 1 << 20;
    }

    /**
     * Returns whether Rust sums products of this shape as {@link #timesByEight} does: see {@code times_vector} there.
     */
    static boolean isByEight(int rows, int columns) {
        return columns > 16 && (rows <= 2 || columns > 4096 || (long) rows * columns >= 1 << 20);
    }

    /** The same in eight sums, of every eighth column each. */
    static void timesByEight(double[] a, double[] x, double[] product) {
        int columns = x.length;
        for (int row = 0, from = 0; row < product.length; row++, from += columns) {
            double sum0 = 0.0;
            double sum1 = 0.0;
            double sum2 = 0.0;
            double sum3 = 0.0;
            double sum4 = 0.0;
            double sum5 = 0.0;
            double sum6 = 0.0;
            double sum7 = 0.0;
            int j = 0;
            for (; j <= columns - 8; j += 8) {
                int i = from + j;
                sum0 += a[i] * x[j];
                sum1 += a[i + 1] * x[j + 1];
                sum2 += a[i + 2] * x[j + 2];
                sum3 += a[i + 3] * x[j + 3];
                sum4 += a[i + 4] * x[j + 4];
                sum5 += a[i + 5] * x[j + 5];
                sum6 += a[i + 6] * x[j + 6];
                sum7 += a[i + 7] * x[j + 7];
            }
            for (; j < columns; j++) {
                sum0 += a[from + j] * x[j];
            }
            product[row] = sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5 + (sum6 + sum7));
        }
    }
}
