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
 * The LU factorization of a matrix: row i of {@code l().times(u())} is row {@code rowPermutation()[i]} of the matrix.
 *
 * <p>An immutable value, from {@link Matrix#lu()}: it solves any number of systems, from any thread.
 *
 * <pre>{@code
 * Lu lu = a.lu();
 * double[] x = lu.solve(b);
 * double[] y = lu.solve(c);
 * }</pre>
 *
 * @serial exclude
 */
public final class Lu implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int rows;
    private final int columns;
    private final double[] packed;
    private final int[] permutation;
    private final double norm;

    Lu(int rows, int columns, double[] packed, int[] permutation, double norm) {
        this.rows = rows;
        this.columns = columns;
        this.packed = packed;
        this.permutation = permutation;
        this.norm = norm;
    }

    /**
     * Returns the lower factor: ones on its diagonal, zeros above, and no magnitude greater than one.
     *
     * @return a matrix of min(rows, columns) columns
     */
    public Matrix l() {
        return Triangles.unitLower(rows, columns, packed);
    }

    /**
     * Returns the upper factor: zeros below its diagonal.
     *
     * @return a matrix of min(rows, columns) rows
     */
    public Matrix u() {
        return Triangles.upper(rows, columns, packed);
    }

    /**
     * Returns the permutation of the rows: row i of the product of the factors is row {@code rowPermutation()[i]} of
     * the matrix.
     *
     * @return each row once
     */
    public int[] rowPermutation() {
        return permutation.clone();
    }

    /**
     * Returns the solution x of {@code a * x = b} for the factored matrix a, as {@link Matrix#solve(Matrix)} does.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if the factored matrix is not square, for which there is
     *     {@link Matrix#leastSquares(Matrix)}; if {@code b} has another number of rows, or a value that is not finite
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
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
     * @throws SingularMatrixException if a pivot is zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        Objects.requireNonNull(b, "b");
        return solve(b.length, 1, b.clone());
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        double[] x = new double[b.length];
        Natives.luSolve(rows, columns, packed, permutation, bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the determinant of the factored matrix: zero if a pivot is zero, one for the empty matrix.
     *
     * @return the determinant
     * @throws IllegalArgumentException if the factored matrix is not square
     */
    public double determinant() {
        NativeLibrary.load();
        return Natives.luDeterminant(rows, columns, packed, permutation);
    }

    /**
     * Returns the sign of the determinant of the factored matrix: the one of the empty matrix is 1.
     *
     * @return 1, -1, or 0 if a pivot is zero
     * @throws IllegalArgumentException if the factored matrix is not square: {@code matrix is not square: 2x3}
     */
    public int determinantSign() {
        requireSquare();
        boolean isNegative = isOdd(permutation);
        for (int i = 0; i < rows; i++) {
            double pivot = packed[i * columns + i];
            if (pivot == 0.0) {
                return 0;
            }
            isNegative ^= pivot < 0.0;
        }
        return isNegative ? -1 : 1;
    }

    /**
     * Returns the logarithm of the magnitude of the determinant of the factored matrix, which is in range where
     * {@link #determinant()} is not: negative infinity if a pivot is zero, zero for the empty matrix.
     *
     * @return the natural logarithm
     * @throws IllegalArgumentException if the factored matrix is not square: {@code matrix is not square: 2x3}
     */
    public double logAbsDeterminant() {
        requireSquare();
        double[] logarithms = new double[rows];
        for (int i = 0; i < rows; i++) {
            logarithms[i] = Math.log(Math.abs(packed[i * columns + i]));
        }
        return Reductions.sum(logarithms, 0, rows, false);
    }

    private void requireSquare() {
        if (rows != columns) {
            throw new IllegalArgumentException("matrix is not square: " + rows + "x" + columns);
        }
    }

    /** Returns whether a permutation is made of an odd number of exchanges: its cycles of even length are odd. */
    private static boolean isOdd(int[] permutation) {
        boolean[] isSeen = new boolean[permutation.length];
        boolean isOdd = false;
        for (int start = 0; start < permutation.length; start++) {
            for (int i = start; !isSeen[i]; i = permutation[i]) {
                isSeen[i] = true;
                isOdd ^= i != start;
            }
        }
        return isOdd;
    }

    /**
     * Returns the inverse of the factored matrix. To solve a system, {@link #solve(Matrix)} is faster and more
     * accurate.
     *
     * @return the inverse
     * @throws IllegalArgumentException if the factored matrix is not square
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix inverse() {
        requireSquare();
        return solve(Matrix.identity(rows));
    }

    /**
     * Returns an estimate of the reciprocal of the condition number in the one-norm: 1 is the best, at about 1e-16 a
     * solution may have no correct digit, and 0 is that of a singular matrix.
     *
     * <p>The estimate is that of LAPACK's {@code dgecon} (Higham, 1988): rarely more than three times the true value.
     *
     * @return a number from 0 to 1; 1 for the empty matrix
     * @throws IllegalArgumentException if the factored matrix is not square
     */
    public double rcond() {
        NativeLibrary.load();
        return Natives.luRcond(rows, columns, packed, norm);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Lu other
                && rows == other.rows
                && columns == other.columns
                && norm == other.norm
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
        return "l: " + l() + "\nu: " + u() + "\nrow permutation: " + Arrays.toString(permutation);
    }

    void write(Serialized.Output out) throws IOException {
        out.size(rows);
        out.size(columns);
        out.doubles(packed);
        out.ints(permutation);
        out.value(norm);
    }

    static Lu read(Serialized.Input in) throws IOException {
        int rows = in.size("rows");
        int columns = in.size("columns");
        double[] packed = in.doubles(rows, columns);
        Serialized.requireFinite("the factors", packed);
        int[] permutation = in.ints(rows);
        Serialized.requirePermutation("the row permutation", permutation);
        double norm = in.value();
        if (!(norm >= 0.0 && norm <= Double.MAX_VALUE)) {
            throw Serialized.invalid("the norm is " + norm);
        }
        return new Lu(rows, columns, packed, permutation, norm);
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
