package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;

/**
 * The principal components of the rows of a {@link TallMatrix}, from {@link TallMatrix#pca()}: the directions in which
 * they vary most, orthogonal to each other. As in {@link io.github.rustffi.Pca}, the sign of a component is that which
 * makes its value of largest magnitude positive: the first one, if there are several. An immutable value.
 *
 * @serial exclude
 */
public final class TallPca implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final double[] means;
    private final Matrix components;
    private final double[] explainedVariance;
    private final double[] explainedVarianceRatio;

    private TallPca(double[] means, Matrix components, double[] explainedVariance, double[] explainedVarianceRatio) {
        this.means = means;
        this.components = components;
        this.explainedVariance = explainedVariance;
        this.explainedVarianceRatio = explainedVarianceRatio;
    }

    /** Takes the decomposition of the matrix without its means. */
    static TallPca of(ColumnStatistics statistics, Svd centred, int count) {
        double[] s = centred.singularValues();
        // In units of the largest, so that no square of a ratio overflows or underflows.
        double largest = s.length == 0 || s[0] == 0.0 ? 1.0 : s[0];
        double total = 0.0;
        for (double value : s) {
            total += value / largest * (value / largest);
        }
        double root = Math.sqrt(statistics.count() - 1.0);
        double[] variance = new double[count];
        double[] ratio = new double[count];
        for (int j = 0; j < count; j++) {
            variance[j] = s[j] / root * (s[j] / root);
            ratio[j] = s[j] / largest * (s[j] / largest) / total;
        }
        Matrix v = centred.v().submatrix(0, 0, centred.v().rows(), count);
        double[] signs = new double[count];
        double[] magnitudes = v.columnMaxAbs();
        for (int j = 0; j < count; j++) {
            int i = 0;
            while (Math.abs(v.get(i, j)) != magnitudes[j]) {
                i++;
            }
            signs[j] = Math.signum(v.get(i, j));
        }
        return new TallPca(statistics.means(), v.timesRow(signs), variance, ratio);
    }

    /**
     * Returns the means that the rows are taken relative to.
     *
     * @return a value for each column
     */
    public double[] means() {
        return means.clone();
    }

    /**
     * Returns the components: columns that are orthogonal and of length one.
     *
     * @return a matrix with a row for each column of the rows, and a column for each component
     */
    public Matrix components() {
        return components;
    }

    /**
     * Returns the variance of the rows along each component, that of a sample: sums of squares are divided by the
     * number of rows less one.
     *
     * @return a value for each component, in descending order
     */
    public double[] explainedVariance() {
        return explainedVariance.clone();
    }

    /**
     * Returns the part of the whole variance that each component explains. It is NaN for rows that do not vary.
     *
     * @return a value from 0 to 1 for each component; the sum of all components is 1
     */
    public double[] explainedVarianceRatio() {
        return explainedVarianceRatio.clone();
    }

    /**
     * Returns the coordinates of rows along the components.
     *
     * @param x the rows
     * @return a matrix with a row for each row, and a column for each component
     * @throws IllegalArgumentException if the number of columns is another: {@code matrix shapes do not agree: 2x3
     *     minus row 1x2}
     */
    public Matrix project(Matrix x) {
        Objects.requireNonNull(x, "x");
        return x.minusRow(means).times(components);
    }

    /**
     * Returns the coordinates of the rows of a distributed matrix, distributed as it is. They are computed when they
     * are read; another number of columns fails then, as for {@link #project(Matrix)}.
     *
     * @param x the rows
     * @return a matrix with a row for each row, and a column for each component
     */
    public TallMatrix project(TallMatrix x) {
        Objects.requireNonNull(x, "x");
        JavaRDD<Matrix> projected = x.blocks().filter(block -> block.rows() > 0).map(block -> {
            ExecutorThreads.prepare();
            return project(block);
        });
        return TallMatrix.of(projected);
    }
}
