package io.github.rustffi;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The orthonormal vectors of a Krylov space: first those that are found already, to which everything has to be
 * orthogonal, then those of the space.
 */
final class Krylov {
    private static final double EPSILON = 0x1p-52;

    private final int n;
    private final SplittableRandom random = new SplittableRandom(1);
    private double[][] vectors;
    private int found;
    private int size;

    Krylov(int n) {
        this.n = n;
        this.vectors = new double[16][];
    }

    /** Returns the number of vectors of the space. */
    int size() {
        return size - found;
    }

    /** Returns a vector of the space. */
    double[] vector(int i) {
        return vectors[found + i];
    }

    /** Appends a vector that is orthogonal to the others and of length one. */
    void add(double[] vector) {
        if (size == vectors.length) {
            vectors = Arrays.copyOf(vectors, 2 * size);
        }
        vectors[size++] = vector;
    }

    /** Keeps the first vectors of the space as found ones, and forgets the others. */
    void keep(int count) {
        found += count;
        Arrays.fill(vectors, found, size, null);
        size = found;
    }

    /** Returns the vectors that are combinations of the first ones of the space. */
    double[][] combine(Matrix coefficients) {
        double[] rows = new double[coefficients.rows() * n];
        for (int i = 0; i < coefficients.rows(); i++) {
            System.arraycopy(vector(i), 0, rows, i * n, n);
        }
        return coefficients
                .transposeTimes(new Matrix(coefficients.rows(), n, rows))
                .toRows();
    }

    /** Replaces the vectors of the space by others. */
    void replace(double[][] others) {
        Arrays.fill(vectors, found, size, null);
        size = found;
        for (double[] vector : others) {
            add(vector);
        }
    }

    /**
     * Makes a vector orthogonal to all that there are. Twice is enough (Kahan, in Parlett 1980, section 6.9).
     *
     * @param w the vector, which is written over
     * @param coefficients gains the dot product of w with each vector of the space
     * @return the length that is left
     */
    double orthogonalize(double[] w, double[] coefficients) {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < size; i++) {
                double dot = Vectors.dot(vectors[i], w);
                if (i >= found) {
                    coefficients[i - found] += dot;
                }
                subtract(w, dot, vectors[i]);
            }
        }
        return Vectors.norm(w);
    }

    /**
     * Appends what is left of a vector after {@link #orthogonalize}, at length one; or, where rounding is all that is
     * left, a random vector.
     *
     * @param w the vector, which is written over
     * @param length its length
     * @param scale the length that it had, or more
     * @return the length, or zero where rounding was all
     */
    double append(double[] w, double length, double scale) {
        if (length > 16 * EPSILON * scale && length >= Double.MIN_NORMAL) {
            for (int i = 0; i < n; i++) {
                w[i] /= length;
            }
            add(w);
            return length;
        }
        appendRandom();
        return 0.0;
    }

    /** Appends a random vector, orthogonal to all others. */
    void appendRandom() {
        if (size >= n) {
            throw new AssertionError("there are " + size + " vectors of " + n + " values");
        }
        double[] w = new double[n];
        double length = 0.0;
        // A random vector has a part that is orthogonal to fewer than n others; its length may be little.
        while (!(length > 0.0)) {
            for (int i = 0; i < n; i++) {
                w[i] = random.nextDouble(-1.0, 1.0);
            }
            for (int round = 0; round < 2; round++) {
                length = orthogonalize(w, new double[size()]);
                for (int i = 0; i < n && length > 0.0; i++) {
                    w[i] /= length;
                }
            }
        }
        add(w);
    }

    /** Subtracts a multiple of a vector from another. */
    static void subtract(double[] y, double a, double[] x) {
        for (int i = 0; i < y.length; i++) {
            y[i] -= a * x[i];
        }
    }
}
