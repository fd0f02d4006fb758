package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * The thin QR factorization of a matrix: {@code q().times(r())}.
 *
 * <p>An immutable value, from {@link Matrix#qr()}: it solves any number of least-squares problems, from any thread.
 *
 * @serial exclude
 */
public final class Qr implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int rows;
    private final int columns;
    private final double[] packed;
    private final double[] tau;

    Qr(int rows, int columns, double[] packed, double[] tau) {
        this.rows = rows;
        this.columns = columns;
        this.packed = packed;
        this.tau = tau;
    }

    /**
     * Returns the factor whose columns are orthogonal and of length one. It is computed by each call.
     *
     * @return a matrix of min(rows, columns) columns
     */
    public Matrix q() {
        NativeLibrary.load();
        double[] q = new double[rows * tau.length];
        Natives.qrQ(rows, columns, packed, tau, q);
        return new Matrix(rows, tau.length, q);
    }

    /**
     * Returns the upper factor: zeros below its diagonal.
     *
     * @return a matrix of min(rows, columns) rows
     */
    public Matrix r() {
        return Triangles.upper(rows, columns, packed);
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least for the factored matrix a, for each column
     * of {@code b}.
     *
     * <p>The columns of a have to be linearly independent. Only exact dependence is recognized here:
     * {@link Matrix#leastSquares(Matrix)} takes a matrix of any rank, and more time.
     *
     * @param b the right-hand sides
     * @return the solutions, with as many rows as a has columns
     * @throws IllegalArgumentException if a has fewer rows than columns: {@code a 2x3 matrix has fewer rows than
     *     columns; leastSquares takes a matrix of any shape}; if {@code b} has another number of rows than a, or a
     *     value that is not finite
     * @throws SingularMatrixException if the diagonal of {@link #r()} has a zero: {@code matrix is singular: pivot 1 is
     *     zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(
                columns, b.columns(), solve(b.rows(), b.columns(), b.own().values()));
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does
     * @throws SingularMatrixException if the diagonal of {@link #r()} has a zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        Objects.requireNonNull(b, "b");
        return solve(b.length, 1, b.clone());
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        double[] x = Matrix.room(rows >= columns && bRows == rows, columns, bColumns);
        Natives.qrSolve(rows, columns, packed, tau, bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the solution x of {@code r() * x = b}, for a matrix that has no fewer rows than columns.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if the factored matrix has fewer rows than columns: {@code a 2x3 matrix has
     *     fewer rows than columns}; if {@code b} has another number of rows than {@link #r()}, or a value that is not
     *     finite
     * @throws SingularMatrixException if the diagonal of {@link #r()} has a zero: {@code matrix is singular: pivot 1 is
     *     zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveR(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(
                b.rows(), b.columns(), solveR(b.rows(), b.columns(), b.own().values()));
    }

    /**
     * Returns the solution x of {@code r() * x = b}, as {@link #solveR(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solveR(Matrix)} does
     * @throws SingularMatrixException if the diagonal of {@link #r()} has a zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solveR(double[] b) {
        Objects.requireNonNull(b, "b");
        return solveR(b.length, 1, b.clone());
    }

    private double[] solveR(int bRows, int bColumns, double[] b) {
        requireTall();
        return Triangles.solveUpper(columns, r().values(), bRows, bColumns, b);
    }

    /**
     * Returns an estimate of the reciprocal of the condition number of {@link #r()} in the one-norm, as
     * {@link Lu#rcond()} does. In the 2-norm, the condition number of r is that of the factored matrix; the two norms
     * differ by at most a factor of n.
     *
     * @return a number from 0 to 1: 0 if the columns of the factored matrix are found dependent; 1 if it has none
     * @throws IllegalArgumentException if the factored matrix has fewer rows than columns: {@code a 2x3 matrix has
     *     fewer rows than columns}
     */
    public double rcond() {
        requireTall();
        Matrix r = r();
        NativeLibrary.load();
        // The upper factor of an LU factorization whose lower one is the identity.
        return Natives.luRcond(columns, columns, r.values(), Math.min(r.norm1(), Double.MAX_VALUE));
    }

    private void requireTall() {
        if (rows < columns) {
            throw new IllegalArgumentException("a " + rows + "x" + columns + " matrix has fewer rows than columns");
        }
    }

    int columns() {
        return columns;
    }

    double tolerance() {
        return Matrix.tolerance(rows, columns);
    }

    /**
     * Returns how many values at the beginning of the diagonal of r have a magnitude above that of the first times
     * this.
     */
    int leading(double tolerance) {
        int rank = 0;
        while (rank < tau.length && Math.abs(packed[rank * columns + rank]) > tolerance * Math.abs(packed[0])) {
            rank++;
        }
        return rank;
    }

    /** Returns the x that is best for the first columns of the matrix, as many as the rank. */
    double[] solveLeading(int rank, int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        double[] x = Matrix.room(bRows == rows, rank, bColumns);
        Natives.qrSolveLeading(rows, columns, packed, tau, rank, bRows, bColumns, b, x);
        return x;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Qr other
                && rows == other.rows
                && columns == other.columns
                && Arrays.equals(tau, other.tau)
                && Arrays.equals(packed, other.packed);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tau) + Arrays.hashCode(packed);
    }

    /** Returns the factors as text. */
    @Override
    public String toString() {
        return "q: " + q() + "\nr: " + r();
    }

    void write(Serialized.Output out) throws IOException {
        out.size(rows);
        out.size(columns);
        out.doubles(packed);
        out.doubles(tau);
    }

    static Qr read(Serialized.Input in) throws IOException {
        int rows = in.size("rows");
        int columns = in.size("columns");
        double[] packed = in.doubles(rows, columns);
        Serialized.requireFinite("the factors", packed);
        double[] tau = in.doubles(Math.min(rows, columns));
        Serialized.requireFinite("the scales of the reflections", tau);
        return new Qr(rows, columns, packed, tau);
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
