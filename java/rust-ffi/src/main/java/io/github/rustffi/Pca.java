package io.github.rustffi;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * The principal components of observations: the directions in which they vary most, orthogonal to each other.
 *
 * <p>Computed by the singular value decomposition of the observations without their means. The sign of a component is
 * that which makes its value of largest magnitude positive: the first one, if there are several.
 *
 * <p>An ordinary immutable value, safe to share between threads.
 *
 * <pre>{@code
 * Pca pca = Pca.of(observations, 2);
 * Matrix plane = pca.project(observations);  // two columns
 * Matrix nearly = pca.reconstruct(plane);    // as many as the observations have
 * }</pre>
 *
 * @serial exclude
 */
public final class Pca implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final double[] means;
    private final Matrix components;
    private final double[] explainedVariance;
    private final double[] explainedVarianceRatio;

    Pca(double[] means, Matrix components, double[] explainedVariance, double[] explainedVarianceRatio) {
        this.means = means;
        this.components = components;
        this.explainedVariance = explainedVariance;
        this.explainedVarianceRatio = explainedVarianceRatio;
    }

    /**
     * Returns all principal components of the rows of a matrix.
     *
     * @param x the observations, one in each row
     * @return min(rows, columns) components
     * @throws IllegalArgumentException if there are fewer than two observations: {@code a 1x3 matrix has fewer than 2
     *     rows}; if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public static Pca of(Matrix x) {
        Objects.requireNonNull(x, "x");
        return of(x, Math.min(x.rows(), x.columns()));
    }

    /**
     * Returns the first principal components of the rows of a matrix.
     *
     * @param x the observations, one in each row
     * @param count the number of components
     * @return the components
     * @throws IllegalArgumentException if there are fewer than two observations: {@code a 1x3 matrix has fewer than 2
     *     rows}; if there are fewer components: {@code count must be from 0 to 3, but is 4}; if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public static Pca of(Matrix x, int count) {
        Objects.requireNonNull(x, "x");
        Standardization.requireTwoRows(x);
        int all = Math.min(x.rows(), x.columns());
        if (count < 0 || count > all) {
            throw new IllegalArgumentException("count must be from 0 to " + all + ", but is " + count);
        }
        x.requireFinite();
        double[] means = x.columnMeans();
        Svd svd = x.minusRow(means).svd();
        double[] s = svd.singularValues();
        // In units of the largest, so that no square of a ratio overflows or underflows.
        double largest = all == 0 || s[0] == 0.0 ? 1.0 : s[0];
        double[] squares = new double[all];
        for (int j = 0; j < all; j++) {
            squares[j] = s[j] / largest * (s[j] / largest);
        }
        double total = Reductions.sum(squares, 0, all, false);
        double[] variance = new double[count];
        double[] ratio = new double[count];
        double root = Math.sqrt(x.rows() - 1.0);
        for (int j = 0; j < count; j++) {
            variance[j] = s[j] / root * (s[j] / root);
            ratio[j] = squares[j] / total;
        }
        Matrix v = svd.v().submatrix(0, 0, x.columns(), count);
        return new Pca(means, v.timesRow(signs(v)), variance, ratio);
    }

    private static double[] signs(Matrix components) {
        double[] signs = new double[components.columns()];
        double[] largest = components.columnMaxAbs();
        for (int j = 0; j < signs.length; j++) {
            int i = 0;
            while (Math.abs(components.get(i, j)) != largest[j]) {
                i++;
            }
            signs[j] = Math.signum(components.get(i, j));
        }
        return signs;
    }

    /**
     * Returns the means that the observations are taken relative to.
     *
     * @return a value for each variable
     */
    public double[] means() {
        return means.clone();
    }

    /**
     * Returns the components: columns that are orthogonal and of length one.
     *
     * @return a matrix with a row for each variable and a column for each component
     */
    public Matrix components() {
        return components;
    }

    /**
     * Returns the variance of the observations along each component, that of a sample: sums of squares are divided by n
     * - 1.
     *
     * @return a value for each component, in descending order
     */
    public double[] explainedVariance() {
        return explainedVariance.clone();
    }

    /**
     * Returns the part of the whole variance that each component explains. It is NaN for observations that do not vary.
     *
     * @return a value from 0 to 1 for each component; the sum of all components is 1
     */
    public double[] explainedVarianceRatio() {
        return explainedVarianceRatio.clone();
    }

    /**
     * Returns the coordinates of observations along the components.
     *
     * @param x observations of the same variables, one in each row
     * @return a matrix with a row for each observation and a column for each component
     * @throws IllegalArgumentException if the number of columns is another: {@code matrix shapes do not agree: 2x3
     *     minus row 1x2}
     */
    public Matrix project(Matrix x) {
        Objects.requireNonNull(x, "x");
        return x.minusRow(means).times(components);
    }

    /**
     * Returns the observations with given coordinates along the components: with all components the inverse of
     * {@link #project(Matrix)}, with fewer the nearest that they reach.
     *
     * @param coordinates the coordinates, as {@link #project(Matrix)} returns them
     * @return a matrix with a row for each observation and a column for each variable
     * @throws IllegalArgumentException if the number of columns is not that of the components: {@code matrix shapes do
     *     not agree: 2x3 times transpose of 4x2}
     */
    public Matrix reconstruct(Matrix coordinates) {
        Objects.requireNonNull(coordinates, "coordinates");
        return coordinates.timesTranspose(components).plusRow(means);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Pca other
                && Arrays.equals(means, other.means)
                && components.equals(other.components)
                && Arrays.equals(explainedVariance, other.explainedVariance)
                && Arrays.equals(explainedVarianceRatio, other.explainedVarianceRatio);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(means) + components.hashCode()) + Arrays.hashCode(explainedVariance);
    }

    /** Returns the components and what they explain, readable. */
    @Override
    public String toString() {
        return "components: " + components + "\nexplained variance: " + Arrays.toString(explainedVariance);
    }

    void write(Serialized.Output out) throws IOException {
        out.size(means.length);
        out.doubles(means);
        components.write(out);
        out.doubles(explainedVariance);
        out.doubles(explainedVarianceRatio);
    }

    static Pca read(Serialized.Input in) throws IOException {
        double[] means = in.doubles(in.size("variables"));
        Serialized.requireFinite("the means", means);
        Matrix components = Matrix.read(in);
        int count = Math.min(means.length, components.columns());
        Serialized.requireShape("the matrix of components", components, means.length, count);
        Serialized.requireFinite("the components", components.values());
        double[] variance = in.doubles(count);
        double[] ratio = in.doubles(count);
        for (int j = 0; j < count; j++) {
            // It may be infinite, where the square of a singular value is.
            if (!(variance[j] >= 0.0) || j > 0 && variance[j] > variance[j - 1]) {
                throw Serialized.invalid("variance " + j + " is " + variance[j] + ", "
                        + (variance[j] >= 0.0 ? "more than " + variance[j - 1] : "not at least 0"));
            }
            if (!(ratio[j] >= 0.0 && ratio[j] <= 1.0) && !(Double.isNaN(ratio[j]) && variance[0] == 0.0)) {
                throw Serialized.invalid("ratio " + j + " is " + ratio[j] + ", not from 0 to 1");
            }
        }
        return new Pca(means, components, variance, ratio);
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
