package io.github.rustffi;

import java.util.Arrays;
import java.util.Objects;

/**
 * Statistics of observations: of the values of an array, or of the rows of a matrix, which has a variable in each
 * column.
 *
 * <p>Variances and covariances are those of a sample: sums are divided by n - 1, as NumPy does with {@code ddof=1}. Of
 * fewer than two observations they are NaN. A NaN among the values gives NaN where it counts.
 *
 * <pre>{@code
 * Matrix covariance = Statistics.covariance(observations);
 * double median = Statistics.quantile(values, 0.5);
 * }</pre>
 */
public final class Statistics {
    private Statistics() {}

    /**
     * Returns the covariances between the columns of a matrix. The result is exactly symmetric.
     *
     * @param x the observations, one in each row
     * @return a square matrix with a row and a column for each column of {@code x}
     * @throws IllegalArgumentException if the result has more values than an int counts
     */
    public static Matrix covariance(Matrix x) {
        Matrix centred = centred(x);
        return centred.gram().div(degreesOfFreedom(x.rows()));
    }

    /**
     * Returns the correlation coefficients (Pearson's) between the columns of a matrix, from -1 to 1. The result is
     * exactly symmetric, with ones on its diagonal. A column that does not vary has no correlation: its row and its
     * column are NaN.
     *
     * @param x the observations, one in each row
     * @return a square matrix with a row and a column for each column of {@code x}
     * @throws IllegalArgumentException if the result has more values than an int counts
     */
    public static Matrix correlation(Matrix x) {
        Matrix centred = centred(x);
        // Divided first by the largest magnitude, so that no square overflows or underflows.
        Matrix scaled = centred.divRow(centred.columnMaxAbs());
        double[] norms = scaled.elementTimes(scaled).columnSums();
        for (int j = 0; j < norms.length; j++) {
            norms[j] = Math.sqrt(norms[j]);
        }
        Matrix unit = scaled.divRow(norms);
        double[] r = unit.gram().values();
        int n = x.columns();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double value = r[i * n + j];
                r[i * n + j] = i == j && !Double.isNaN(value) ? 1.0 : Math.max(-1.0, Math.min(value, 1.0));
            }
        }
        return new Matrix(n, n, r);
    }

    /**
     * Returns the variance of values.
     *
     * @param x the values
     * @return the variance; NaN if there are fewer than two values
     */
    public static double variance(double[] x) {
        Objects.requireNonNull(x, "x");
        return variances(new Matrix(x.length, 1, x))[0];
    }

    /**
     * Returns the variance of each column.
     *
     * @param x the observations, one in each row
     * @return a value for each column
     */
    public static double[] variances(Matrix x) {
        Matrix centred = centred(x);
        return ElementWise.div(centred.elementTimes(centred).columnSums(), degreesOfFreedom(x.rows()));
    }

    /**
     * Returns the standard deviation of values. It overflows or underflows only where its own value does.
     *
     * @param x the values
     * @return the standard deviation; NaN if there are fewer than two values
     */
    public static double standardDeviation(double[] x) {
        Objects.requireNonNull(x, "x");
        return standardDeviations(new Matrix(x.length, 1, x))[0];
    }

    /**
     * Returns the standard deviation of each column. It overflows or underflows only where its own value does.
     *
     * @param x the observations, one in each row
     * @return a value for each column
     */
    public static double[] standardDeviations(Matrix x) {
        Matrix centred = centred(x);
        double[] largest = centred.columnMaxAbs();
        double[] divisors = new double[largest.length];
        for (int j = 0; j < largest.length; j++) {
            divisors[j] = largest[j] == 0.0 ? 1.0 : largest[j];
        }
        Matrix scaled = centred.divRow(divisors);
        double[] deviations = ElementWise.div(scaled.elementTimes(scaled).columnSums(), degreesOfFreedom(x.rows()));
        for (int j = 0; j < deviations.length; j++) {
            deviations[j] = divisors[j] * Math.sqrt(deviations[j]);
        }
        return deviations;
    }

    /**
     * Returns a quantile of values, interpolated linearly between the two that are nearest to it, as NumPy's
     * {@code quantile} does by default.
     *
     * @param x the values, in any order
     * @param q which quantile: 0 for the minimum, 0.5 for the median, 1 for the maximum
     * @return the quantile; NaN if a value is NaN
     * @throws IllegalArgumentException if there are no values: {@code the quantile of no values is not defined}; if
     *     {@code q} is out of range: {@code q must be from 0 to 1, but is 1.5}
     */
    public static double quantile(double[] x, double q) {
        return quantiles(x, q)[0];
    }

    /**
     * Returns quantiles of values, as {@link #quantile(double[], double)} does each.
     *
     * @param x the values, in any order
     * @param q which quantiles, from 0 to 1
     * @return a value for each quantile
     * @throws IllegalArgumentException as {@link #quantile(double[], double)} does
     */
    public static double[] quantiles(double[] x, double... q) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(q, "q");
        if (x.length == 0) {
            throw new IllegalArgumentException("the quantile of no values is not defined");
        }
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        double[] quantiles = new double[q.length];
        for (int i = 0; i < q.length; i++) {
            if (!(q[i] >= 0.0 && q[i] <= 1.0)) {
                throw new IllegalArgumentException("q must be from 0 to 1, but is " + q[i]);
            }
            quantiles[i] = ofSorted(sorted, q[i]);
        }
        return quantiles;
    }

    /** Interpolates as NumPy does, from the nearer end, so that the result is monotonic in q. */
    private static double ofSorted(double[] sorted, double q) {
        // A NaN is sorted to the end.
        if (Double.isNaN(sorted[sorted.length - 1])) {
            return Double.NaN;
        }
        double place = q * (sorted.length - 1);
        int below = (int) place;
        double low = sorted[below];
        double high = sorted[Math.min(below + 1, sorted.length - 1)];
        double part = place - below;
        if (low == high || part == 0.0) {
            return low;
        }
        double difference = high - low;
        return part < 0.5 ? low + difference * part : high - difference * (1.0 - part);
    }

    /**
     * Returns quantiles of each column, as {@link #quantile(double[], double)} does each.
     *
     * @param x the observations, one in each row
     * @param q which quantiles, from 0 to 1
     * @return a matrix with a row for each quantile, and a column for each column of {@code x}
     * @throws IllegalArgumentException as {@link #quantile(double[], double)} does
     */
    public static Matrix columnQuantiles(Matrix x, double... q) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(q, "q");
        Matrix quantiles = Matrix.zeros(x.columns(), q.length);
        for (int j = 0; j < x.columns(); j++) {
            System.arraycopy(quantiles(x.column(j), q), 0, quantiles.values(), j * q.length, q.length);
        }
        return quantiles.transpose();
    }

    /** Returns the columns without their means: a second time, for what rounding has left of them. */
    private static Matrix centred(Matrix x) {
        Objects.requireNonNull(x, "x");
        Matrix centred = x.minusRow(x.columnMeans());
        return centred.minusRow(centred.columnMeans());
    }

    private static double degreesOfFreedom(int rows) {
        return Math.max(0, rows - 1);
    }
}
