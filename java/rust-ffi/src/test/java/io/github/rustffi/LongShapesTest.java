package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Matrices with many times as many rows as columns, and their transposes, with whole numbers, so that sums are exact.
 */
class LongShapesTest {
    @ParameterizedTest
    @CsvSource({
        "32768,1",
        "32769,1",
        "100000,1",
        "1000000,1",
        "32769,2",
        "70000,3",
        "1000000,3",
        "65537,8",
        "40000,17",
        "33000,40"
    })
    void productsAreThoseOfPlainLoops(int rows, int columns) {
        Matrix a = Matrices.whole(1, rows, columns);
        Matrix b = Matrices.whole(2, rows, 2);
        double[] x = b.column(0);
        double[] y = Matrices.whole(3, columns, 1).toArray();
        Matrix expected = product(a, b);
        assertThat(a.transposeTimes(b)).isEqualTo(expected);
        assertThat(a.transposeTimes(x)).isEqualTo(expected.column(0));
        assertThat(a.transposeTimes(Matrix.ofColumn(x))).isEqualTo(Matrix.ofColumn(expected.column(0)));
        assertThat(a.gram()).isEqualTo(product(a, a));
        assertThat(a.times(y)).isEqualTo(rowDots(a, y));
        assertThat(a.times(Matrix.ofColumn(y)).toArray()).isEqualTo(rowDots(a, y));
        Matrix wide = a.transpose();
        assertThat(wide.times(x)).isEqualTo(expected.column(0));
        assertThat(wide.times(b)).isEqualTo(expected);
        assertThat(wide.timesTranspose(wide)).isEqualTo(product(a, a));
        assertThat(wide.transposeTimes(y)).isEqualTo(rowDots(a, y));
        assertThat(wide.timesTranspose(Matrix.ofRow(x)).toArray()).isEqualTo(expected.column(0));
    }

    @ParameterizedTest
    @CsvSource({"32769,1", "100000,1", "70000,3", "40000,17"})
    void productsOfFloatsAreThoseOfPlainLoops(int rows, int columns) {
        Matrix a = Matrices.whole(1, rows, columns);
        Matrix b = Matrices.whole(2, rows, 2);
        double[] y = Matrices.whole(3, columns, 1).toArray();
        FloatMatrix floats = FloatMatrix.of(a);
        float[] x = FloatMatrix.of(b).column(0);
        Matrix expected = product(a, b);
        assertThat(floats.transposeTimes(FloatMatrix.of(b)).toMatrix()).isEqualTo(expected);
        assertThat(doubles(floats.transposeTimes(x))).isEqualTo(expected.column(0));
        assertThat(floats.gram().toMatrix()).isEqualTo(product(a, a));
        assertThat(doubles(floats.times(FloatMatrix.of(Matrix.ofRow(y)).row(0))))
                .isEqualTo(rowDots(a, y));
        FloatMatrix wide = floats.transpose();
        assertThat(doubles(wide.times(x))).isEqualTo(expected.column(0));
        assertThat(wide.timesTranspose(wide).toMatrix()).isEqualTo(product(a, a));
        assertThat(doubles(wide.transposeTimes(FloatMatrix.of(Matrix.ofRow(y)).row(0))))
                .isEqualTo(rowDots(a, y));
    }

    @Test
    void sumsOfFloatsGoOnBeyondWhatAFloatCounts() {
        // One after the other, 2^24 + 1 is 2^24.
        FloatMatrix ones = FloatMatrix.filled((1 << 24) + 1024, 1, 1);
        float[] expected = {(1 << 24) + 1024};
        assertThat(ones.gram().toArray()).isEqualTo(expected);
        assertThat(ones.transposeTimes(ones.toArray())).isEqualTo(expected);
        assertThat(ones.transpose().times(ones).toArray()).isEqualTo(expected);
        assertThat(ones.transpose().times(ones.toArray())).isEqualTo(expected);
        assertThat(ones.columnSums()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"32769,1", "100000,1", "300000,2", "70000,3", "40000,17"})
    void factorizationsGiveTheMatrixBack(int rows, int columns) {
        Matrix a = Matrices.random(1, rows, columns);
        Matrix x = Matrices.random(2, columns, 2);
        Matrix b = a.times(x);
        Qr qr = a.qr();
        assertThat(qr.q().times(qr.r()).isClose(a, 1e-12, 1e-12)).isTrue();
        assertThat(qr.solve(b).isClose(x, 1e-11, 1e-11)).isTrue();
        PivotedQr pivoted = a.pivotedQr();
        assertThat(pivoted.rank()).isEqualTo(columns);
        assertThat(pivoted.solve(b).isClose(x, 1e-11, 1e-11)).isTrue();
        assertThat(a.leastSquares(b).isClose(x, 1e-11, 1e-11)).isTrue();
        Svd svd = a.svd();
        assertThat(svd.approximation(columns).isClose(a, 1e-12, 1e-12)).isTrue();
        assertThat(svd.solve(b).isClose(x, 1e-11, 1e-11)).isTrue();
        assertThat(a.singularValues()).containsExactly(svd.singularValues(), within(1e-9));
        assertThat(a.pseudoInverse().times(b).isClose(x, 1e-11, 1e-11)).isTrue();
        assertThat(a.rank()).isEqualTo(columns);
        Matrix wide = a.transpose();
        assertThat(wide.singularValues()).containsExactly(svd.singularValues(), within(1e-9));
        assertThat(wide.times(wide.leastSquares(x)).isClose(x, 1e-11, 1e-11)).isTrue();
        assertThat(wide.qr().r().times(b).isClose(wide.qr().q().transposeTimes(wide.times(b)), 1e-10, 1e-8))
                .isTrue();
        assertThat(a.norm2()).isCloseTo(svd.singularValues()[0], within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"32769,1", "1000000,1", "70000,3", "40000,17"})
    void statisticsAreThoseOfPlainLoops(int rows, int columns) {
        Matrix a = Matrices.whole(1, rows, columns);
        double[] sums = new double[columns];
        for (int j = 0; j < columns; j++) {
            sums[j] = Arrays.stream(a.column(j)).sum();
        }
        assertThat(a.columnSums()).isEqualTo(sums);
        assertThat(a.transpose().rowSums()).isEqualTo(sums);
        assertThat(a.sum()).isEqualTo(Arrays.stream(sums).sum());
        Matrix centred = a.minusRow(a.columnMeans());
        Matrix expected = centred.gram().div(rows - 1.0);
        assertThat(Statistics.covariance(a).isClose(expected, 1e-9, 1e-9)).isTrue();
        assertThat(Pca.of(a).components().gram().isClose(Matrix.identity(columns), 1e-10, 1e-10))
                .isTrue();
        Matrix distances = a.squaredDistances(a.submatrix(0, 0, 2, columns));
        assertThat(distances.get(rows - 1, 1)).isCloseTo(distance(a.row(rows - 1), a.row(1)), within(1e-9));
    }

    private static double distance(double[] x, double[] y) {
        return IntStream.range(0, x.length)
                .mapToDouble(i -> (x[i] - y[i]) * (x[i] - y[i]))
                .sum();
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static double[] rowDots(Matrix a, double[] y) {
        double[] values = a.toArray();
        double[] dots = new double[a.rows()];
        for (int i = 0; i < dots.length; i++) {
            for (int j = 0; j < y.length; j++) {
                dots[i] += values[i * y.length + j] * y[j];
            }
        }
        return dots;
    }

    /** Returns the product of a transpose and a matrix. */
    private static Matrix product(Matrix a, Matrix b) {
        double[] x = a.toArray();
        double[] y = b.toArray();
        double[] sums = new double[a.columns() * b.columns()];
        for (int row = 0; row < a.rows(); row++) {
            for (int i = 0; i < a.columns(); i++) {
                for (int j = 0; j < b.columns(); j++) {
                    sums[i * b.columns() + j] += x[row * a.columns() + i] * y[row * b.columns() + j];
                }
            }
        }
        return Matrix.of(a.columns(), b.columns(), sums);
    }
}
