package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, which is {@code vectors() * diagonal(values()) *
 * vectors().transpose()}; or a few of them.
 *
 * <p>An immutable value, from {@link Matrix#symmetricEigen()} or, of a few, from
 * {@link Matrix#symmetricEigenLargest(int)} and its like; or from {@link Matrix#symmetricEigen(Matrix)}, which says
 * what its vectors are.
 *
 * @serial exclude
 */
public final class SymmetricEigen implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

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
     * Returns the eigenvectors: column j belongs to value j. They are orthogonal and of length one, those of a
     * generalized problem in the inner product of its second matrix.
     *
     * @return a matrix with a row for each of the decomposed one, and a column for each value
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

    void write(Serialized.Output out) throws IOException {
        out.size(values.length);
        out.doubles(values);
        vectors.write(out);
    }

    static SymmetricEigen read(Serialized.Input in) throws IOException {
        double[] values = in.doubles(in.size("values"));
        Serialized.requireFinite("the values", values);
        for (int i = 1; i < values.length; i++) {
            if (values[i] < values[i - 1]) {
                throw Serialized.invalid("value " + i + " is " + values[i] + ", less than " + values[i - 1]);
            }
        }
        Matrix vectors = Matrix.read(in);
        if (vectors.rows() < values.length) {
            throw Serialized.invalid(values.length + " values of " + vectors.rows());
        }
        Serialized.requireShape("the matrix of vectors", vectors, vectors.rows(), values.length);
        Serialized.requireFinite("the vectors", vectors.values());
        return new SymmetricEigen(values, vectors);
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
