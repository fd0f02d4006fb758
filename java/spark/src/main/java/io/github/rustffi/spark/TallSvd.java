package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;

/**
 * The thin singular value decomposition of a {@link TallMatrix}, from {@link TallMatrix#svd()}: U times the diagonal
 * matrix of the singular values times the transpose of V is the matrix.
 */
public final class TallSvd {
    private final TallQr qr;
    private final Svd svd;
    private final long rows;

    TallSvd(TallQr qr, Svd svd, long rows) {
        this.qr = qr;
        this.svd = svd;
        this.rows = rows;
    }

    /**
     * Returns the singular values.
     *
     * @return min(rows, columns) values in descending order, none negative
     */
    public double[] singularValues() {
        return svd.singularValues();
    }

    /**
     * Returns the right singular vectors: columns that are orthogonal and of length one.
     *
     * @return a matrix with a row for each column of the matrix, and as many columns as there are singular values
     */
    public Matrix v() {
        return svd.v();
    }

    /**
     * Returns the left singular vectors, columns that are orthogonal and of length one, distributed as the matrix is:
     * with as many rows in each partition, in blocks of the same sizes but for those without rows. They are computed
     * each time that they are read: persist them if that is more than once.
     *
     * @return a matrix with as many columns as there are singular values
     */
    public TallMatrix u() {
        return qr.q(svd.u());
    }

    /**
     * Returns the rank: the number of singular values above max(rows, columns)·ε times the largest.
     *
     * @return the rank
     */
    public int rank() {
        return svd.rank(Math.max(rows, svd.v().rows()) * Math.ulp(1.0));
    }

    /**
     * Returns the rank: the number of singular values above a tolerance times the largest.
     *
     * @param tolerance the tolerance, such as 1e-10
     * @return the rank
     * @throws IllegalArgumentException if the tolerance is negative or NaN: {@code tolerance must be at least 0, but is
     *     -1.0}
     */
    public int rank(double tolerance) {
        return svd.rank(tolerance);
    }
}
