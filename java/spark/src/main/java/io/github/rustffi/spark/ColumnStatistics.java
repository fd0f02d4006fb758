package io.github.rustffi.spark;

/** Statistics of the columns of a {@link TallMatrix}, from {@link TallMatrix#statistics()}. An immutable value. */
public final class ColumnStatistics {
    private final long count;
    private final Moments moments;

    ColumnStatistics(long count, Moments moments) {
        this.count = count;
        this.moments = moments;
    }

    /**
     * Returns the number of rows.
     *
     * @return the number, at least 1
     */
    public long count() {
        return count;
    }

    /**
     * Returns the means.
     *
     * @return a value for each column
     */
    public double[] means() {
        return moments.means.clone();
    }

    /**
     * Returns the variances, those of a sample: sums of squares are divided by the number of rows less one.
     *
     * @return a value for each column; NaN if there is one row
     */
    public double[] variances() {
        double[] variances = moments.squares.clone();
        for (int j = 0; j < variances.length; j++) {
            variances[j] /= count - 1.0;
        }
        return variances;
    }

    /**
     * Returns the standard deviations: the roots of {@link #variances()}.
     *
     * @return a value for each column; NaN if there is one row
     */
    public double[] standardDeviations() {
        double[] deviations = variances();
        for (int j = 0; j < deviations.length; j++) {
            deviations[j] = Math.sqrt(deviations[j]);
        }
        return deviations;
    }

    /**
     * Returns the least value of each column.
     *
     * @return a value for each column
     */
    public double[] minima() {
        return moments.minima.clone();
    }

    /**
     * Returns the greatest value of each column.
     *
     * @return a value for each column
     */
    public double[] maxima() {
        return moments.maxima.clone();
    }
}
