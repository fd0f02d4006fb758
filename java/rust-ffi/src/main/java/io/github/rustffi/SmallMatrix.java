package io.github.rustffi;

import org.jspecify.annotations.Nullable;

/**
 * Linear algebra of small matrices in Java, which takes less time than to call Rust.
 *
 * <p>Which matrices are small depends on their shapes alone. A method gives up, and returns null or NaN, where a value
 * is not finite, where magnitudes are so far from 1 that something might overflow or underflow on the way, and where
 * there is no answer: Rust then has the scaling and the exceptions for it. Error bounds are those of Rust. The bits are
 * not, since Rust rounds a product and a sum at once where the processor can, and since inverses of up to four rows and
 * determinants of up to four and of six are expanded where little cancels out.
 */
final class SmallMatrix {
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

    /**
     * A determinant is expanded where at least this part is left of the product of the sums of magnitudes in the rows,
     * which bounds the sum of the magnitudes of all terms: what cancels out then costs it at most seven bits.
     */
    private static final double KEPT = 0x1p-7;

    /** Where no value of six rows is larger, and their determinant not less, the squares of rows are in range, too. */
    private static final double LARGEST_EXPANDED = 0x1p40;

    private static final double LEAST_EXPANDED = 0x1p-250;

    /** Of the largest magnitude, the difference across the diagonal that counts as rounding, as in Rust. */
    private static final double ROUNDING = 0x1p-26;

    private static final byte ENABLED = 1;

    private static final byte DISABLED = 2;

    /**
     * Zero until it is asked for. Nothing here needs a static initializer: if one failed, at the end of a stack say,
     * the class could never be used again.
     */
    private static byte state;

    private static double @Nullable [] identity4;

    private SmallMatrix() {}

    /** Returns false only to test what Rust does with small matrices. */
    private static boolean isEnabled() {
        if (state == 0) {
            state = "false".equals(System.getProperty("rustffi.small")) ? DISABLED : ENABLED;
        }
        return state == ENABLED;
    }

    /** Returns whether {@link #times} takes a product of these shapes. */
    static boolean isProduct(int rows, int inner, int columns) {
        return isEnabled() && rows <= MOST && columns <= MOST && inner <= PRODUCT && rows * inner * columns <= PRODUCT;
    }

    /** Returns whether the other methods take a matrix of this shape. */
    static boolean isSquare(int rows, int columns) {
        return isEnabled() && rows == columns && rows <= MOST;
    }

    /** Returns whether {@link SmallSvd} takes a matrix of this shape. */
    static boolean isSmall(int rows, int columns) {
        return isEnabled() && rows <= MOST && columns <= MOST;
    }

    /** Multiplies two matrices in row-major order, for each value over ascending columns of the first. */
    static double[] times(int rows, int inner, double[] a, int columns, double[] b) {
        double[] product = new double[rows * columns];
        for (int i = 0, at = 0; i < rows; i++) {
            int row = i * inner;
            int p = 0;
            for (; p <= inner - 4; p += 4) {
                addFour(a, row + p, b, p * columns, columns, product, at);
            }
            if (p <= inner - 2) {
                addTwo(a, row + p, b, p * columns, columns, product, at);
                p += 2;
            }
            if (p < inner) {
                addOne(a[row + p], b, p * columns, columns, product, at);
            }
            at += columns;
        }
        return product;
    }

    /**
     * Multiplies the transpose of a matrix with another one as {@link #times} does: exactly symmetric where they are
     * the same.
     */
    static double[] transposeTimes(int rows, int columns, double[] a, int bColumns, double[] b) {
        return times(columns, rows, transpose(rows, columns, a), bColumns, b);
    }

    /** Multiplies a matrix with the transpose of another one, which has as many columns, as {@link #times} does. */
    static double[] timesTranspose(int rows, int columns, double[] a, int bRows, double[] b) {
        return times(rows, columns, a, bRows, transpose(bRows, columns, b));
    }

    private static double[] transpose(int rows, int columns, double[] a) {
        double[] transpose = new double[a.length];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int to = i; to < transpose.length; to += rows) {
                transpose[to] = a[at++];
            }
        }
        return transpose;
    }

    /** Adds multiples of four rows of {@code b} to a row of the product. */
    private static void addFour(double[] a, int at, double[] b, int from, int columns, double[] product, int to) {
        double a0 = a[at];
        double a1 = a[at + 1];
        double a2 = a[at + 2];
        double a3 = a[at + 3];
        int second = from + columns;
        int third = second + columns;
        int fourth = third + columns;
        for (int j = 0; j < columns; j++) {
            product[to + j] =
                    product[to + j] + a0 * b[from + j] + a1 * b[second + j] + a2 * b[third + j] + a3 * b[fourth + j];
        }
    }

    /** The same with two rows. */
    private static void addTwo(double[] a, int at, double[] b, int from, int columns, double[] product, int to) {
        double a0 = a[at];
        double a1 = a[at + 1];
        for (int j = 0; j < columns; j++) {
            product[to + j] = product[to + j] + a0 * b[from + j] + a1 * b[from + columns + j];
        }
    }

    /** The same with one row. */
    private static void addOne(double factor, double[] b, int from, int columns, double[] product, int to) {
        for (int j = 0; j < columns; j++) {
            product[to + j] += factor * b[from + j];
        }
    }

    /** Returns the solution of a square system with {@code columns} right-hand sides, or null. */
    static double[] solve(int n, double[] a, int columns, double[] b) {
        double size = magnitude(b);
        if (n * columns > RIGHT || !(size == 0 || isInRange(size)) || !(magnitude(a) <= LARGEST)) {
            return null;
        }
        return switch (n) {
            case 3 -> solve3(a, columns, b);
            case 4 -> solve4(a, columns, b);
            default -> eliminate(n, a.clone(), columns, b.clone());
        };
    }

    /** Returns the inverse of a square matrix, or null. */
    static double[] inverse(int n, double[] a) {
        return switch (n) {
            case 2 -> inverse2(a[0], a[1], a[2], a[3]);
            case 3 -> inverse3(a);
            default -> {
                if (!(magnitude(a) <= LARGEST)) {
                    yield null;
                }
                yield n == 4 ? inverse4(a) : eliminate(n, a.clone(), n, identity(n));
            }
        };
    }

    private static double[] identity4() {
        double[] identity = identity4;
        if (identity == null) {
            identity = identity(4);
            identity4 = identity;
        }
        return identity;
    }

    private static double[] identity(int n) {
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    /** Returns the inverse of two rows, a and b, for which Cramer's rule is no less accurate than elimination. */
    private static double[] inverse2(double a0, double a1, double b0, double b1) {
        double determinant = a0 * b1 - a1 * b0;
        if (!(Math.abs(a0) + Math.abs(a1) + (Math.abs(b0) + Math.abs(b1)) <= LARGEST)
                || !(Math.abs(determinant) >= LEAST * LEAST)) {
            return null;
        }
        double reciprocal = 1 / determinant;
        return new double[] {b1 * reciprocal, -a1 * reciprocal, -b0 * reciprocal, a0 * reciprocal};
    }

    /** Returns the inverse by Cramer's rule where little cancels out in it, otherwise by elimination. */
    private static double[] inverse3(double[] a) {
        double a0 = a[0];
        double a1 = a[1];
        double a2 = a[2];
        double b0 = a[3];
        double b1 = a[4];
        double b2 = a[5];
        double c0 = a[6];
        double c1 = a[7];
        double c2 = a[8];
        double sumA = Math.abs(a0) + Math.abs(a1) + Math.abs(a2);
        double sumB = Math.abs(b0) + Math.abs(b1) + Math.abs(b2);
        double sumC = Math.abs(c0) + Math.abs(c1) + Math.abs(c2);
        if (!(sumA + sumB + sumC <= LARGEST)) {
            return null;
        }
        double minor0 = b1 * c2 - b2 * c1;
        double minor1 = b2 * c0 - b0 * c2;
        double minor2 = b0 * c1 - b1 * c0;
        double determinant = a0 * minor0 + a1 * minor1 + a2 * minor2;
        double magnitude = Math.abs(determinant);
        if (!(magnitude >= KEPT * (sumA * sumB * sumC) && magnitude >= LEAST * LEAST)) {
            return solve3(a, 3, identity(3));
        }
        double reciprocal = 1 / determinant;
        return new double[] {
            minor0 * reciprocal, (a2 * c1 - a1 * c2) * reciprocal, (a1 * b2 - a2 * b1) * reciprocal,
            minor1 * reciprocal, (a0 * c2 - a2 * c0) * reciprocal, (a2 * b0 - a0 * b2) * reciprocal,
            minor2 * reciprocal, (a1 * c0 - a0 * c1) * reciprocal, (a0 * b1 - a1 * b0) * reciprocal,
        };
    }

    /**
     * The same of four rows: a cofactor is a sum of three products of a value and one of the twelve minors of two rows.
     *
     * <p>The bound of what cancels out holds for the cofactors of a row, too: they are columns of the inverse times the
     * determinant, and a column is at least as long as the reciprocal of its row.
     */
    private static double[] inverse4(double[] m) {
        double a0 = m[0];
        double a1 = m[1];
        double a2 = m[2];
        double a3 = m[3];
        double b0 = m[4];
        double b1 = m[5];
        double b2 = m[6];
        double b3 = m[7];
        double c0 = m[8];
        double c1 = m[9];
        double c2 = m[10];
        double c3 = m[11];
        double d0 = m[12];
        double d1 = m[13];
        double d2 = m[14];
        double d3 = m[15];
        double ab01 = a0 * b1 - a1 * b0;
        double ab02 = a0 * b2 - a2 * b0;
        double ab03 = a0 * b3 - a3 * b0;
        double ab12 = a1 * b2 - a2 * b1;
        double ab13 = a1 * b3 - a3 * b1;
        double ab23 = a2 * b3 - a3 * b2;
        double cd01 = c0 * d1 - c1 * d0;
        double cd02 = c0 * d2 - c2 * d0;
        double cd03 = c0 * d3 - c3 * d0;
        double cd12 = c1 * d2 - c2 * d1;
        double cd13 = c1 * d3 - c3 * d1;
        double cd23 = c2 * d3 - c3 * d2;
        double determinant = ab01 * cd23 - ab02 * cd13 + ab03 * cd12 + (ab12 * cd03 - ab13 * cd02 + ab23 * cd01);
        double terms = (Math.abs(a0) + Math.abs(a1) + (Math.abs(a2) + Math.abs(a3)))
                * (Math.abs(b0) + Math.abs(b1) + (Math.abs(b2) + Math.abs(b3)))
                * ((Math.abs(c0) + Math.abs(c1) + (Math.abs(c2) + Math.abs(c3)))
                        * (Math.abs(d0) + Math.abs(d1) + (Math.abs(d2) + Math.abs(d3))));
        double magnitude = Math.abs(determinant);
        if (!(magnitude >= KEPT * terms && magnitude >= LEAST * LEAST)) {
            return solve4(m, 4, identity4());
        }
        double r = 1 / determinant;
        return new double[] {
            r * (b1 * cd23 - b2 * cd13 + b3 * cd12),
            r * (a2 * cd13 - a1 * cd23 - a3 * cd12),
            r * (d1 * ab23 - d2 * ab13 + d3 * ab12),
            r * (c2 * ab13 - c1 * ab23 - c3 * ab12),
            r * (b2 * cd03 - b0 * cd23 - b3 * cd02),
            r * (a0 * cd23 - a2 * cd03 + a3 * cd02),
            r * (d2 * ab03 - d0 * ab23 - d3 * ab02),
            r * (c0 * ab23 - c2 * ab03 + c3 * ab02),
            r * (b0 * cd13 - b1 * cd03 + b3 * cd01),
            r * (a1 * cd03 - a0 * cd13 - a3 * cd01),
            r * (d0 * ab13 - d1 * ab03 + d3 * ab01),
            r * (c1 * ab03 - c0 * ab13 - c3 * ab01),
            r * (b1 * cd02 - b0 * cd12 - b2 * cd01),
            r * (a0 * cd12 - a1 * cd02 + a2 * cd01),
            r * (d1 * ab02 - d0 * ab12 - d2 * ab01),
            r * (c0 * ab12 - c1 * ab02 + c2 * ab01),
        };
    }

    /** What {@link #eliminate} does, of three rows, which stay where they are. */
    private static double[] solve3(double[] a, int columns, double[] b) {
        double[] u = a.clone();
        int first = 0;
        int second = 3;
        int third = 6;
        if (Math.abs(u[second]) > Math.abs(u[first])) {
            first = 3;
            second = 0;
        }
        if (Math.abs(u[third]) > Math.abs(u[first])) {
            int other = first;
            first = third;
            third = other;
        }
        double pivot0 = u[first];
        double reciprocal0 = 1 / pivot0;
        double a1 = u[first + 1];
        double a2 = u[first + 2];
        u[second] *= reciprocal0;
        u[second + 1] -= u[second] * a1;
        u[second + 2] -= u[second] * a2;
        u[third] *= reciprocal0;
        u[third + 1] -= u[third] * a1;
        u[third + 2] -= u[third] * a2;
        if (Math.abs(u[third + 1]) > Math.abs(u[second + 1])) {
            int other = second;
            second = third;
            third = other;
        }
        double pivot1 = u[second + 1];
        double reciprocal1 = 1 / pivot1;
        double l1 = u[second];
        double b2 = u[second + 2];
        double l2 = u[third];
        double m2 = u[third + 1] * reciprocal1;
        double pivot2 = u[third + 2] - m2 * b2;
        if (!(Math.abs(pivot0) >= LEAST && Math.abs(pivot1) >= LEAST && Math.abs(pivot2) >= LEAST)) {
            return null;
        }
        double reciprocal2 = 1 / pivot2;
        double[] x = new double[3 * columns];
        double sum = 0;
        first = first / 3 * columns;
        second = second / 3 * columns;
        third = third / 3 * columns;
        for (int j = 0; j < columns; j++) {
            double x0 = b[first + j];
            double x1 = b[second + j] - l1 * x0;
            double x2 = (b[third + j] - l2 * x0 - m2 * x1) * reciprocal2;
            x1 = (x1 - b2 * x2) * reciprocal1;
            x0 = (x0 - a2 * x2 - a1 * x1) * reciprocal0;
            x[j] = x0;
            x[columns + j] = x1;
            x[2 * columns + j] = x2;
            sum += (x0 + x1 + x2) * 0;
        }
        return sum == 0 ? x : null;
    }

    /** What {@link #eliminate} does, of four rows, which stay where they are. */
    private static double[] solve4(double[] a, int columns, double[] b) {
        double[] u = a.clone();
        int first = 0;
        int second = 4;
        int third = 8;
        int fourth = 12;
        if (Math.abs(u[second]) > Math.abs(u[first])) {
            first = 4;
            second = 0;
        }
        if (Math.abs(u[third]) > Math.abs(u[first])) {
            int other = first;
            first = third;
            third = other;
        }
        if (Math.abs(u[fourth]) > Math.abs(u[first])) {
            int other = first;
            first = fourth;
            fourth = other;
        }
        double pivot0 = u[first];
        double reciprocal0 = 1 / pivot0;
        double a1 = u[first + 1];
        double a2 = u[first + 2];
        double a3 = u[first + 3];
        subtract3(u, second, reciprocal0, a1, a2, a3);
        subtract3(u, third, reciprocal0, a1, a2, a3);
        subtract3(u, fourth, reciprocal0, a1, a2, a3);
        if (Math.abs(u[third + 1]) > Math.abs(u[second + 1])) {
            int other = second;
            second = third;
            third = other;
        }
        if (Math.abs(u[fourth + 1]) > Math.abs(u[second + 1])) {
            int other = second;
            second = fourth;
            fourth = other;
        }
        double pivot1 = u[second + 1];
        double reciprocal1 = 1 / pivot1;
        double b2 = u[second + 2];
        double b3 = u[second + 3];
        subtract2(u, third + 1, reciprocal1, b2, b3);
        subtract2(u, fourth + 1, reciprocal1, b2, b3);
        if (Math.abs(u[fourth + 2]) > Math.abs(u[third + 2])) {
            int other = third;
            third = fourth;
            fourth = other;
        }
        double pivot2 = u[third + 2];
        double reciprocal2 = 1 / pivot2;
        double c3 = u[third + 3];
        double n3 = u[fourth + 2] * reciprocal2;
        double pivot3 = u[fourth + 3] - n3 * c3;
        if (!(Math.abs(pivot0) >= LEAST && Math.abs(pivot1) >= LEAST)
                || !(Math.abs(pivot2) >= LEAST && Math.abs(pivot3) >= LEAST)) {
            return null;
        }
        double reciprocal3 = 1 / pivot3;
        double l1 = u[second];
        double l2 = u[third];
        double l3 = u[fourth];
        double m2 = u[third + 1];
        double m3 = u[fourth + 1];
        double[] x = new double[4 * columns];
        double sum = 0;
        first = first / 4 * columns;
        second = second / 4 * columns;
        third = third / 4 * columns;
        fourth = fourth / 4 * columns;
        for (int j = 0; j < columns; j++) {
            double x0 = b[first + j];
            double x1 = b[second + j] - l1 * x0;
            double x2 = b[third + j] - l2 * x0 - m2 * x1;
            double x3 = (b[fourth + j] - l3 * x0 - m3 * x1 - n3 * x2) * reciprocal3;
            x2 = (x2 - c3 * x3) * reciprocal2;
            x1 = (x1 - b3 * x3 - b2 * x2) * reciprocal1;
            x0 = (x0 - a3 * x3 - a2 * x2 - a1 * x1) * reciprocal0;
            x[j] = x0;
            x[columns + j] = x1;
            x[2 * columns + j] = x2;
            x[3 * columns + j] = x3;
            sum += (x0 + x1 + x2 + x3) * 0;
        }
        return sum == 0 ? x : null;
    }

    /** Replaces the value at an index by its multiple of a pivot row, and subtracts that from the three after it. */
    private static void subtract3(double[] u, int at, double reciprocal, double p1, double p2, double p3) {
        double factor = u[at] * reciprocal;
        u[at] = factor;
        u[at + 1] -= factor * p1;
        u[at + 2] -= factor * p2;
        u[at + 3] -= factor * p3;
    }

    /** The same with the two after it. */
    private static void subtract2(double[] u, int at, double reciprocal, double p1, double p2) {
        double factor = u[at] * reciprocal;
        u[at] = factor;
        u[at + 1] -= factor * p1;
        u[at + 2] -= factor * p2;
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

    static void exchange(double[] values, int one, int other, int count) {
        for (int i = 0; i < count; i++) {
            double value = values[one + i];
            values[one + i] = values[other + i];
            values[other + i] = value;
        }
    }

    /** Subtracts a multiple of some values from others. */
    private static void subtract(double factor, double[] values, int from, int to, int count) {
        int i = 0;
        for (; i <= count - 4; i += 4) {
            values[to + i] -= factor * values[from + i];
            values[to + i + 1] -= factor * values[from + i + 1];
            values[to + i + 2] -= factor * values[from + i + 2];
            values[to + i + 3] -= factor * values[from + i + 3];
        }
        if (i <= count - 2) {
            values[to + i] -= factor * values[from + i];
            values[to + i + 1] -= factor * values[from + i + 1];
            i += 2;
        }
        if (i < count) {
            values[to + i] -= factor * values[from + i];
        }
    }

    /**
     * Returns the solution of a system with a triangle of a square matrix, by substitution, or null: also where a value
     * outside of the triangle is not finite.
     */
    static double[] solveTriangular(
            int n, double[] a, boolean isUpper, boolean isUnit, boolean isTransposed, int columns, double[] b) {
        double size = magnitude(b);
        if (n * columns > RIGHT
                || !(size == 0 || size >= LEAST_FACTOR && size <= LARGEST_FACTOR)
                || !(magnitude(a) <= LARGEST_FACTOR)) {
            return null;
        }
        double[] x = b.clone();
        boolean isForward = isUpper == isTransposed;
        int toRow = isTransposed ? 1 : n;
        int toColumn = isTransposed ? n : 1;
        for (int step = 0; step < n; step++) {
            int i = isForward ? step : n - 1 - step;
            int end = isForward ? i : n;
            for (int k = isForward ? 0 : i + 1; k < end; k++) {
                subtract(a[i * toRow + k * toColumn], x, k * columns, i * columns, columns);
            }
            if (!isUnit) {
                double pivot = a[i * n + i];
                if (!(Math.abs(pivot) >= LEAST_FACTOR)) {
                    return null;
                }
                for (int j = 0; j < columns; j++) {
                    x[i * columns + j] /= pivot;
                }
            }
        }
        return magnitude(x) <= Double.MAX_VALUE ? x : null;
    }

    /** Returns the determinant of a square matrix, or NaN. */
    static double determinant(int n, double[] a) {
        return switch (n) {
            case 0 -> 1;
            case 1 -> requireInRange(a[0]);
            case 2 -> requireInRange(a[0] * a[3] - a[1] * a[2]);
            case 3 -> determinant3(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
            case 4 -> determinant4(a);
            case 6 -> determinant6(a);
            default -> magnitude(a) <= LARGEST_FACTOR ? determinantByColumns(n, a.clone()) : Double.NaN;
        };
    }

    /** Returns a determinant, or NaN where something may have overflowed or underflowed on the way to it. */
    private static double requireInRange(double determinant) {
        double magnitude = Math.abs(determinant);
        return magnitude >= LEAST * LEAST && magnitude <= Double.MAX_VALUE ? determinant : Double.NaN;
    }

    /**
     * Returns the determinant of six rows, or NaN: the sum, over all choices of three columns, of a minor of the upper
     * rows times one of the lower ones. Where much may cancel out in it, columns are eliminated.
     *
     * <p>The sum of the magnitudes of all terms is at most 6!/6³ times the product of the Euclidean norms of the rows:
     * E. Carlen, E. H. Lieb and M. Loss, An inequality of Hadamard type for permanents, 2006.
     */
    private static double determinant6(double[] a) {
        double sum = 0;
        double squares = 1;
        for (int row = 0; row < 36; row += 6) {
            double square = a[row] * a[row]
                    + a[row + 1] * a[row + 1]
                    + a[row + 2] * a[row + 2]
                    + (a[row + 3] * a[row + 3] + a[row + 4] * a[row + 4] + a[row + 5] * a[row + 5]);
            sum += square;
            squares *= square;
        }
        if (sum <= LARGEST_EXPANDED * LARGEST_EXPANDED) {
            double[] upper = minors3(a, 0);
            double[] lower = minors3(a, 18);
            double expanded = upper[0] * lower[19]
                    + upper[2] * lower[17]
                    + upper[4] * lower[15]
                    - upper[1] * lower[18]
                    - upper[3] * lower[16]
                    + (upper[6] * lower[13]
                            + upper[7] * lower[12]
                            + upper[9] * lower[10]
                            - upper[5] * lower[14]
                            - upper[8] * lower[11])
                    + (upper[11] * lower[8]
                            + upper[14] * lower[5]
                            - upper[10] * lower[9]
                            - upper[12] * lower[7]
                            - upper[13] * lower[6])
                    + (upper[16] * lower[3]
                            + upper[18] * lower[1]
                            - upper[15] * lower[4]
                            - upper[17] * lower[2]
                            - upper[19] * lower[0]);
            double bound = 720.0 / 216.0 * KEPT;
            if (expanded * expanded >= bound * bound * squares && Math.abs(expanded) >= LEAST_EXPANDED) {
                return expanded;
            }
        }
        return magnitude(a) <= LARGEST_FACTOR ? determinantByColumns(6, a.clone()) : Double.NaN;
    }

    /** Returns the minors of three rows of six columns, in the lexicographic order of the three columns of each. */
    private static double[] minors3(double[] m, int from) {
        double b0 = m[from + 6];
        double b1 = m[from + 7];
        double b2 = m[from + 8];
        double b3 = m[from + 9];
        double b4 = m[from + 10];
        double b5 = m[from + 11];
        double c0 = m[from + 12];
        double c1 = m[from + 13];
        double c2 = m[from + 14];
        double c3 = m[from + 15];
        double c4 = m[from + 16];
        double c5 = m[from + 17];
        double bc01 = b0 * c1 - b1 * c0;
        double bc02 = b0 * c2 - b2 * c0;
        double bc03 = b0 * c3 - b3 * c0;
        double bc04 = b0 * c4 - b4 * c0;
        double bc05 = b0 * c5 - b5 * c0;
        double bc12 = b1 * c2 - b2 * c1;
        double bc13 = b1 * c3 - b3 * c1;
        double bc14 = b1 * c4 - b4 * c1;
        double bc15 = b1 * c5 - b5 * c1;
        double bc23 = b2 * c3 - b3 * c2;
        double bc24 = b2 * c4 - b4 * c2;
        double bc25 = b2 * c5 - b5 * c2;
        double bc34 = b3 * c4 - b4 * c3;
        double bc35 = b3 * c5 - b5 * c3;
        double bc45 = b4 * c5 - b5 * c4;
        double a0 = m[from];
        double a1 = m[from + 1];
        double a2 = m[from + 2];
        double a3 = m[from + 3];
        double a4 = m[from + 4];
        double a5 = m[from + 5];
        return new double[] {
            a0 * bc12 - a1 * bc02 + a2 * bc01,
            a0 * bc13 - a1 * bc03 + a3 * bc01,
            a0 * bc14 - a1 * bc04 + a4 * bc01,
            a0 * bc15 - a1 * bc05 + a5 * bc01,
            a0 * bc23 - a2 * bc03 + a3 * bc02,
            a0 * bc24 - a2 * bc04 + a4 * bc02,
            a0 * bc25 - a2 * bc05 + a5 * bc02,
            a0 * bc34 - a3 * bc04 + a4 * bc03,
            a0 * bc35 - a3 * bc05 + a5 * bc03,
            a0 * bc45 - a4 * bc05 + a5 * bc04,
            a1 * bc23 - a2 * bc13 + a3 * bc12,
            a1 * bc24 - a2 * bc14 + a4 * bc12,
            a1 * bc25 - a2 * bc15 + a5 * bc12,
            a1 * bc34 - a3 * bc14 + a4 * bc13,
            a1 * bc35 - a3 * bc15 + a5 * bc13,
            a1 * bc45 - a4 * bc15 + a5 * bc14,
            a2 * bc34 - a3 * bc24 + a4 * bc23,
            a2 * bc35 - a3 * bc25 + a5 * bc23,
            a2 * bc45 - a4 * bc25 + a5 * bc24,
            a3 * bc45 - a4 * bc35 + a5 * bc34,
        };
    }

    /** Eliminates columns until four are left. */
    private static double determinantByColumns(int n, double[] u) {
        double product = 1;
        for (int k = 0; k < n - 4; k++) {
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
        double[] last = new double[16];
        for (int i = 0; i < 4; i++) {
            System.arraycopy(u, (n - 4 + i) * n + n - 4, last, 4 * i, 4);
        }
        return product * determinant4(last);
    }

    /** Returns the determinant of four rows, or NaN. */
    private static double determinant4(double[] u) {
        double a0 = u[0];
        double a1 = u[1];
        double a2 = u[2];
        double a3 = u[3];
        double b0 = u[4];
        double b1 = u[5];
        double b2 = u[6];
        double b3 = u[7];
        double c0 = u[8];
        double c1 = u[9];
        double c2 = u[10];
        double c3 = u[11];
        double d0 = u[12];
        double d1 = u[13];
        double d2 = u[14];
        double d3 = u[15];
        double sumA = Math.abs(a0) + Math.abs(a1) + (Math.abs(a2) + Math.abs(a3));
        double sumB = Math.abs(b0) + Math.abs(b1) + (Math.abs(b2) + Math.abs(b3));
        double sumC = Math.abs(c0) + Math.abs(c1) + (Math.abs(c2) + Math.abs(c3));
        double sumD = Math.abs(d0) + Math.abs(d1) + (Math.abs(d2) + Math.abs(d3));
        if (!(sumA + sumB + (sumC + sumD) <= LARGEST)) {
            return Double.NaN;
        }
        double expanded = (a0 * b1 - a1 * b0) * (c2 * d3 - c3 * d2)
                - (a0 * b2 - a2 * b0) * (c1 * d3 - c3 * d1)
                + (a0 * b3 - a3 * b0) * (c1 * d2 - c2 * d1)
                + ((a1 * b2 - a2 * b1) * (c0 * d3 - c3 * d0)
                        - (a1 * b3 - a3 * b1) * (c0 * d2 - c2 * d0)
                        + (a2 * b3 - a3 * b2) * (c0 * d1 - c1 * d0));
        double magnitude = Math.abs(expanded);
        return magnitude >= KEPT * (sumA * sumB * (sumC * sumD)) && magnitude >= LEAST * LEAST
                ? expanded
                : determinantByElimination(u);
    }

    /** The same by elimination, after which three rows are left. */
    private static double determinantByElimination(double[] u) {
        int first = 0;
        int second = 4;
        int third = 8;
        int fourth = 12;
        double sign = 1;
        if (Math.abs(u[second]) > Math.abs(u[first])) {
            first = 4;
            second = 0;
            sign = -1;
        }
        if (Math.abs(u[third]) > Math.abs(u[first])) {
            int other = first;
            first = third;
            third = other;
            sign = -sign;
        }
        if (Math.abs(u[fourth]) > Math.abs(u[first])) {
            int other = first;
            first = fourth;
            fourth = other;
            sign = -sign;
        }
        double pivot = u[first];
        double a1 = u[first + 1];
        double a2 = u[first + 2];
        double a3 = u[first + 3];
        double b = u[second] / pivot;
        double c = u[third] / pivot;
        double d = u[fourth] / pivot;
        return requireInRange(sign
                * pivot
                * determinant3(
                        u[second + 1] - b * a1,
                        u[second + 2] - b * a2,
                        u[second + 3] - b * a3,
                        u[third + 1] - c * a1,
                        u[third + 2] - c * a2,
                        u[third + 3] - c * a3,
                        u[fourth + 1] - d * a1,
                        u[fourth + 2] - d * a2,
                        u[fourth + 3] - d * a3));
    }

    /** Returns the determinant of three rows, a to c, or NaN. */
    private static double determinant3(
            double a0, double a1, double a2, double b0, double b1, double b2, double c0, double c1, double c2) {
        double sumA = Math.abs(a0) + Math.abs(a1) + Math.abs(a2);
        double sumB = Math.abs(b0) + Math.abs(b1) + Math.abs(b2);
        double sumC = Math.abs(c0) + Math.abs(c1) + Math.abs(c2);
        if (!(sumA + sumB + sumC <= LARGEST)) {
            return Double.NaN;
        }
        double expanded = a0 * (b1 * c2 - b2 * c1) + a1 * (b2 * c0 - b0 * c2) + a2 * (b0 * c1 - b1 * c0);
        double magnitude = Math.abs(expanded);
        if (magnitude >= KEPT * (sumA * sumB * sumC) && magnitude >= LEAST * LEAST) {
            return expanded;
        }
        double ofA = Math.abs(a0);
        double ofB = Math.abs(b0);
        double ofC = Math.abs(c0);
        // A cyclic exchange of the rows leaves the determinant as it is.
        if (ofA >= ofB && ofA >= ofC) {
            return determinantByFirst(a0, a1, a2, b0, b1, b2, c0, c1, c2);
        }
        return ofB >= ofC
                ? determinantByFirst(b0, b1, b2, c0, c1, c2, a0, a1, a2)
                : determinantByFirst(c0, c1, c2, a0, a1, a2, b0, b1, b2);
    }

    /** The same by elimination, where the first value of the first row is the pivot. */
    private static double determinantByFirst(
            double a0, double a1, double a2, double b0, double b1, double b2, double c0, double c1, double c2) {
        double b = b0 / a0;
        double c = c0 / a0;
        // Of two rows, the difference of two products is no less accurate than another step.
        return requireInRange(a0 * ((b1 - b * a1) * (c2 - c * a2) - (b2 - b * a2) * (c1 - c * a1)));
    }

    /** Returns the lower Cholesky factor of the symmetric part of a matrix, or null: also where it is not symmetric. */
    static double[] cholesky(int n, double[] a) {
        double[] l = new double[n * n];
        if (!copySymmetricPart(n, a, l) || !(magnitude(l) <= LARGEST)) {
            return null;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                l[i * n + j] = less(l[i * n + j], l, i * n, j * n, j) / l[j * n + j];
            }
            double pivot = less(l[i * n + i], l, i * n, i * n, i);
            if (!(pivot >= LEAST)) {
                return null;
            }
            l[i * n + i] = Math.sqrt(pivot);
        }
        return l;
    }

    /**
     * Writes the symmetric part of a matrix to the lower triangle of another, which is zero above. Returns false if the
     * matrix is not symmetric but for rounding.
     */
    static boolean copySymmetricPart(int n, double[] a, double[] lower) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double value = a[i * n + j];
                double mirrored = a[j * n + i];
                if (value != mirrored && !(Math.abs(value - mirrored) <= ROUNDING * largest(a))) {
                    return false;
                }
                lower[i * n + j] = Matrix.mean(value, mirrored);
            }
            lower[i * n + i] = a[i * n + i];
        }
        return true;
    }

    /** Returns a value less the dot product of two ranges. */
    private static double less(double value, double[] values, int one, int other, int count) {
        for (int i = 0; i < count; i++) {
            value -= values[one + i] * values[other + i];
        }
        return value;
    }

    static boolean isInRange(double magnitude) {
        return magnitude >= LEAST && magnitude <= LARGEST;
    }

    /** Returns the sum of the magnitudes, which none of them exceeds; NaN if there is one among the values. */
    static double magnitude(double[] values) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i <= values.length - 4; i += 4) {
            sum0 += Math.abs(values[i]);
            sum1 += Math.abs(values[i + 1]);
            sum2 += Math.abs(values[i + 2]);
            sum3 += Math.abs(values[i + 3]);
        }
        for (; i < values.length; i++) {
            sum0 += Math.abs(values[i]);
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
