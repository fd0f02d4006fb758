package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * The thin QR factorization of a matrix with column pivoting: column j of {@code q().times(r())} is column
 * {@code columnPermutation()[j]} of the matrix.
 *
 * <p>An immutable value, from {@link Matrix#pivotedQr()}: it solves any number of least-squares problems, from any
 * thread, with a matrix of any shape and rank.
 *
 * <pre>{@code
 * PivotedQr qr = a.pivotedQr();
 * if (qr.rank() < a.columns()) {
 *     // the columns qr.columnPermutation()[rank], ... depend on those before them
 * }
 * }</pre>
 *
 * @serial exclude
 */
public final class PivotedQr implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** That of the matrix with its columns permuted. */
    private final Qr qr;

    private final int[] permutation;

    PivotedQr(Qr qr, int[] permutation) {
        this.qr = qr;
        this.permutation = permutation;
    }

    /**
     * Returns the factor whose columns are orthogonal and of length one. It is computed by each call.
     *
     * @return a matrix of min(rows, columns) columns
     */
    public Matrix q() {
        return qr.q();
    }

    /**
     * Returns the upper factor: zeros below its diagonal, on which magnitudes descend but for rounding.
     *
     * @return a matrix of min(rows, columns) rows
     */
    public Matrix r() {
        return qr.r();
    }

    /**
     * Returns the permutation of the columns: column j of the product of the factors is column
     * {@code columnPermutation()[j]} of the matrix.
     *
     * @return each column once
     */
    public int[] columnPermutation() {
        return permutation.clone();
    }

    /**
     * Returns the rank: the number of values on the diagonal of {@link #r()} whose magnitude is above max(rows,
     * columns)·ε times that of the first.
     *
     * @return the rank
     */
    public int rank() {
        return qr.leading(qr.tolerance());
    }

    /**
     * Returns the rank: the number of values on the diagonal of {@link #r()} whose magnitude is above a tolerance times
     * that of the first.
     *
     * @param tolerance the tolerance, such as 1e-10
     * @return the rank
     * @throws IllegalArgumentException if the tolerance is negative or NaN: {@code tolerance must be at least 0, but is
     *     -1.0}
     */
    public int rank(double tolerance) {
        Matrix.requireTolerance("tolerance", tolerance);
        return qr.leading(tolerance);
    }

    /**
     * Returns an x that makes the Euclidean norm of {@code a * x - b} least for the factored matrix a, for each column
     * of {@code b}, with the tolerance of {@link #rank()}.
     *
     * <p>Where there are many, it is a basic one: it has zeros for the columns of a that depend on others, and no more
     * values other than zero than the rank. {@link Matrix#leastSquares(Matrix)} has the shortest.
     *
     * @param b the right-hand sides
     * @return the solutions, with as many rows as a has columns
     * @throws IllegalArgumentException if {@code b} has another number of rows than a: {@code matrix shapes do not
     *     agree: 3x2 solve 2x1}; if a value of it is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        return solve(b, qr.tolerance());
    }

    /**
     * Returns an x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix)} does, with the
     * columns of a that {@link #rank(double)} counts.
     *
     * @param b the right-hand sides
     * @param tolerance values on the diagonal of {@link #r()} of at most this times the first count as zero
     * @return the solutions, with as many rows as a has columns
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does; if the tolerance is negative or NaN:
     *     {@code tolerance must be at least 0, but is -1.0}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b, double tolerance) {
        Objects.requireNonNull(b, "b");
        return new Matrix(
                qr.columns(), b.columns(), solve(b.rows(), b.columns(), b.own().values(), tolerance));
    }

    /**
     * Returns an x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        return solve(b, qr.tolerance());
    }

    /**
     * Returns an x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix, double)} does.
     *
     * @param b a value for each row
     * @param tolerance values on the diagonal of {@link #r()} of at most this times the first count as zero
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix, double)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b, double tolerance) {
        Objects.requireNonNull(b, "b");
        return solve(b.length, 1, b.clone(), tolerance);
    }

    private double[] solve(int bRows, int bColumns, double[] b, double tolerance) {
        int rank = rank(tolerance);
        double[] leading = qr.solveLeading(rank, bRows, bColumns, b);
        double[] x = Matrix.newValues(qr.columns(), bColumns);
        for (int i = 0; i < rank; i++) {
            System.arraycopy(leading, i * bColumns, x, permutation[i] * bColumns, bColumns);
        }
        return x;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof PivotedQr other
                && Arrays.equals(permutation, other.permutation)
                && qr.equals(other.qr);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(permutation) + qr.hashCode();
    }

    /** Returns the factors and the permutation as text. */
    @Override
    public String toString() {
        return qr + "\ncolumn permutation: " + Arrays.toString(permutation);
    }

    void write(Serialized.Output out) throws IOException {
        qr.write(out);
        out.ints(permutation);
    }

    static PivotedQr read(Serialized.Input in) throws IOException {
        Qr qr = Qr.read(in);
        int[] permutation = in.ints(qr.columns());
        Serialized.requirePermutation("the column permutation", permutation);
        return new PivotedQr(qr, permutation);
    }

    @Serial
    private Object writeReplace() {
        return new Serialized(this);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.withoutProxy();
    }
}
