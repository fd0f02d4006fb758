package io.github.rustffi;

/**
 * Linear algebra of small matrices in Java, which takes less time than to call Rust.
 *
 * <p>Which matrices are small depends on their shapes alone. A method gives up, and returns null or NaN, where a value
 * is not finite, where magnitudes are so far from 1 that something might overflow or underflow on the way, and where
 * there is no answer: Rust then has the scaling and the exceptions for it. Algorithms and error bounds are those of
 * Rust; the bits are not, since Rust rounds a product and a sum at once where the processor can.
 */
final class SmallMatrix {
    /** False only to test what Rust does with small matrices. */
    private static final boolean IS_ENABLED = !"false".equals(System.getProperty("rustffi.small"));

    private static final int MOST = 8;

    /** Up to this many multiplications of a product. */
    private static final int PRODUCT = MOST * MOST * MOST;

    /** Up to this many values on a right-hand side. */
    private static final int RIGHT = MOST * MOST;

    /** Between these magnitudes, no step over at most {@link #MOST} rows overflows or underflows. */
    private static final double LARGEST = 0x1p200;

    private static final double LEAST = 0x1p-200;

    /** The same for the factors of a product. */
    private static final double LARGEST_FACTOR = 0x1p100;

    private static final double LEAST_FACTOR = 0x1p-100;

    /** Of the largest magnitude, the difference across the diagonal that counts as rounding, as in Rust. */
    private static final double ROUNDING = 0x1p-26;

    private SmallMatrix() {}

    /** Returns whether {@link #times} takes a product of these shapes. */
    static boolean isProduct(int rows, int inner, int columns) {
        return IS_ENABLED && rows <= MOST && columns <= MOST && inner <= PRODUCT && rows * inner * columns <= PRODUCT;
    }

    /** Returns whether the other methods take a matrix of this shape. */
    static boolean isSquare(int rows, int columns) {
        return IS_ENABLED && rows == columns && rows <= MOST;
    }

    /** Multiplies two matrices in row-major order, for each value over ascending columns of the first. */
    static double[] times(int rows, int inner, double[] a, int columns, double[] b) {
        double[] product = new double[rows * columns];
        for (int i = 0, at = 0; i < rows; i++) {
            int row = i * inner;
            for (int j = 0; j < columns; j++, at++) {
                double sum = 0;
                for (int p = 0, from = j; p < inner; p++, from += columns) {
                    sum += a[row + p] * b[from];
                }
                product[at] = sum;
            }
        }
        return product;
    }

    /** Returns the solution of a square system with {@code columns} right-hand sides, or null. */
    static double[] solve(int n, double[] a, int columns, double[] b) {
        double largest = largest(b);
        if (n * columns > RIGHT || !(largest == 0 || isInRange(largest)) || !(largest(a) <= LARGEST)) {
            return null;
        }
        return eliminate(n, a.clone(), columns, b.clone());
    }

    /** Returns the inverse of a square matrix, or null. */
    static double[] inverse(int n, double[] a) {
        if (!(largest(a) <= LARGEST)) {
            return null;
        }
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return eliminate(n, a.clone(), n, identity);
    }

    /** Overwrites {@code x} with the solution, and {@code a} with what is left of it; or returns null. */
    private static double[] eliminate(int n, double[] a, int columns, double[] x) {
        for (int k = 0; k < n; k++) {
            if (pivot(n, a, k, columns, x) == 0) {
                return null;
            }
            double pivot = a[k * n + k];
            for (int i = k + 1; i < n; i++) {
                double factor = a[i * n + k] / pivot;
                subtract(factor, a, k * n + k + 1, i * n + k + 1, n - k - 1);
                subtract(factor, x, k * columns, i * columns, columns);
            }
        }
        double sum = 0;
        for (int i = n - 1; i >= 0; i--) {
            double pivot = a[i * n + i];
            for (int j = i + 1; j < n; j++) {
                subtract(a[i * n + j], x, j * columns, i * columns, columns);
            }
            for (int j = i * columns; j < (i + 1) * columns; j++) {
                x[j] /= pivot;
                sum += x[j] * 0;
            }
        }
        // What is not finite times zero is NaN.
        return sum == 0 ? x : null;
    }

    /**
     * Brings the largest entry of column {@code k} from row {@code k} on to that row. Returns 0 where it is too small,
     * or not a number, otherwise -1 if rows have been exchanged, and 1 if not.
     */
    private static int pivot(int n, double[] a, int k, int columns, double[] x) {
        int row = k;
        double largest = Math.abs(a[k * n + k]);
        for (int i = k + 1; i < n; i++) {
            double magnitude = Math.abs(a[i * n + k]);
            if (magnitude > largest) {
                largest = magnitude;
                row = i;
            }
        }
        if (!(largest >= LEAST)) {
            return 0;
        }
        if (row == k) {
            return 1;
        }
        exchange(a, k * n + k, row * n + k, n - k);
        exchange(x, k * columns, row * columns, columns);
        return -1;
    }

    private static void exchange(double[] values, int one, int other, int count) {
        for (int i = 0; i < count; i++) {
            double value = values[one + i];
            values[one + i] = values[other + i];
            values[other + i] = value;
        }
    }

    /** Subtracts a multiple of some values from others. */
    private static void subtract(double factor, double[] values, int from, int to, int count) {
        for (int i = 0; i < count; i++) {
            values[to + i] -= factor * values[from + i];
        }
    }

    /** Returns the determinant of a square matrix, or NaN. */
    static double determinant(int n, double[] a) {
        if (!(largest(a) <= LARGEST_FACTOR)) {
            return Double.NaN;
        }
        double[] u = a.clone();
        double product = 1;
        for (int k = 0; k < n; k++) {
            int sign = pivot(n, u, k, 0, u);
            double pivot = u[k * n + k];
            if (sign == 0 || Math.abs(pivot) < LEAST_FACTOR) {
                return Double.NaN;
            }
            product *= sign * pivot;
            for (int i = k + 1; i < n; i++) {
                subtract(u[i * n + k] / pivot, u, k * n + k + 1, i * n + k + 1, n - k - 1);
            }
        }
        return product;
    }

    /** Returns the lower Cholesky factor of the symmetric part of a matrix, or null: also where it is not symmetric. */
    static double[] cholesky(int n, double[] a) {
        double largest = largest(a);
        if (!(largest <= LARGEST)) {
            return null;
        }
        double[] l = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double value = a[i * n + j];
                double mirrored = a[j * n + i];
                if (Math.abs(value - mirrored) > ROUNDING * largest) {
                    return null;
                }
                l[i * n + j] = less(Matrix.mean(value, mirrored), l, i * n, j * n, j) / l[j * n + j];
            }
            double pivot = less(a[i * n + i], l, i * n, i * n, i);
            if (!(pivot >= LEAST)) {
                return null;
            }
            l[i * n + i] = Math.sqrt(pivot);
        }
        return l;
    }

    /** Returns a value less the dot product of two ranges. */
    private static double less(double value, double[] values, int one, int other, int count) {
        for (int i = 0; i < count; i++) {
            value -= values[one + i] * values[other + i];
        }
        return value;
    }

    private static boolean isInRange(double magnitude) {
        return magnitude >= LEAST && magnitude <= LARGEST;
    }

    /** Returns the largest magnitude, or NaN if there is one among the values. */
    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
