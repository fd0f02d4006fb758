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
        int n = l.rows();
        if (n == bRows && SmallMatrix.isSquare(n, n)) {
            double[] y = SmallMatrix.solveTriangular(n, l.values(), false, false, false, bColumns, b);
            double[] small =
                    y == null ? null : SmallMatrix.solveTriangular(n, l.values(), false, false, true, bColumns, y);
            if (small != null) {
                return small;
            }
        }
        NativeLibrary.load();
        double[] x = new double[b.length];
        Natives.choleskySolve(n, l.values(), bRows, bColumns, b, x);
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

    /**
     * Returns the factorization of {@code a + x xᵀ} for the factored matrix a, in time proportional to the square of
     * its rows, where to factor it anew takes the cube.
     *
     * <p>It is that of LINPACK's {@code dchud}: rotations, which are as stable as the factorization.
     *
     * @param x a value for each row
     * @return the factorization of the sum
     * @throws IllegalArgumentException if {@code x} has another number of values: {@code matrix shapes do not agree:
     *     2x2 update 3x1}; if a value is not finite: {@code x has a NaN at row 1, column 0}
     * @throws ArithmeticException if a value of the factor is too large for a double
     */
    public Cholesky update(double[] x) {
        int n = l.rows();
        double[] rest = requireColumn("update", x);
        double[] values = l.toArray();
        double[] cosines = new double[n];
        double[] sines = new double[n];
        for (int i = 0; i < n; i++) {
            double other = rest[i];
            for (int j = 0; j < i; j++) {
                double value = values[i * n + j];
                values[i * n + j] = cosines[j] * value + sines[j] * other;
                other = cosines[j] * other - sines[j] * value;
            }
            double diagonal = values[i * n + i];
            double norm = Math.hypot(diagonal, other);
            cosines[i] = diagonal / norm;
            sines[i] = other / norm;
            values[i * n + i] = norm;
        }
        requireInRange(values);
        return new Cholesky(new Matrix(n, n, values));
    }

    /**
     * Returns the factorization of {@code a - x xᵀ} for the factored matrix a, in time proportional to the square of
     * its rows.
     *
     * <p>It is that of LINPACK's {@code dchdd}, which takes back what {@link #update} does. Where the difference is
     * nearly singular, digits are lost that no method that has the factor alone can find again.
     *
     * @param x a value for each row
     * @return the factorization of the difference
     * @throws IllegalArgumentException if {@code x} has another number of values: {@code matrix shapes do not agree:
     *     2x2 downdate 3x1}; if a value is not finite: {@code x has a NaN at row 1, column 0}
     * @throws NotPositiveDefiniteException if the difference is not positive definite: {@code matrix is not positive
     *     definite: pivot 1 is not positive}
     * @throws ArithmeticException if a value of the factor is too large for a double
     */
    public Cholesky downdate(double[] x) {
        int n = l.rows();
        double[] rest = requireColumn("downdate", x);
        double[] values = l.toArray();
        // The solution of l() * y = x: the difference is positive definite where it is shorter than one.
        double[] sines = new double[n];
        double squares = 0.0;
        for (int i = 0; i < n; i++) {
            double sum = rest[i];
            for (int j = 0; j < i; j++) {
                sum -= values[i * n + j] * sines[j];
            }
            sines[i] = sum / values[i * n + i];
            squares += sines[i] * sines[i];
            if (!(squares < 1.0)) {
                throw notPositive(i);
            }
        }
        // Rotations that bring the y with what is left of length one to a unit vector.
        double[] cosines = new double[n];
        double length = Math.sqrt(1.0 - squares);
        for (int j = n - 1; j >= 0; j--) {
            double norm = Math.hypot(length, sines[j]);
            cosines[j] = length / norm;
            sines[j] /= norm;
            length = norm;
        }
        for (int i = 0; i < n; i++) {
            double other = 0.0;
            for (int j = i; j >= 0; j--) {
                double value = values[i * n + j];
                values[i * n + j] = cosines[j] * value - sines[j] * other;
                other = cosines[j] * other + sines[j] * value;
            }
            if (!(values[i * n + i] > 0.0)) {
                throw notPositive(i);
            }
        }
        requireInRange(values);
        return new Cholesky(new Matrix(n, n, values));
    }

    private double[] requireColumn(String operation, double[] x) {
        Objects.requireNonNull(x, "x");
        if (x.length != l.rows()) {
            throw Matrix.disagree(l.shape(), operation, x.length + "x1");
        }
        Matrix column = Matrix.ofColumn(x);
        column.requireFinite("x");
        return column.values();
    }

    private static NotPositiveDefiniteException notPositive(int pivot) {
        return new NotPositiveDefiniteException("matrix is not positive definite: pivot " + pivot + " is not positive");
    }

    private static void requireInRange(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw Matrix.beyond("factor L");
            }
        }
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
