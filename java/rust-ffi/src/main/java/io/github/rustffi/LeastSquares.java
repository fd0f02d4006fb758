package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * A least-squares solution with all that NumPy's {@code lstsq} returns beside it: the residuals, the rank and the
 * singular values.
 *
 * <p>An immutable value. The solution has the bits of {@link Matrix#leastSquares(Matrix, double)}, which takes less
 * time where the singular values are not needed.
 *
 * <pre>{@code
 * LeastSquares fit = LeastSquares.of(x, y);  // y is a double[]
 * double[] coefficients = fit.solution().column(0);
 * double error = fit.residualNorms()[0];
 * }</pre>
 *
 * @serial exclude
 */
public final class LeastSquares implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Matrix solution;
    private final int rank;
    private final Matrix residuals;
    private final double[] singularValues;

    LeastSquares(Matrix solution, int rank, Matrix residuals, double[] singularValues) {
        this.solution = solution;
        this.rank = rank;
        this.residuals = residuals;
        this.singularValues = singularValues;
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least, for each column of {@code b}, and what
     * belongs to it; where there are many, the shortest. The tolerance is that of {@link Matrix#leastSquares(Matrix)}.
     *
     * @param a a matrix of any shape and rank
     * @param b the right-hand sides
     * @return the fit
     * @throws IllegalArgumentException if {@code b} has another number of rows: {@code matrix shapes do not agree: 3x2
     *     least squares 2x1}; if a value is not finite
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public static LeastSquares of(Matrix a, Matrix b) {
        Objects.requireNonNull(a, "a");
        return of(a, b, a.tolerance());
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code a * x - b} least, for each column of {@code b}, and what
     * belongs to it; where there are many, the shortest.
     *
     * @param a a matrix of any shape and rank
     * @param b the right-hand sides
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the fit
     * @throws IllegalArgumentException as {@link #of(Matrix, Matrix)} does; if the tolerance is negative or NaN:
     *     {@code tolerance must be at least 0, but is -1.0}
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public static LeastSquares of(Matrix a, Matrix b, double tolerance) {
        Objects.requireNonNull(a, "a");
        Objects.requireNonNull(b, "b");
        return a.fit(b.rows(), b.columns(), b.own().values(), tolerance);
    }

    /**
     * Returns the fit of one right-hand side, as {@link #of(Matrix, Matrix)} does.
     *
     * @param a a matrix of any shape and rank
     * @param b a value for each row of {@code a}
     * @return the fit, the parts of which have one column
     * @throws IllegalArgumentException as {@link #of(Matrix, Matrix)} does
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public static LeastSquares of(Matrix a, double[] b) {
        Objects.requireNonNull(a, "a");
        return of(a, b, a.tolerance());
    }

    /**
     * Returns the fit of one right-hand side, as {@link #of(Matrix, Matrix, double)} does.
     *
     * @param a a matrix of any shape and rank
     * @param b a value for each row of {@code a}
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the fit, the parts of which have one column
     * @throws IllegalArgumentException as {@link #of(Matrix, Matrix, double)} does
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public static LeastSquares of(Matrix a, double[] b, double tolerance) {
        Objects.requireNonNull(a, "a");
        Objects.requireNonNull(b, "b");
        return a.fit(b.length, 1, b.clone(), tolerance);
    }

    /**
     * Returns the solutions.
     *
     * @return a matrix with a row for each column of a, and a column for each of b
     */
    public Matrix solution() {
        return solution;
    }

    /**
     * Returns the rank of a: the number of singular values above the tolerance times the largest.
     *
     * @return the rank
     */
    public int rank() {
        return rank;
    }

    /**
     * Returns the residuals {@code b - a * x}.
     *
     * @return a matrix of the shape of b
     */
    public Matrix residuals() {
        return residuals;
    }

    /**
     * Returns the Euclidean norm of each column of the residuals. NumPy has its square, and only where the rank is full
     * and a has more rows than columns.
     *
     * @return a value for each column of b
     * @throws UnsatisfiedLinkError as {@link NativeLibrary#load()} does
     */
    public double[] residualNorms() {
        double[] norms = new double[residuals.columns()];
        for (int j = 0; j < norms.length; j++) {
            norms[j] = Vectors.norm(residuals.column(j));
        }
        return norms;
    }

    /**
     * Returns the singular values of a.
     *
     * @return min(rows, columns) values in descending order, none negative
     */
    public double[] singularValues() {
        return singularValues.clone();
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof LeastSquares other
                && rank == other.rank
                && solution.equals(other.solution)
                && residuals.equals(other.residuals)
                && Arrays.equals(singularValues, other.singularValues);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * solution.hashCode() + residuals.hashCode()) + Arrays.hashCode(singularValues);
    }

    /** Returns the parts as text. */
    @Override
    public String toString() {
        return "solution: " + solution + "\nrank: " + rank + "\nresiduals: " + residuals + "\nsingular values: "
                + Arrays.toString(singularValues);
    }

    void write(Serialized.Output out) throws IOException {
        solution.write(out);
        residuals.write(out);
        out.doubles(singularValues);
        out.size(rank);
    }

    static LeastSquares read(Serialized.Input in) throws IOException {
        Matrix solution = Matrix.read(in);
        Matrix residuals = Matrix.read(in);
        Serialized.requireShape("the matrix of residuals", residuals, residuals.rows(), solution.columns());
        double[] singularValues = in.doubles(Math.min(residuals.rows(), solution.rows()));
        int rank = in.size("singular values that count");
        Serialized.requireFinite("the solution", solution.values());
        Serialized.requireFinite("the residuals", residuals.values());
        Serialized.requireSingularValues(singularValues);
        if (rank > singularValues.length) {
            throw Serialized.invalid("the rank is " + rank + " of " + singularValues.length + " singular values");
        }
        return new LeastSquares(solution, rank, residuals, singularValues);
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
