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
 * The thin singular value decomposition of a matrix: {@code u() * diagonal(singularValues()) * v()} transposed; or its
 * largest terms, in which case the methods speak of the sum of these.
 *
 * <p>An immutable value, from {@link Matrix#svd()} or, of a few terms, from {@link Matrix#svd(int)}.
 *
 * <pre>{@code
 * Svd svd = a.svd();
 * Matrix same = svd.u().times(Matrix.diagonal(svd.singularValues())).times(svd.v().transpose());
 * }</pre>
 *
 * @serial exclude
 */
public final class Svd implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final double EPSILON = 0x1p-52;

    private final Matrix u;
    private final double[] singularValues;
    private final Matrix v;

    Svd(Matrix u, double[] singularValues, Matrix v) {
        this.u = u;
        this.singularValues = singularValues;
        this.v = v;
    }

    /**
     * Returns the left singular vectors: columns that are orthogonal and of length one.
     *
     * @return a matrix with as many columns as there are singular values
     */
    public Matrix u() {
        return u;
    }

    /**
     * Returns the singular values.
     *
     * @return min(rows, columns) values, or as many as were asked for, in descending order, none negative
     */
    public double[] singularValues() {
        return singularValues.clone();
    }

    /**
     * Returns the right singular vectors: columns that are orthogonal and of length one.
     *
     * @return a matrix with as many columns as there are singular values
     */
    public Matrix v() {
        return v;
    }

    /**
     * Returns the rank: the number of singular values above max(rows, columns)·ε times the largest.
     *
     * @return the rank
     */
    public int rank() {
        NativeLibrary.load();
        return Natives.rankOfSingularValues(singularValues, u.rows(), v.rows());
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
        Matrix.requireTolerance("tolerance", tolerance);
        int rank = 0;
        while (rank < singularValues.length && singularValues[rank] > tolerance * singularValues[0]) {
            rank++;
        }
        return rank;
    }

    /**
     * Returns the condition number in the 2-norm, as {@link Matrix#conditionNumber()} does.
     *
     * @return at least 1; infinity where it is more than 1/ε
     * @throws IllegalArgumentException if there are no values: {@code the condition number of a 0x3 matrix is not
     *     defined}
     */
    public double conditionNumber() {
        if (singularValues.length == 0) {
            throw new IllegalArgumentException(
                    "the condition number of a " + u.rows() + "x" + v.rows() + " matrix is not defined");
        }
        double largest = singularValues[0];
        double smallest = singularValues[singularValues.length - 1];
        return smallest <= EPSILON * largest ? Double.POSITIVE_INFINITY : largest / smallest;
    }

    /**
     * Returns the nearest matrix of a rank, in the 2-norm and in the Frobenius norm: the sum of the first terms of the
     * decomposition (Eckart and Young, 1936).
     *
     * @param rank the number of terms
     * @return a matrix of the shape of the decomposed one
     * @throws IllegalArgumentException if there are not so many singular values: {@code rank must be from 0 to 3, but
     *     is 4}
     */
    public Matrix approximation(int rank) {
        if (rank < 0 || rank > singularValues.length) {
            throw new IllegalArgumentException("rank must be from 0 to " + singularValues.length + ", but is " + rank);
        }
        Matrix scaled = u.submatrix(0, 0, u.rows(), rank).timesRow(Arrays.copyOf(singularValues, rank));
        return scaled.timesTranspose(v.submatrix(0, 0, v.rows(), rank));
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least for the decomposed matrix a, for each
     * column of {@code b}; where there are many, the shortest. It is that of {@link Matrix#leastSquares(Matrix)}, with
     * its tolerance.
     *
     * @param b the right-hand sides
     * @return the solutions, with as many rows as a has columns
     * @throws IllegalArgumentException if {@code b} has another number of rows than a: {@code matrix shapes do not
     *     agree: 3x2 least squares 2x1}; if a value is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        return solve(b, defaultTolerance());
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least for the decomposed matrix a, for each
     * column of {@code b}; where there are many, the shortest.
     *
     * @param b the right-hand sides
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the solutions, with as many rows as a has columns
     * @throws IllegalArgumentException if {@code b} has another number of rows than a: {@code matrix shapes do not
     *     agree: 3x2 least squares 2x1}; if a value is not finite; if the tolerance is negative or NaN:
     *     {@code tolerance must be at least 0, but is -1.0}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b, double tolerance) {
        Objects.requireNonNull(b, "b");
        int rank = rank(tolerance);
        if (b.rows() != u.rows()) {
            throw Matrix.disagree(u.rows() + "x" + v.rows(), "least squares", b.shape());
        }
        Matrix right = b.own();
        right.requireFinite();
        // Powers of two keep what is between in range: the result overflows only where it has to.
        int largest = rank == 0 ? 0 : Math.getExponent(singularValues[0]);
        int largestOfB = Math.max(Math.getExponent(right.maxAbs()), Double.MIN_EXPONENT);
        double[] reciprocals = new double[rank];
        for (int j = 0; j < rank; j++) {
            reciprocals[j] = 1.0 / Math.scalb(singularValues[j], -largest);
        }
        Matrix kept = u.submatrix(0, 0, u.rows(), rank);
        Matrix coordinates = kept.transpose()
                .times(right.times(Math.scalb(1.0, -largestOfB)))
                .timesColumn(reciprocals);
        double[] x = v.submatrix(0, 0, v.rows(), rank).times(coordinates).values();
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.scalb(x[i], largestOfB - largest);
            if (!Double.isFinite(x[i])) {
                throw Matrix.beyond("solution");
            }
        }
        return new Matrix(v.rows(), b.columns(), x);
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        return solve(b, defaultTolerance());
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least, as {@link #solve(Matrix, double)} does.
     *
     * @param b a value for each row
     * @param tolerance singular values of at most this times the largest count as zero
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix, double)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b, double tolerance) {
        Objects.requireNonNull(b, "b");
        return solve(Matrix.wrap(b.length, 1, b), tolerance).values();
    }

    /**
     * Returns the Moore-Penrose inverse of the decomposed matrix, with the tolerance of {@link Matrix#pseudoInverse()}.
     *
     * @return the inverse, with as many rows as the matrix has columns
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix pseudoInverse() {
        return pseudoInverse(defaultTolerance());
    }

    /**
     * Returns the Moore-Penrose inverse of the decomposed matrix.
     *
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the inverse, with as many rows as the matrix has columns
     * @throws IllegalArgumentException if the tolerance is negative or NaN: {@code tolerance must be at least 0, but is
     *     -1.0}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix pseudoInverse(double tolerance) {
        return solve(Matrix.identity(u.rows()), tolerance);
    }

    private double defaultTolerance() {
        return Matrix.tolerance(u.rows(), v.rows());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Svd other
                && Arrays.equals(singularValues, other.singularValues)
                && u.equals(other.u)
                && v.equals(other.v);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(singularValues) + u.hashCode()) + v.hashCode();
    }

    /** Returns the parts as text. */
    @Override
    public String toString() {
        return "u: " + u + "\nsingular values: " + Arrays.toString(singularValues) + "\nv: " + v;
    }

    void write(Serialized.Output out) throws IOException {
        u.write(out);
        out.doubles(singularValues);
        v.write(out);
    }

    static Svd read(Serialized.Input in) throws IOException {
        Matrix u = Matrix.read(in);
        double[] singularValues = in.doubles(u.columns());
        Matrix v = Matrix.read(in);
        int count = Math.min(u.columns(), Math.min(u.rows(), v.rows()));
        Serialized.requireShape("u", u, u.rows(), count);
        Serialized.requireShape("v", v, v.rows(), count);
        Serialized.requireFinite("u", u.values());
        Serialized.requireSingularValues(singularValues);
        Serialized.requireFinite("v", v.values());
        return new Svd(u, singularValues, v);
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
