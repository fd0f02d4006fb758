package io.github.rustffi;

import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PivotedQrTest {
    /** Returns a matrix of a rank, with singular values away from zero. */
    private static Matrix ofRank(int rows, int columns, int rank) {
        return random(1, rows, rank).times(random(2, rank, columns));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0",
        "0,4,0",
        "4,0,0",
        "1,1,1",
        "2,2,2",
        "3,3,1",
        "31,31,31",
        "32,33,32",
        "33,32,20",
        "64,65,3",
        "65,64,64",
        "127,129,60",
        "129,127,127",
        "200,200,150",
        "300,7,7",
        "7,300,7"
    })
    void theFactorsMultiplyToTheMatrix(int rows, int columns, int rank) {
        Matrix a = ofRank(rows, columns, rank);
        PivotedQr qr = a.pivotedQr();
        Matrix q = qr.q();
        Matrix r = qr.r();
        int[] permutation = qr.columnPermutation();
        double tolerance = 1e-14 * Math.max(1, a.norm()) * Math.max(rows, columns);
        assertThat(naiveProduct(q, r).isClose(a.selectColumns(permutation), 0, tolerance))
                .isTrue();
        assertThat(q.gram().isClose(Matrix.identity(q.columns()), 0, 1e-14 * (1 + rows)))
                .isTrue();
        assertThat(r.upperTriangle()).isEqualTo(r);
        double[] diagonal = r.diagonal();
        for (int i = 1; i < diagonal.length; i++) {
            assertThat(Math.abs(diagonal[i])).isLessThanOrEqualTo(Math.abs(diagonal[i - 1]) * (1 + 1e-7) + tolerance);
        }
        assertThat(qr.rank(1e-10)).isEqualTo(rank);
        // Zeros are exact, and so is the rank where there is nothing else.
        assertThat(Matrix.zeros(rows, columns).pivotedQr().rank()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "5,3,3", "3,5,3", "40,40,40", "60,33,10", "33,60,10", "200,65,64", "65,200,65"})
    void solutionsAreThoseOfLeastSquares(int rows, int columns, int rank) {
        Matrix a = ofRank(rows, columns, rank);
        Matrix b = random(3, rows, 4);
        PivotedQr qr = a.pivotedQr();
        Matrix x = qr.solve(b, 1e-10);
        double least = a.times(a.leastSquares(b, 1e-10)).minus(b).norm();
        assertThat(a.times(x).minus(b).norm()).isLessThanOrEqualTo(least * (1 + 1e-10) + 1e-10 * b.norm());
        assertThat(qr.solve(b.column(1), 1e-10)).hasSize(columns);
        // It is basic.
        int others = 0;
        for (double value : x.column(0)) {
            others += value != 0.0 ? 1 : 0;
        }
        assertThat(others).isLessThanOrEqualTo(rank);
        if (rank == columns) {
            assertThat(x.isClose(a.leastSquares(b), 1e-8, 1e-8)).isTrue();
            assertThat(qr.solve(b)).isEqualTo(x);
        }
    }

    @Test
    void dependentColumnsGetZeros() {
        Matrix a = Matrix.of(3, 3, 1, 2, 0, 1, 2, 1, 1, 2, 0);
        PivotedQr qr = a.pivotedQr();
        assertThat(qr.rank()).isEqualTo(2);
        assertThat(qr.columnPermutation()).containsExactly(1, 2, 0);
        double[] x = qr.solve(new double[] {2, 5, 2});
        assertThat(x[0]).isZero();
        assertThat(x[1]).isCloseTo(1, within(1e-14));
        assertThat(x[2]).isCloseTo(3, within(1e-14));
    }

    @Test
    void allOfTheRangeIsUsed() {
        for (double scale : new double[] {1e300, 1e-300, 0x1p-1060}) {
            Matrix a = ofRank(40, 30, 11).times(scale);
            assertThat(a.pivotedQr().rank(1e-3 * scale < 1e-310 ? 1e-2 : 1e-10)).isLessThanOrEqualTo(11);
        }
        assertThat(ofRank(40, 30, 11).times(1e300).pivotedQr().rank()).isEqualTo(11);
        assertThat(ofRank(40, 30, 11).times(1e-300).pivotedQr().rank()).isEqualTo(11);
        assertThat(Matrix.identity(3).times(Double.MIN_VALUE).pivotedQr().solve(new double[] {0, Double.MIN_VALUE, 0}))
                .containsExactly(0, 1, 0);
    }

    @Test
    void wrongArgumentsAreRefused() {
        PivotedQr qr = random(1, 3, 2).pivotedQr();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> qr.solve(new double[2]))
                .withMessage("matrix shapes do not agree: 3x2 solve 2x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> qr.solve(Matrix.of(3, 1, 0, Double.NaN, 0)))
                .withMessage("b has a NaN at row 1, column 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> qr.rank(Double.NaN))
                .withMessage("tolerance must be at least 0, but is NaN");
        assertThatNullPointerException()
                .isThrownBy(() -> qr.solve((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> qr.solve((double[]) null))
                .withMessage("b");
        assertThatIllegalArgumentException()
                .isThrownBy(Matrix.of(1, 2, 1, Double.NEGATIVE_INFINITY)::pivotedQr)
                .withMessage("matrix has an infinity at row 0, column 1");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(Matrix.filled(2, 2, Double.MAX_VALUE)::pivotedQr)
                .withMessage("the triangle R is beyond 1.7976931348623157E308");
    }

    @Test
    void equalFactorizationsAreEqual() {
        Matrix a = random(1, 4, 3);
        assertThat(a.pivotedQr()).isEqualTo(a.pivotedQr()).hasSameHashCodeAs(a.pivotedQr());
        assertThat(a.pivotedQr()).isNotEqualTo(a.times(2).pivotedQr());
        assertThat(Matrix.ofRow(3).pivotedQr())
                .hasToString("q: " + Matrix.ofRow(1) + "\nr: " + Matrix.ofRow(3) + "\ncolumn permutation: [0]");
    }
}
