package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Norms, and whether matrices are close or symmetric. */
class NormsTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({"1,1", "3,5", "5,3", "200,7", "7,200", "40,40"})
    void normsAreThoseOfALoop(int rows, int columns) {
        Matrix a = Matrices.random(1, rows, columns);
        double largestRow = 0;
        for (int i = 0; i < rows; i++) {
            largestRow = Math.max(
                    largestRow, DoubleStream.of(a.row(i)).map(Math::abs).sum());
        }
        assertThat(a.normInf()).isCloseTo(largestRow, within(1e-14 * largestRow));
        assertThat(a.transpose().norm1()).isCloseTo(largestRow, within(1e-14 * largestRow));
        assertThat(a.norm2()).isCloseTo(a.svd().singularValues()[0], withinPercentage(1e-11));
        assertThat(a.norm2()).isLessThanOrEqualTo(a.norm() * (1 + 1e-14));
    }

    @Test
    void normsOfSpecialValues() {
        assertThat(Matrix.of(2, 2, 1, -2, 3, 4).norm1()).isEqualTo(6);
        assertThat(Matrix.of(2, 2, 1, -2, 3, 4).normInf()).isEqualTo(7);
        assertThat(Matrix.diagonal(-3, 2).norm2()).isEqualTo(3);
        assertThat(Matrix.of(2, 2, NAN, 1, INFINITY, 1).norm1()).isNaN();
        assertThat(Matrix.of(2, 2, 1, NAN, INFINITY, 1).normInf()).isNaN();
        assertThat(Matrix.of(1, 2, -INFINITY, 1).norm1()).isEqualTo(INFINITY);
        assertThat(Matrix.of(1, 2, -INFINITY, 1).normInf()).isEqualTo(INFINITY);
        for (Matrix none : new Matrix[] {Matrix.zeros(0, 0), Matrix.zeros(0, 3), Matrix.zeros(3, 0)}) {
            assertThat(new double[] {none.norm1(), none.norm2(), none.normInf()})
                    .containsOnly(0.0);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.ofRow(1, NAN).norm2())
                .withMessage("matrix has a NaN at row 0, column 1");
    }

    @Test
    void isCloseAsNumPySaysIt() {
        Matrix b = Matrix.ofRow(100, 0, INFINITY);
        assertThat(Matrix.ofRow(101, 0, INFINITY).isClose(b, 0.01, 0)).isTrue();
        assertThat(Matrix.ofRow(101, 0, INFINITY).isClose(b, 0.009, 0)).isFalse();
        assertThat(Matrix.ofRow(101, -0.5, INFINITY).isClose(b, 0.01, 0.5)).isTrue();
        assertThat(Matrix.ofRow(100, 0, -INFINITY).isClose(b, 1, 1)).isFalse();
        assertThat(Matrix.ofRow(100, 0, 1).isClose(b, 1, 1)).isFalse();
        assertThat(Matrix.ofRow(INFINITY, 0, INFINITY).isClose(b, 1, 1)).isFalse();
        assertThat(Matrix.ofRow(NAN).isClose(Matrix.ofRow(NAN), 1, 1)).isFalse();
        // The second is the reference.
        assertThat(Matrix.ofRow(10).isClose(Matrix.ofRow(11), 0.091, 0)).isTrue();
        assertThat(Matrix.ofRow(11).isClose(Matrix.ofRow(10), 0.091, 0)).isFalse();
        assertThat(Matrix.zeros(0, 3).isClose(Matrix.zeros(0, 3), 0, 0)).isTrue();
        assertThat(Matrix.ofRow(0.0).isClose(Matrix.ofRow(-0.0), 0, 0)).isTrue();
    }

    @Test
    void rejectsWhatCannotBeCompared() {
        Matrix a = Matrix.zeros(2, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.isClose(Matrix.zeros(3, 2), 0, 0))
                .withMessage("matrix shapes do not agree: 2x3 is close 3x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.isClose(a, -1, 0))
                .withMessage("relative must be at least 0, but is -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.isClose(a, 0, NAN))
                .withMessage("absolute must be at least 0, but is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.isSymmetric(-1))
                .withMessage("tolerance must be at least 0, but is -1.0");
        assertThatNullPointerException().isThrownBy(() -> a.isClose(null, 0, 0)).withMessage("b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 60})
    void aSumWithTheTransposeIsSymmetric(int n) {
        Matrix a = Matrices.symmetric(1, n);
        assertThat(a.isSymmetric()).isTrue();
        assertThat(a.isSymmetric(0)).isTrue();
        if (n > 1) {
            Matrix b = Matrix.generate(n, n, (i, j) -> a.get(i, j) + (i == n - 1 && j == 0 ? 1 : 0));
            assertThat(b.isSymmetric()).isFalse();
            assertThat(b.isSymmetric(0.9)).isFalse();
            assertThat(b.isSymmetric(1.1)).isTrue();
        }
    }

    @Test
    void symmetryOfSpecialValues() {
        assertThat(Matrix.zeros(2, 3).isSymmetric()).isFalse();
        assertThat(Matrix.zeros(2, 3).isSymmetric(INFINITY)).isFalse();
        assertThat(Matrix.of(2, 2, 1, INFINITY, INFINITY, 1).isSymmetric()).isTrue();
        assertThat(Matrix.of(2, 2, 1, INFINITY, -INFINITY, 1).isSymmetric(1e300))
                .isFalse();
        assertThat(Matrix.of(2, 2, 1, 0.0, -0.0, 1).isSymmetric()).isTrue();
        assertThat(Matrix.of(2, 2, 1, NAN, NAN, 1).isSymmetric(INFINITY)).isFalse();
        assertThat(Matrix.of(1, 1, NAN).isSymmetric()).isFalse();
    }
}
