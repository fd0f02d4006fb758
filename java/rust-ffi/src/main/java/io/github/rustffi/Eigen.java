package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * The eigenvalues and right eigenvectors of a square matrix, laid out as LAPACK's {@code dgeev} does.
 *
 * <p>Value j is {@code realValues()[j] + i * imaginaryValues()[j]}. Where its imaginary part is zero, column j of
 * {@link #vectors()} is its vector. Complex values come as conjugate pairs j, j + 1, the one with the positive
 * imaginary part first: column j is the real part of its vector and column j + 1 the imaginary part, and the vector of
 * value j + 1 is the conjugate.
 *
 * <p>An immutable value, from {@link Matrix#eigen()}.
 *
 * @serial exclude
 */
public final class Eigen implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final double[] realValues;
    private final double[] imaginaryValues;
    private final Matrix vectors;

    Eigen(double[] realValues, double[] imaginaryValues, Matrix vectors) {
        this.realValues = realValues;
        this.imaginaryValues = imaginaryValues;
        this.vectors = vectors;
    }

    /**
     * Returns the real parts of the eigenvalues.
     *
     * @return a number for each value
     */
    public double[] realValues() {
        return realValues.clone();
    }

    /**
     * Returns the imaginary parts of the eigenvalues. That of a complex one is never zero: one that is too small for a
     * double has the magnitude {@link Double#MIN_VALUE}.
     *
     * @return a number for each value, zero for a real one
     */
    public double[] imaginaryValues() {
        return imaginaryValues.clone();
    }

    /**
     * Returns the eigenvectors, each of Euclidean length one, real and imaginary part together for a complex one.
     *
     * @return a square matrix
     */
    public Matrix vectors() {
        return vectors;
    }

    /**
     * Returns whether an eigenvalue is real.
     *
     * @param j the number of the value, from 0
     * @return whether its imaginary part is zero
     * @throws IndexOutOfBoundsException if there is no such value: {@code no eigenvalue 3 of 3}
     */
    public boolean isReal(int j) {
        requireValue(j);
        return imaginaryValues[j] == 0.0;
    }

    /**
     * Returns the real part of an eigenvector.
     *
     * @param j the number of its value, from 0
     * @return a number for each row
     * @throws IndexOutOfBoundsException if there is no such value: {@code no eigenvalue 3 of 3}
     */
    public double[] realVector(int j) {
        requireValue(j);
        return vectors.column(imaginaryValues[j] < 0.0 ? j - 1 : j);
    }

    /**
     * Returns the imaginary part of an eigenvector: zeros for a real value.
     *
     * @param j the number of its value, from 0
     * @return a number for each row
     * @throws IndexOutOfBoundsException if there is no such value: {@code no eigenvalue 3 of 3}
     */
    public double[] imaginaryVector(int j) {
        requireValue(j);
        if (imaginaryValues[j] == 0.0) {
            return new double[vectors.rows()];
        }
        return imaginaryValues[j] > 0.0 ? vectors.column(j + 1) : ElementWise.negate(vectors.column(j));
    }

    private void requireValue(int j) {
        if (j < 0 || j >= realValues.length) {
            throw new IndexOutOfBoundsException("no eigenvalue " + j + " of " + realValues.length);
        }
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Eigen other
                && Arrays.equals(realValues, other.realValues)
                && Arrays.equals(imaginaryValues, other.imaginaryValues)
                && vectors.equals(other.vectors);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(realValues) + Arrays.hashCode(imaginaryValues)) + vectors.hashCode();
    }

    /** Returns the values and the vectors as text. */
    @Override
    public String toString() {
        return "real values: " + Arrays.toString(realValues) + "\nimaginary values: " + Arrays.toString(imaginaryValues)
                + "\nvectors: " + vectors;
    }

    void write(Serialized.Output out) throws IOException {
        out.size(realValues.length);
        out.doubles(realValues);
        out.doubles(imaginaryValues);
        vectors.write(out);
    }

    static Eigen read(Serialized.Input in) throws IOException {
        int count = in.size("values");
        double[] real = in.doubles(count);
        double[] imaginary = in.doubles(count);
        Serialized.requireFinite("the real parts", real);
        Serialized.requireFinite("the imaginary parts", imaginary);
        for (int j = 0; j < count; j++) {
            if (imaginary[j] != 0.0) {
                int next = j + 1;
                if (imaginary[j] < 0.0 || next == count || real[next] != real[j] || imaginary[next] != -imaginary[j]) {
                    throw Serialized.invalid("value " + j + " is not followed by its conjugate");
                }
                j = next;
            }
        }
        Matrix vectors = Matrix.read(in);
        Serialized.requireShape("the matrix of vectors", vectors, count, count);
        Serialized.requireFinite("the vectors", vectors.values());
        return new Eigen(real, imaginary, vectors);
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
