package io.github.rustffi;

import java.util.Arrays;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, which is {@code vectors() * diagonal(values()) *
 * vectors().transpose()}.
 *
 * <p>An immutable value, from {@link Matrix#symmetricEigen()}.
 */
public final class SymmetricEigen {
    private final double[] values;
    private final Matrix vectors;

    SymmetricEigen(double[] values, Matrix vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    /**
     * Returns the eigenvalues.
     *
     * @return the values in ascending order
     */
    public double[] values() {
        return values.clone();
    }

    /**
     * Returns the eigenvectors: column j belongs to value j. They are orthogonal and of length one.
     *
     * @return a square matrix
     */
    public Matrix vectors() {
        return vectors;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof SymmetricEigen other
                && Arrays.equals(values, other.values)
                && vectors.equals(other.vectors);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + vectors.hashCode();
    }

    /** Returns the values and the vectors as text. */
    @Override
    public String toString() {
        return "values: " + Arrays.toString(values) + "\nvectors: " + vectors;
    }
}
