package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.util.Objects;

/**
 * The Cholesky factorization of a symmetric positive definite matrix: {@code l().times(l().transpose())}.
 *
 * <p>An immutable value, from {@link Matrix#cholesky()}: it solves any number of systems, from any thread, and takes
 * half the work of {@link Lu}.
 */
public final class Cholesky {
    private final Matrix l;

    Cholesky(Matrix l) {
        this.l = l;
    }

    /**
     * Returns the lower factor: a positive diagonal, and zeros above.
     *
     * @return a square matrix
     */
    public Matrix l() {
        return l;
    }

    /**
     * Returns the solution x of {@code a * x = b} for the factored matrix a.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if {@code b} has another number of rows than the factored matrix, or a value
     *     that is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(b.rows(), b.columns(), solve(b.rows(), b.columns(), b.values()));
    }

    /**
     * Returns the solution x of {@code a * x = b} for the factored matrix a.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        Objects.requireNonNull(b, "b");
        return solve(b.length, 1, b);
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        double[] x = new double[b.length];
        Natives.choleskySolve(l.rows(), l.values(), bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the determinant of the factored matrix: one for the empty matrix.
     *
     * @return the determinant
     */
    public double determinant() {
        NativeLibrary.load();
        return Natives.choleskyDeterminant(l.rows(), l.values());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Cholesky other && l.equals(other.l);
    }

    @Override
    public int hashCode() {
        return l.hashCode();
    }

    /** Returns the factor as text. */
    @Override
    public String toString() {
        return "l: " + l;
    }
}
