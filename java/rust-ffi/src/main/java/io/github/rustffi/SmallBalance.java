package io.github.rustffi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Balancing of small matrices in Java: a similarity transformation by a permutation, which brings eigenvalues that can
 * be read off to both ends, and by powers of two, which make rows and columns between them of similar size, as in
 * LAPACK's {@code dgebal} with the norms of James, Langou and Lowery (On matrix balancing and eigenvector computation,
 * 2014).
 */
final class SmallBalance {
    private static final int STRIDE = SmallGeneralEigen.STRIDE;

    /** Two or three sweeps are the rule. */
    private static final int SWEEPS = 100;

    /** Larger exponents are left to Rust. */
    private static final int LARGEST_EXPONENT = 100;

    private final int n;

    private final double[] h;

    /** Rows and columns before it are triangular, and so are those from {@code end} on. */
    private int start;

    private int end;

    /** Powers of two by which the rows of the vectors are to be multiplied; null for ones. */
    private double @Nullable [] scale;

    /** Pairs of rows and columns that have been exchanged, in order. */
    private int @Nullable [] exchanges;

    private int exchanged;

    SmallBalance(int n, double[] h) {
        this.n = n;
        this.h = h;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    double @Nullable [] scale() {
        return scale;
    }

    /** Balances the matrix, or returns false where that is left to Rust. */
    boolean balance() {
        end = n;
        for (int row; end > 0 && (row = isolatedRow()) >= 0; ) {
            end--;
            exchange(row, end);
        }
        for (int column; start < end && (column = isolatedColumn()) >= 0; start++) {
            exchange(start, column);
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            int changed = scaleAll();
            if (changed <= 0) {
                return changed == 0;
            }
        }
        return true;
    }

    /** Returns the last row before {@code end} with zeros beside the diagonal, or -1. */
    private int isolatedRow() {
        for (int i = end - 1; i >= 0; i--) {
            int j = 0;
            while (j < end && (j == i || h[i * STRIDE + j] == 0)) {
                j++;
            }
            if (j == end) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the first column from {@code start} on with zeros beside the diagonal, or -1. */
    private int isolatedColumn() {
        for (int j = start; j < end; j++) {
            int i = start;
            while (i < end && (i == j || h[i * STRIDE + j] == 0)) {
                i++;
            }
            if (i == end) {
                return j;
            }
        }
        return -1;
    }

    private void exchange(int one, int other) {
        if (one == other) {
            return;
        }
        int[] all = exchanges;
        if (all == null) {
            all = new int[2 * n];
            exchanges = all;
        }
        all[exchanged++] = one;
        all[exchanged++] = other;
        SmallMatrix.exchange(h, one * STRIDE, other * STRIDE, n);
        for (int i = 0; i < n * STRIDE; i += STRIDE) {
            double value = h[i + one];
            h[i + one] = h[i + other];
            h[i + other] = value;
        }
    }

    /** Scales rows and columns where it is worth it. Returns how many, or -1 where that is left to Rust. */
    private int scaleAll() {
        int changed = 0;
        for (int k = start; k < end; k++) {
            double column = 0;
            double row = 0;
            for (int i = start; i < end; i++) {
                double x = h[i * STRIDE + k];
                double y = h[k * STRIDE + i];
                column += x * x;
                row += y * y;
            }
            boolean isSimilar = 4 * column >= row && 4 * row > column;
            if (isSimilar || column == 0 || row == 0) {
                continue;
            }
            column = Math.sqrt(column);
            row = Math.sqrt(row);
            double factor = 1;
            double c = column;
            double r = row;
            for (; c < 0.5 * r; factor *= 2) {
                c *= 2;
                r *= 0.5;
            }
            for (; r <= 0.5 * c; factor *= 0.5) {
                c *= 0.5;
                r *= 2;
            }
            if (c + r < 0.95 * (column + row)) {
                changed++;
                if (!scale(k, factor)) {
                    return -1;
                }
            }
        }
        return changed;
    }

    /** Multiplies a column by a power of two, and divides the row by it. */
    private boolean scale(int k, double factor) {
        double[] all = scale;
        if (all == null) {
            all = new double[STRIDE];
            Arrays.fill(all, 1);
            scale = all;
        }
        all[k] *= factor;
        double reciprocal = 1 / factor;
        for (int i = 0; i < n; i++) {
            h[i * STRIDE + k] *= factor;
            h[k * STRIDE + i] *= reciprocal;
        }
        return Math.abs(Math.getExponent(all[k])) <= LARGEST_EXPONENT;
    }

    /** Exchanges the rows of the vectors. */
    void undoExchanges(double[] vectors) {
        int[] all = exchanges;
        if (all != null) {
            for (int k = exchanged - 2; k >= 0; k -= 2) {
                SmallMatrix.exchange(vectors, all[k] * n, all[k + 1] * n, n);
            }
        }
    }
}
