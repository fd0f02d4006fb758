package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;

/**
 * The Cholesky factorization of a symmetric positive definite matrix: {@code l().times(l().transpose())} is its
 * {@linkplain Matrix#symmetrized() symmetric part}, which is the matrix itself but for rounding.
 *
 * <p>An immutable value, from {@link Matrix#cholesky()}: it solves any number of systems, from any thread, and takes
 * half the work of {@link Lu}.
 *
 * @serial exclude
 */
public final class Cholesky implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Matrix l;

    Cholesky(Matrix l) {
        this.l = l;
    }

    /**
     * Returns the lower factor, that of the symmetric part of the matrix: a positive diagonal, and zeros above.
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
        return new Matrix(
                b.rows(), b.columns(), solve(b.rows(), b.columns(), b.own().values()));
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
        return solve(b.length, 1, b.clone());
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

    /**
     * Returns the logarithm of the determinant of the factored matrix, which is in range where {@link #determinant()}
     * is not: zero for the empty matrix.
     *
     * @return the natural logarithm
     */
    public double logDeterminant() {
        double[] logarithms = l.diagonal();
        for (int i = 0; i < logarithms.length; i++) {
            logarithms[i] = Math.log(logarithms[i]);
        }
        return 2.0 * Reductions.sum(logarithms, 0, logarithms.length, false);
    }

    /**
     * Returns the inverse of the factored matrix. It is exactly symmetric. To solve a system, {@link #solve(Matrix)} is
     * faster and more accurate.
     *
     * @return the inverse
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix inverse() {
        return Triangles.mirrored(solve(Matrix.identity(l.rows())));
    }

    /**
     * Returns an estimate of the reciprocal of the condition number in the one-norm, as {@link Lu#rcond()} does. It
     * multiplies the factors, which takes longer than the factorization did.
     *
     * @return a number from 0 to 1; 1 for the empty matrix
     */
    public double rcond() {
        int n = l.rows();
        double norm = Math.min(l.timesTranspose(l).norm1(), Double.MAX_VALUE);
        // With D, the diagonal of L, the factors of an LU factorization are L D⁻¹ and D Lᵀ.
        double[] packed = l.toArray();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                packed[j * n + i] = l.get(i, j) * l.get(j, j);
                packed[i * n + j] /= l.get(j, j);
            }
        }
        for (int i = 0; i < n; i++) {
            packed[i * n + i] *= l.get(i, i);
        }
        NativeLibrary.load();
        return Natives.luRcond(n, n, packed, norm);
    }

    /**
     * Returns the solution x of {@code l() * x = b}: with the factored matrix as a covariance, it makes the rows of b
     * independent.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if {@code b} has another number of rows than the factored matrix, or a value
     *     that is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveL(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(
                b.rows(),
                b.columns(),
                Triangles.solveLower(
                        l.rows(), l.values(), b.rows(), b.columns(), b.own().values()));
    }

    /**
     * Returns the solution x of {@code l() * x = b}, as {@link #solveL(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solveL(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solveL(double[] b) {
        Objects.requireNonNull(b, "b");
        return Triangles.solveLower(l.rows(), l.values(), b.length, 1, b.clone());
    }

    /**
     * Returns the solution x of {@code l().transpose() * x = b}.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if {@code b} has another number of rows than the factored matrix, or a value
     *     that is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveLTranspose(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(
                b.rows(),
                b.columns(),
                Triangles.solveLowerTranspose(
                        l.rows(), l.values(), b.rows(), b.columns(), b.own().values()));
    }

    /**
     * Returns the solution x of {@code l().transpose() * x = b}, as {@link #solveLTranspose(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solveLTranspose(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solveLTranspose(double[] b) {
        Objects.requireNonNull(b, "b");
        return Triangles.solveLowerTranspose(l.rows(), l.values(), b.length, 1, b.clone());
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

    void write(Serialized.Output out) throws IOException {
        l.write(out);
    }

    static Cholesky read(Serialized.Input in) throws IOException {
        Matrix l = Matrix.read(in);
        Serialized.requireShape("l", l, l.rows(), l.rows());
        Serialized.requireFinite("l", l.values());
        for (int i = 0; i < l.rows(); i++) {
            if (!(l.get(i, i) > 0.0)) {
                throw Serialized.invalid("value " + i + " of the diagonal of l is " + l.get(i, i) + ", not positive");
            }
            for (int j = i + 1; j < l.rows(); j++) {
                if (l.get(i, j) != 0.0) {
                    throw Serialized.invalid("l is not zero at row " + i + ", column " + j + ": " + l.get(i, j));
                }
            }
        }
        return new Cholesky(l);
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
