package io.github.rustffi;

import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyUpdateTest {
    private static double[] column(long seed, int n) {
        return random(seed, n, 1).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 31, 32, 33, 64, 65, 127, 129, 200})
    void anUpdateIsTheFactorOfTheSum(int n) {
        for (double scale : new double[] {1, 0x1p480, 0x1p-480}) {
            Matrix a = positiveDefinite(1, n).times(scale * scale);
            double[] x = Matrix.ofColumn(column(2, n)).times(scale).toArray();
            Matrix sum = a.plus(Matrix.outer(x, x));
            Matrix l = a.cholesky().update(x).l();
            double tolerance = n == 0 ? 0 : 1e-15 * (1 + n) * sum.maxAbs();
            assertThat(l.timesTranspose(l).isClose(sum, 0, tolerance)).isTrue();
            assertThat(l.lowerTriangle()).isEqualTo(l);
            assertThat(Arrays.stream(l.diagonal()).allMatch(value -> value > 0)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 31, 32, 33, 64, 65, 127, 129, 200})
    void aDowndateTakesAnUpdateBack(int n) {
        for (double scale : new double[] {1, 0x1p480, 0x1p-480}) {
            Cholesky cholesky = positiveDefinite(1, n).times(scale * scale).cholesky();
            double[] x = Matrix.ofColumn(column(2, n)).times(scale).toArray();
            Matrix l = cholesky.update(x).downdate(x).l();
            double tolerance =
                    n == 0 ? 0 : 1e-14 * (1 + n) * (1 + n) * cholesky.l().maxAbs();
            assertThat(l.isClose(cholesky.l(), 0, tolerance)).isTrue();
            assertThat(l.lowerTriangle()).isEqualTo(l);
        }
    }

    @Test
    void whatTheTextbookSays() {
        Cholesky cholesky = Matrix.of(2, 2, 9, 0, 0, 4).cholesky();
        Matrix updated = cholesky.update(new double[] {4, 0}).l();
        assertThat(updated.isClose(Matrix.of(2, 2, 5, 0, 0, 2), 1e-15, 0)).isTrue();
        Matrix l =
                Matrix.diagonal(25, 4).cholesky().downdate(new double[] {-4, 0}).l();
        assertThat(l.isClose(Matrix.of(2, 2, 3, 0, 0, 2), 1e-15, 0)).isTrue();
        assertThat(cholesky.update(new double[2])).isEqualTo(cholesky);
        assertThat(cholesky.downdate(new double[2])).isEqualTo(cholesky);
    }

    @Test
    void aDifferenceThatIsNotPositiveDefiniteIsRefused() {
        for (double large : new double[] {1, 2, 1e300, Double.MAX_VALUE}) {
            for (int pivot = 0; pivot < 3; pivot++) {
                double[] x = new double[3];
                x[pivot] = large;
                assertThatExceptionOfType(NotPositiveDefiniteException.class)
                        .isThrownBy(() -> Matrix.identity(3).cholesky().downdate(x))
                        .withMessage("matrix is not positive definite: pivot " + pivot + " is not positive");
            }
        }
        // As the factorization of the difference says.
        double[] x = {0.8, 0.7};
        String message = catchThrowable(
                        () -> Matrix.identity(2).minus(Matrix.outer(x, x)).cholesky())
                .getMessage();
        assertThatExceptionOfType(NotPositiveDefiniteException.class)
                .isThrownBy(() -> Matrix.identity(2).cholesky().downdate(x))
                .withMessage(message);
        // The last that is positive definite.
        double[] most = {Math.nextDown(1.0)};
        double least = Matrix.identity(1).cholesky().downdate(most).l().get(0, 0);
        assertThat(least).isCloseTo(Math.sqrt(2 * 0x1p-53), within(1e-12));
    }

    @Test
    void wrongArgumentsAreRefused() {
        Cholesky cholesky = Matrix.identity(2).cholesky();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cholesky.update(new double[3]))
                .withMessage("matrix shapes do not agree: 2x2 update 3x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cholesky.downdate(new double[1]))
                .withMessage("matrix shapes do not agree: 2x2 downdate 1x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cholesky.update(new double[] {0, Double.NaN}))
                .withMessage("x has a NaN at row 1, column 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cholesky.downdate(new double[] {Double.POSITIVE_INFINITY, 0}))
                .withMessage("x has an infinity at row 0, column 0");
        assertThatNullPointerException().isThrownBy(() -> cholesky.update(null)).withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> cholesky.downdate(null))
                .withMessage("x");
        double[] largest = {Double.MAX_VALUE, Double.MAX_VALUE};
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> cholesky.update(largest).update(largest))
                .withMessage("the factor L is beyond 1.7976931348623157E308");
    }

    @Test
    void argumentsAreLeftAlone() {
        double[] x = {1, 2};
        Cholesky cholesky = Matrix.diagonal(9, 9).cholesky();
        cholesky.update(x);
        cholesky.downdate(x);
        assertThat(x).containsExactly(1, 2);
        assertThat(cholesky).isEqualTo(Matrix.diagonal(9, 9).cholesky());
    }
}
