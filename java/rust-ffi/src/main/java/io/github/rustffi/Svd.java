package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.util.Arrays;

/**
 * The thin singular value decomposition of a matrix: {@code u() * diagonal(singularValues()) * v()} transposed.
 *
 * <p>An immutable value, from {@link Matrix#svd()}.
 *
 * <pre>{@code
 * Svd svd = a.svd();
 * Matrix same = svd.u().times(Matrix.diagonal(svd.singularValues())).times(svd.v().transpose());
 * }</pre>
 */
public final class Svd {
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
     * @return min(rows, columns) values in descending order, none negative
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
}
