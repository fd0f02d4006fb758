package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Of each column of some rows: the mean, the sum of squared differences from it, the least and the greatest value. */
final class Moments implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    final double[] means;
    final double[] squares;
    final double[] minima;
    final double[] maxima;
    private final long count;

    private Moments(long count, double[] means, double[] squares, double[] minima, double[] maxima) {
        this.count = count;
        this.means = means;
        this.squares = squares;
        this.minima = minima;
        this.maxima = maxima;
    }

    static Moments of(Blocks rows) {
        List<Moments> all = new ArrayList<>();
        rows.forEachRemaining(block -> all.add(ofBlock(block)));
        return joined(all);
    }

    private static Moments ofBlock(Matrix block) {
        int rows = block.rows();
        double[] means = block.columnMeans();
        double[] squares = new double[means.length];
        double[] rest = new double[means.length];
        for (int i = 0; i < rows; i++) {
            // Arrays as large as the block would have G1 mark the heap.
            double[] row = block.row(i);
            for (int j = 0; j < row.length; j++) {
                double difference = row[j] - means[j];
                rest[j] += difference;
                squares[j] += difference * difference;
            }
        }
        // What rounding has left of the means.
        for (int j = 0; j < means.length; j++) {
            means[j] += rest[j] / rows;
            squares[j] = Math.max(0.0, squares[j] - rest[j] * rest[j] / rows);
        }
        return new Moments(rows, means, squares, block.columnMinima(), block.columnMaxima());
    }

    /** Returns the moments of all rows from those of some, put together pairwise (Chan, Golub and LeVeque, 1979). */
    static Moments joined(List<Moments> all) {
        Moments sum = all.get(0);
        for (Moments next : all.subList(1, all.size())) {
            sum = sum.plus(next);
        }
        return sum;
    }

    private Moments plus(Moments other) {
        long together = count + other.count;
        double share = (double) other.count / together;
        int columns = means.length;
        double[] mean = new double[columns];
        double[] square = new double[columns];
        double[] least = new double[columns];
        double[] greatest = new double[columns];
        for (int j = 0; j < columns; j++) {
            double difference = other.means[j] - means[j];
            mean[j] = means[j] + difference * share;
            square[j] = squares[j] + other.squares[j] + difference * difference * share * count;
            least[j] = Math.min(minima[j], other.minima[j]);
            greatest[j] = Math.max(maxima[j], other.maxima[j]);
        }
        return new Moments(together, mean, square, least, greatest);
    }
}
