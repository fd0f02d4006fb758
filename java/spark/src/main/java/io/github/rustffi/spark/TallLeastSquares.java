package io.github.rustffi.spark;

import io.github.rustffi.Matrix;

/**
 * A least-squares solution for a {@link TallMatrix}, from {@link TallMatrix#leastSquares(TallMatrix)} or
 * {@link TallMatrix#ridge}, with its rank and its residuals. An immutable value.
 */
public final class TallLeastSquares {
    private final Matrix solution;
    private final int rank;
    private final double[] residualNorms;
    private final double[] singularValues;

    TallLeastSquares(Matrix solution, int rank, double[] residualNorms, double[] singularValues) {
        this.solution = solution;
        this.rank = rank;
        this.residualNorms = residualNorms;
        this.singularValues = singularValues;
    }

    /**
     * Returns the solutions.
     *
     * @return a matrix with a row for each column of the matrix, and a column for each right-hand side
     */
    public Matrix solution() {
        return solution;
    }

    /**
     * Returns the rank: the number of singular values above the tolerance times the largest.
     *
     * @return the rank; if it is less than the number of columns, there are many solutions, and this is the shortest
     */
    public int rank() {
        return rank;
    }

    /**
     * Returns the Euclidean norm of {@code b - a * x} for each column of b.
     *
     * @return a value for each right-hand side
     */
    public double[] residualNorms() {
        return residualNorms.clone();
    }

    /**
     * Returns the singular values.
     *
     * @return min(rows, columns) values in descending order, none negative
     */
    public double[] singularValues() {
        return singularValues.clone();
    }
}
