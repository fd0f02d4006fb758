package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Matrices of floats beside those of doubles, which whole numbers make exact in both. */
class FloatMatrixTest {
    private static final int[][] SHAPES = {
        {0, 3, 2},
        {3, 0, 2},
        {2, 3, 0},
        {1, 1, 1},
        {7, 5, 3},
        {40, 1, 9},
        {9, 70, 1},
        {300, 40, 60},
        {65, 33, 130},
        {2000, 7, 1}
    };

    private static FloatMatrix whole(long seed, int rows, int columns) {
        return FloatMatrix.of(Matrices.whole(seed, rows, columns));
    }

    @Test
    void productsOfWholeNumbersAreExact() {
        for (int[] shape : SHAPES) {
            FloatMatrix a = whole(1, shape[0], shape[1]);
            FloatMatrix b = whole(2, shape[1], shape[2]);
            String of = Arrays.toString(shape);
            FloatMatrix expected = FloatMatrix.of(Matrices.naiveProduct(a.toMatrix(), b.toMatrix()));
            assertThat(a.times(b)).as(of).isEqualTo(expected);
            assertThat(a.transpose().transposeTimes(b)).as(of).isEqualTo(expected);
            assertThat(a.timesTranspose(b.transpose())).as(of).isEqualTo(expected);
            if (shape[2] == 1) {
                assertThat(a.times(b.toArray())).as(of).containsExactly(expected.toArray());
                assertThat(a.transpose().transposeTimes(b.toArray())).as(of).containsExactly(expected.toArray());
            }
            assertThat(a.gram()).as(of).isEqualTo(a.transpose().times(a));
        }
    }

    @Test
    void productsKeepToTheirErrorBoundForAnyNumberOfThreads() {
        Matrix a = Matrices.random(1, 257, 600);
        Matrix b = Matrices.random(2, 600, 190);
        FloatMatrix floatA = FloatMatrix.of(a);
        FloatMatrix floatB = FloatMatrix.of(b);
        Matrix exact = floatA.toMatrix().times(floatB.toMatrix());
        FloatMatrix product = floatA.times(floatB);
        for (int i = 0; i < product.rows(); i += 13) {
            for (int j = 0; j < product.columns(); j += 7) {
                double bound = 0;
                for (int p = 0; p < a.columns(); p++) {
                    bound += Math.abs((double) floatA.get(i, p) * floatB.get(p, j));
                }
                assertThat((double) product.get(i, j))
                        .isCloseTo(exact.get(i, j), within(a.columns() * Math.ulp(0.5f) * bound));
            }
        }
        int threads = Parallelism.threads();
        try {
            for (int count : new int[] {1, 2, 5}) {
                Parallelism.setThreads(count);
                assertThat(floatA.times(floatB)).as("%d threads", count).isEqualTo(product);
            }
        } finally {
            Parallelism.setThreads(threads);
        }
    }

    @Test
    void whatIsNotFiniteGoesWhereItMust() {
        FloatMatrix infinite = FloatMatrix.of(1, 2, Float.POSITIVE_INFINITY, 1);
        assertThat(infinite.times(FloatMatrix.of(2, 1, 0, 1)).get(0, 0)).isNaN();
        assertThat(infinite.times(new float[] {2, 1})).containsExactly(Float.POSITIVE_INFINITY);
        FloatMatrix large = FloatMatrix.of(1, 1, Float.MAX_VALUE);
        assertThat(large.times(large).get(0, 0)).isInfinite();
        assertThat(FloatMatrix.of(Matrix.of(1, 2, 1e300, 0.1)).toArray())
                .containsExactly(Float.POSITIVE_INFINITY, 0.1f);
    }

    @Test
    void arithmeticIsThatOfLoops() {
        FloatMatrix a = FloatMatrix.of(new float[][] {{1, -2, 3}, {4, 5, 6}});
        FloatMatrix b = FloatMatrix.of(2, 3, 2, 2, 2, 1, 1, 4);
        assertThat(a.plus(b).toArray()).containsExactly(3, 0, 5, 5, 6, 10);
        assertThat(a.minus(b).toArray()).containsExactly(-1, -4, 1, 3, 4, 2);
        assertThat(a.elementTimes(b).toArray()).containsExactly(2, -4, 6, 4, 5, 24);
        assertThat(a.elementDiv(b).toArray()).containsExactly(0.5f, -1, 1.5f, 4, 5, 1.5f);
        assertThat(a.plus(1).toArray()).containsExactly(2, -1, 4, 5, 6, 7);
        assertThat(a.minus(1).toArray()).containsExactly(0, -3, 2, 3, 4, 5);
        assertThat(a.times(2).toArray()).containsExactly(2, -4, 6, 8, 10, 12);
        assertThat(a.div(2).toArray()).containsExactly(0.5f, -1, 1.5f, 2, 2.5f, 3);
        assertThat(a.unaryMinus().toArray()).containsExactly(-1, 2, -3, -4, -5, -6);
        assertThat(a.map(x -> Math.max(x, 0)).toArray()).containsExactly(1, 0, 3, 4, 5, 6);
        float[] row = {1, 2, 4};
        assertThat(a.plusRow(row).toArray()).containsExactly(2, 0, 7, 5, 7, 10);
        assertThat(a.minusRow(row).toArray()).containsExactly(0, -4, -1, 3, 3, 2);
        assertThat(a.timesRow(row).toArray()).containsExactly(1, -4, 12, 4, 10, 24);
        assertThat(a.divRow(row).toArray()).containsExactly(1, -1, 0.75f, 4, 2.5f, 1.5f);
        float[] column = {1, 2};
        assertThat(a.plusColumn(column).toArray()).containsExactly(2, -1, 4, 6, 7, 8);
        assertThat(a.minusColumn(column).toArray()).containsExactly(0, -3, 2, 2, 3, 4);
        assertThat(a.timesColumn(column).toArray()).containsExactly(1, -2, 3, 8, 10, 12);
        assertThat(a.divColumn(column).toArray()).containsExactly(1, -2, 3, 2, 2.5f, 3);
    }

    @Test
    void matricesAreMadeOfOneValueAndOfPositions() {
        assertThat(FloatMatrix.filled(2, 3, 1.5f)).isEqualTo(FloatMatrix.of(2, 3, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f));
        assertThat(FloatMatrix.filled(0, 3, 1)).isEqualTo(FloatMatrix.zeros(0, 3));
        assertThat(FloatMatrix.generate(2, 3, (i, j) -> 10 * i + j))
                .isEqualTo(FloatMatrix.of(2, 3, 0, 1, 2, 10, 11, 12));
    }

    @Test
    void reductionsAreThoseOfLoops() {
        FloatMatrix a = FloatMatrix.of(new float[][] {{3, 4}, {-1, 7}, {0, 0}});
        assertThat(a.sum()).isEqualTo(13);
        assertThat(a.mean()).isEqualTo(13 / 6.0);
        assertThat(a.norm()).isEqualTo(Math.sqrt(75));
        assertThat(a.max()).isEqualTo(7);
        assertThat(a.min()).isEqualTo(-1);
        assertThat(a.rowSums()).containsExactly(7, 6, 0);
        assertThat(a.columnSums()).containsExactly(2, 11);
        assertThat(a.rowNorms()).containsExactly(5, (float) Math.sqrt(50), 0);
        assertThat(a.rowArgmax()).containsExactly(1, 1, 0);
        assertThat(FloatMatrix.of(2, 3, 1, Float.NaN, 2, Float.NaN, 5, 6).rowArgmax())
                .containsExactly(1, 0);
        assertThat(FloatMatrix.of(1, 3, 1, Float.NaN, 2).max()).isNaN();
        assertThat(FloatMatrix.zeros(0, 3).mean()).isNaN();
        assertThat(FloatMatrix.zeros(0, 0).rowArgmax()).isEmpty();
        // Sums in doubles, and squares that floats do not hold.
        assertThat(FloatMatrix.of(1, 3, 1e8f, 1, -1e8f).rowSums()).containsExactly(1);
        assertThat(FloatMatrix.of(1, 2, 3e30f, 4e30f).rowNorms()[0]).isEqualTo(5e30f);
    }

    @Test
    void squaredDistancesAreNeverNegative() {
        FloatMatrix a = whole(1, 9, 13);
        FloatMatrix distances = a.squaredDistances(a);
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                assertThat((double) distances.get(i, j)).isEqualTo(Vectors.squaredDistance(a.row(i), a.row(j)));
            }
        }
        FloatMatrix far = FloatMatrix.of(2, 1, 1e7f, 1e7f);
        assertThat(far.squaredDistances(far).toArray()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void isAnImmutableValue() {
        float[] values = {1, 2, 3, 4};
        FloatMatrix a = FloatMatrix.of(2, 2, values);
        values[0] = 9;
        a.toArray()[1] = 9;
        a.row(1)[0] = 9;
        a.toRows()[1][1] = 9;
        assertThat(a).isEqualTo(FloatMatrix.of(new float[][] {{1, 2}, {3, 4}}));
        assertThat(a.hashCode())
                .isEqualTo(FloatMatrix.of(new float[][] {{1, 2}, {3, 4}}).hashCode());
        assertThat(a).isNotEqualTo(FloatMatrix.of(1, 4, 1, 2, 3, 4));
        assertThat(FloatMatrix.of(1, 1, 0)).isNotEqualTo(FloatMatrix.of(1, 1, -0f));
        assertThat(a.toString()).isEqualTo("2x2 matrix\n  1.0  2.0\n  3.0  4.0");
        assertThat(a.selectRows(1, 0, 1).toArray()).containsExactly(3, 4, 1, 2, 3, 4);
        assertThat(a.transpose().toArray()).containsExactly(1, 3, 2, 4);
        assertThat(whole(3, 70, 45).transpose().transpose()).isEqualTo(whole(3, 70, 45));
        assertThat(a.toMatrix()).isEqualTo(Matrix.of(2, 2, 1, 2, 3, 4));
    }
}
