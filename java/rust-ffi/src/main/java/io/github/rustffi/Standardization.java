package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * What makes the columns of a matrix comparable: each value minus the mean of its column, divided by the standard
 * deviation. Found in some observations, it can be applied to others.
 *
 * <p>An ordinary immutable value, safe to share between threads.
 *
 * <pre>{@code
 * Standardization standardization = Standardization.of(training);
 * Matrix x = standardization.apply(training);
 * Matrix y = standardization.apply(test);
 * }</pre>
 *
 * @serial exclude
 */
public final class Standardization implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final double[] means;
    private final double[] deviations;

    Standardization(double[] means, double[] deviations) {
        this.means = means;
        this.deviations = deviations;
    }

    /**
     * Returns the standardization of the columns of a matrix.
     *
     * @param x the observations, one in each row
     * @return the means and the standard deviations
     * @throws IllegalArgumentException if there are fewer than two observations: {@code a 1x3 matrix has fewer than 2
     *     rows}
     */
    public static Standardization of(Matrix x) {
        Objects.requireNonNull(x, "x");
        requireTwoRows(x);
        double[] means = x.columnMeans();
        double[] deviations = Statistics.standardDeviations(x);
        double[] smallest = x.columnMinima();
        double[] largest = x.columnMaxima();
        for (int j = 0; j < means.length; j++) {
            // Whatever rounding has made of the mean of equal values.
            if (smallest[j] == largest[j]) {
                means[j] = smallest[j];
                deviations[j] = 0.0;
            }
        }
        return new Standardization(means, deviations);
    }

    static void requireTwoRows(Matrix x) {
        if (x.rows() < 2) {
            throw new IllegalArgumentException("a " + x.shape() + " matrix has fewer than 2 rows");
        }
    }

    /**
     * Returns the means.
     *
     * @return a value for each column
     */
    public double[] means() {
        return means.clone();
    }

    /**
     * Returns the standard deviations, those of a sample: sums of squares are divided by n - 1.
     *
     * @return a value for each column: zero for one that does not vary
     */
    public double[] deviations() {
        return deviations.clone();
    }

    /**
     * Returns observations standardized. A column that did not vary in the observations that this was found in is
     * divided by one, and not by zero.
     *
     * @param x observations of the same variables
     * @return a matrix of the same shape
     * @throws IllegalArgumentException if the number of columns is another: {@code matrix shapes do not agree: 2x3
     *     minus row 1x2}
     */
    public Matrix apply(Matrix x) {
        Objects.requireNonNull(x, "x");
        return x.minusRow(means).divRow(divisors());
    }

    /**
     * Returns the observations that were standardized, up to rounding: the inverse of {@link #apply(Matrix)}.
     *
     * @param x standardized observations
     * @return a matrix of the same shape
     * @throws IllegalArgumentException if the number of columns is another: {@code matrix shapes do not agree: 2x3
     *     times row 1x2}
     */
    public Matrix undo(Matrix x) {
        Objects.requireNonNull(x, "x");
        return x.timesRow(divisors()).plusRow(means);
    }

    private double[] divisors() {
        double[] divisors = deviations.clone();
        for (int j = 0; j < divisors.length; j++) {
            if (divisors[j] == 0.0) {
                divisors[j] = 1.0;
            }
        }
        return divisors;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Standardization other
                && Arrays.equals(means, other.means)
                && Arrays.equals(deviations, other.deviations);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(means) + Arrays.hashCode(deviations);
    }

    /** Returns the means and the deviations, readable. */
    @Override
    public String toString() {
        return "means: " + Arrays.toString(means) + "\ndeviations: " + Arrays.toString(deviations);
    }

    void write(Serialized.Output out) throws IOException {
        out.size(means.length);
        out.doubles(means);
        out.doubles(deviations);
    }

    static Standardization read(Serialized.Input in) throws IOException {
        int columns = in.size("columns");
        double[] means = in.doubles(columns);
        double[] deviations = in.doubles(columns);
        for (int j = 0; j < columns; j++) {
            if (deviations[j] < 0.0) {
                throw Serialized.invalid("standard deviation " + j + " is " + deviations[j] + ", less than 0");
            }
        }
        return new Standardization(means, deviations);
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
