package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums, means and extreme values: of all values, of each row, and of each column. */
class ReductionsTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final Matrix A = Matrix.of(2, 3, 1, -6, 3, 4, 5, 2);

    /** Returns the sum without any rounding but the last. */
    private static double exact(double[] x) {
        BigDecimal sum = BigDecimal.ZERO;
        for (double value : x) {
            sum = sum.add(new BigDecimal(value));
        }
        return sum.doubleValue();
    }

    /** Returns the documented bound, and half a unit for the expected sum. */
    private static double bound(double[] x) {
        double size = DoubleStream.of(x).map(Math::abs).sum();
        return (14 + Math.log(Math.max(1, x.length)) / Math.log(2)) * 0x1p-53 * size;
    }

    @ParameterizedTest
    @CsvSource({
        "0,0", "0,3", "3,0", "1,1", "1,7", "7,1", "2,127", "128,2", "129,3", "1,1000", "1000,1", "17,16", "33,257",
        "5000,2", "2,5000", "300,300"
    })
    void sumsAreWithinTheirBound(int rows, int columns) {
        Matrix a = Matrices.random(1, rows, columns);
        double[] rowSums = a.rowSums();
        double[] columnSums = a.columnSums();
        assertThat(a.sum()).isCloseTo(exact(a.toArray()), within(bound(a.toArray())));
        assertThat(rowSums).hasSize(rows);
        for (int i = 0; i < rows; i++) {
            assertThat(rowSums[i]).isCloseTo(exact(a.row(i)), within(bound(a.row(i))));
        }
        assertThat(columnSums).hasSize(columns);
        for (int j = 0; j < columns; j++) {
            assertThat(columnSums[j]).isCloseTo(exact(a.column(j)), within(bound(a.column(j))));
        }
        assertThat(a.mean()).isEqualTo(Double.valueOf(a.sum() / (rows * columns)));
        assertThat(a.rowMeans())
                .containsExactly(Arrays.stream(rowSums).map(s -> s / columns).toArray());
        assertThat(a.columnMeans())
                .containsExactly(Arrays.stream(columnSums).map(s -> s / rows).toArray());
    }

    @Test
    void aLongSumLosesLittle() {
        int n = 10_000_000;
        Matrix tenths = Matrix.filled(1, n, 0.1);
        double exact = new BigDecimal(0.1).multiply(BigDecimal.valueOf(n)).doubleValue();
        double bound = (13 + Math.log(n) / Math.log(2)) * 0x1p-53 * exact;
        assertThat(tenths.sum()).isCloseTo(exact, within(bound));
        assertThat(tenths.rowSums()[0]).isEqualTo(tenths.sum());
        assertThat(tenths.reshape(n / 2, 2).columnSums()[1]).isCloseTo(exact / 2, within(bound));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,9", "9,1", "7,5", "5,7", "100,3", "3,100"})
    void extremeValuesAreThoseOfALoop(int rows, int columns) {
        Matrix a = Matrices.whole(3, rows, columns);
        double[] all = a.toArray();
        assertThat(a.max()).isEqualTo(DoubleStream.of(all).max().orElseThrow());
        assertThat(a.min()).isEqualTo(DoubleStream.of(all).min().orElseThrow());
        assertThat(a.maxAbs())
                .isEqualTo(DoubleStream.of(all).map(Math::abs).max().orElseThrow());
        assertThat(a.argmax()).isEqualTo(first(all, a.max()));
        assertThat(a.argmin()).isEqualTo(first(all, a.min()));
        for (int i = 0; i < rows; i++) {
            double[] row = a.row(i);
            assertThat(a.rowMaxima()[i]).isEqualTo(DoubleStream.of(row).max().orElseThrow());
            assertThat(a.rowMinima()[i]).isEqualTo(DoubleStream.of(row).min().orElseThrow());
            assertThat(a.rowMaxAbs()[i]).isEqualTo(Matrix.ofRow(row).maxAbs());
            assertThat(a.rowArgmax()[i]).isEqualTo(first(row, a.rowMaxima()[i]));
            assertThat(a.rowArgmin()[i]).isEqualTo(first(row, a.rowMinima()[i]));
        }
        Matrix transpose = a.transpose();
        assertThat(a.columnMaxima()).containsExactly(transpose.rowMaxima());
        assertThat(a.columnMinima()).containsExactly(transpose.rowMinima());
        assertThat(a.columnMaxAbs()).containsExactly(transpose.rowMaxAbs());
        assertThat(a.columnArgmax()).containsExactly(transpose.rowArgmax());
        assertThat(a.columnArgmin()).containsExactly(transpose.rowArgmin());
    }

    private static int first(double[] x, double value) {
        return IntStream.range(0, x.length)
                .filter(i -> x[i] == value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void knownValues() {
        assertThat(A.sum()).isEqualTo(9);
        assertThat(A.mean()).isEqualTo(1.5);
        assertThat(A.rowSums()).containsExactly(-2, 11);
        assertThat(A.columnSums()).containsExactly(5, -1, 5);
        assertThat(A.maxAbs()).isEqualTo(6);
        assertThat(A.argmax()).isEqualTo(4);
        assertThat(A.argmin()).isEqualTo(1);
        assertThat(A.rowArgmax()).containsExactly(2, 1);
        assertThat(A.columnArgmin()).containsExactly(0, 0, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 100})
    void aNanIsTheResultWhereverItStands(int place) {
        double[] values = Matrices.random(1, 1, 101).toArray();
        values[place] = NAN;
        values[100] = NAN;
        for (Matrix a : new Matrix[] {Matrix.ofRow(values), Matrix.ofColumn(values)}) {
            assertThat(new double[] {a.sum(), a.mean(), a.min(), a.max(), a.maxAbs()})
                    .containsOnly(NAN);
            assertThat(new int[] {a.argmax(), a.argmin()}).containsOnly(place);
        }
        Matrix row = Matrix.ofRow(values);
        Matrix column = Matrix.ofColumn(values);
        assertThat(DoubleStream.of(
                                row.rowSums()[0],
                                row.rowMinima()[0],
                                row.rowMaxima()[0],
                                row.rowMaxAbs()[0],
                                column.columnSums()[0],
                                column.columnMinima()[0],
                                column.columnMaxima()[0],
                                column.columnMaxAbs()[0])
                        .toArray())
                .containsOnly(NAN);
        assertThat(new int[] {row.rowArgmax()[0], row.rowArgmin()[0], column.columnArgmax()[0], column.columnArgmin()[0]
                })
                .containsOnly(place);
    }

    @Test
    void infinitiesFollowIeee754() {
        Matrix a = Matrix.ofRow(1, INFINITY, -INFINITY);
        assertThat(a.sum()).isNaN();
        assertThat(a.max()).isEqualTo(INFINITY);
        assertThat(a.min()).isEqualTo(-INFINITY);
        assertThat(a.maxAbs()).isEqualTo(INFINITY);
        assertThat(Matrix.ofRow(1, -INFINITY).sum()).isEqualTo(-INFINITY);
        assertThat(Matrix.ofRow(-0.0, 0.0).max()).isEqualTo(0.0);
        assertThat(Matrix.ofRow(0.0, -0.0).min()).isEqualTo(-0.0);
    }

    @Test
    void noValuesHaveASumButNoExtremes() {
        Matrix none = Matrix.zeros(0, 3);
        Matrix narrow = Matrix.zeros(2, 0);
        assertThat(none.sum()).isEqualTo(0.0);
        assertThat(none.mean()).isNaN();
        assertThat(none.maxAbs()).isEqualTo(0.0);
        assertThat(none.columnSums()).containsExactly(0, 0, 0);
        assertThat(none.columnMeans()).containsExactly(NAN, NAN, NAN);
        assertThat(none.rowMaxima()).isEmpty();
        assertThat(none.rowArgmin()).isEmpty();
        assertThat(narrow.rowMeans()).containsExactly(NAN, NAN);
        assertThat(narrow.columnMinima()).isEmpty();
        assertThat(narrow.columnArgmax()).isEmpty();
        assertThat(narrow.rowMaxAbs()).containsExactly(0, 0);
        assertThat(none.columnMaxAbs()).containsExactly(0, 0, 0);
        Map<String, Runnable> undefined = new LinkedHashMap<>();
        undefined.put("the maximum of a 0x3", none::max);
        undefined.put("the minimum of a 0x3", none::min);
        undefined.put("the argmax of a 0x3", none::argmax);
        undefined.put("the argmin of a 0x3", none::argmin);
        undefined.put("the maximum of a 2x0", narrow::rowMaxima);
        undefined.put("the minimum of a 2x0", narrow::rowMinima);
        undefined.put("the argmax of a 2x0", narrow::rowArgmax);
        undefined.put("the argmin of a 2x0", narrow::rowArgmin);
        undefined.put("the maximum of a 0x3 ", none::columnMaxima);
        undefined.put("the minimum of a 0x3 ", none::columnMinima);
        undefined.put("the argmax of a 0x3 ", none::columnArgmax);
        undefined.put("the argmin of a 0x3 ", none::columnArgmin);
        undefined.forEach((what, call) -> assertThatIllegalArgumentException()
                .isThrownBy(call::run)
                .withMessage(what.strip() + " matrix is not defined"));
    }
}
