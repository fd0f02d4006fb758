package io.github.rustffi;

/** Products of small matrices, in Java: they are over before a call to Rust would have begun. */
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
}
