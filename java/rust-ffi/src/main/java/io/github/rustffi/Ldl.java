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
 * The factorization of a symmetric matrix, which may be indefinite: row and column i of
 * {@code l().times(d()).timesTranspose(l())} are row and column {@code permutation()[i]} of its
 * {@linkplain Matrix#symmetrized() symmetric part}, which is the matrix itself but for rounding.
 *
 * <p>An immutable value, from {@link Matrix#ldl()}: it solves any number of systems, from any thread, and takes half
 * the work of {@link Lu}. {@link Cholesky} is faster, and is for positive definite matrices alone.
 *
 * <pre>{@code
 * Ldl ldl = hessian.ldl();
 * boolean isMinimum = ldl.inertia()[0] == hessian.rows();
 * double[] step = ldl.solve(gradient);
 * }</pre>
 *
 * @serial exclude
 */
public final class Ldl implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int n;

    /** The lower factor below the diagonal, and the block diagonal on it and on its right. */
    private final double[] packed;

    private final int[] permutation;

    Ldl(int n, double[] packed, int[] permutation) {
        this.n = n;
        this.packed = packed;
        this.permutation = permutation;
    }

    /**
     * Returns the lower factor: ones on its diagonal, and zeros above.
     *
     * @return a square matrix
     */
    public Matrix l() {
        return Triangles.unitLower(n, n, packed);
    }

    /**
     * Returns the block diagonal: symmetric blocks of one or two rows and columns. Those of two have a negative
     * determinant.
     *
     * @return a square matrix, with zeros beside its blocks
     */
    public Matrix d() {
        double[] d = new double[packed.length];
        for (int i = 0; i < n; i++) {
            d[i * n + i] = packed[i * n + i];
            if (isFirstOfTwo(i)) {
                d[i * n + i + 1] = packed[i * n + i + 1];
                d[(i + 1) * n + i] = packed[i * n + i + 1];
            }
        }
        return new Matrix(n, n, d);
    }

    /**
     * Returns the permutation of the rows, which is also that of the columns: row and column i of the product of the
     * factors are row and column {@code permutation()[i]} of the matrix.
     *
     * @return each row once
     */
    public int[] permutation() {
        return permutation.clone();
    }

    /**
     * Returns the solution x of {@code a * x = b} for the factored matrix a.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if {@code b} has another number of rows than the factored matrix, or a value
     *     that is not finite
     * @throws SingularMatrixException if a block of {@link #d()} is zero: {@code matrix is singular: pivot 1 is zero}
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
     * @throws SingularMatrixException if a block of {@link #d()} is zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        Objects.requireNonNull(b, "b");
        return solve(b.length, 1, b.clone());
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        double[] x = new double[b.length];
        Natives.ldlSolve(n, packed, permutation, bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the numbers of positive, negative and zero eigenvalues of the factored matrix, in this order: those of
     * {@link #d()}, by Sylvester's law of inertia.
     *
     * <p>Where an eigenvalue is zero but for rounding, it may be counted as any of them.
     *
     * @return three numbers, whose sum is the number of rows
     */
    public int[] inertia() {
        int[] counts = new int[3];
        for (int i = 0; i < n; i++) {
            double pivot = packed[i * n + i];
            if (isFirstOfTwo(i)) {
                // One eigenvalue of either sign.
                counts[0]++;
                counts[1]++;
                i++;
            } else {
                counts[pivot > 0.0 ? 0 : pivot < 0.0 ? 1 : 2]++;
            }
        }
        return counts;
    }

    /**
     * Returns the determinant of the factored matrix: zero if a block of {@link #d()} is zero, one for the empty
     * matrix.
     *
     * @return the determinant
     */
    public double determinant() {
        NativeLibrary.load();
        return Natives.ldlDeterminant(n, packed);
    }

    /**
     * Returns the sign of the determinant of the factored matrix: the one of the empty matrix is 1.
     *
     * @return 1, -1, or 0 if a block of {@link #d()} is zero
     */
    public int determinantSign() {
        int[] inertia = inertia();
        if (inertia[2] > 0) {
            return 0;
        }
        return inertia[1] % 2 == 0 ? 1 : -1;
    }

    /**
     * Returns the logarithm of the magnitude of the determinant of the factored matrix, which is in range where
     * {@link #determinant()} is not: negative infinity if a block of {@link #d()} is zero, zero for the empty matrix.
     *
     * @return the natural logarithm
     */
    public double logAbsDeterminant() {
        double[] logarithms = new double[n];
        for (int i = 0; i < n; i++) {
            double pivot = packed[i * n + i];
            if (isFirstOfTwo(i)) {
                double beside = packed[i * n + i + 1];
                double other = packed[(i + 1) * n + i + 1];
                logarithms[i] = 2.0 * Math.log(Math.abs(beside));
                logarithms[i + 1] = Math.log(1.0 - (pivot / beside) * (other / beside));
                i++;
            } else {
                logarithms[i] = Math.log(Math.abs(pivot));
            }
        }
        return Reductions.sum(logarithms, 0, n, false);
    }

    /** Returns the least magnitude of a block of D: of a block of two, of the value beside its diagonal. */
    double leastMagnitude() {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            if (isFirstOfTwo(i)) {
                least = Math.min(least, Math.abs(packed[i * n + i + 1]));
                i++;
            } else {
                least = Math.min(least, Math.abs(packed[i * n + i]));
            }
        }
        return least;
    }

    /** Returns whether a row is the first of a block of two. */
    private boolean isFirstOfTwo(int i) {
        return i + 1 < n && packed[i * n + i + 1] != 0.0;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Ldl other
                && n == other.n
                && Arrays.equals(permutation, other.permutation)
                && Arrays.equals(packed, other.packed);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(permutation) + Arrays.hashCode(packed);
    }

    /** Returns the factors and the permutation as text. */
    @Override
    public String toString() {
        return "l: " + l() + "\nd: " + d() + "\npermutation: " + Arrays.toString(permutation);
    }

    void write(Serialized.Output out) throws IOException {
        out.size(n);
        out.doubles(packed);
        out.ints(permutation);
    }

    static Ldl read(Serialized.Input in) throws IOException {
        int n = in.size("rows");
        double[] packed = in.doubles(n, n);
        Serialized.requireFinite("the factors", packed);
        int[] permutation = in.ints(n);
        Serialized.requirePermutation("the permutation", permutation);
        Ldl ldl = new Ldl(n, packed, permutation);
        for (int i = 0; i < n; i++) {
            for (int j = i + 2; j < n; j++) {
                if (packed[i * n + j] != 0.0) {
                    throw Serialized.invalid("d is not zero at row " + i + ", column " + j + ": " + packed[i * n + j]);
                }
            }
            if (ldl.isFirstOfTwo(i)) {
                double beside = packed[i * n + i + 1];
                double below = packed[(i + 1) * n + i];
                double product = packed[i * n + i] / beside * (packed[(i + 1) * n + i + 1] / beside);
                if (ldl.isFirstOfTwo(i + 1) || below != 0.0 || !(product < 1.0)) {
                    throw Serialized.invalid("d has no block of two at row " + i);
                }
            }
        }
        return ldl;
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
