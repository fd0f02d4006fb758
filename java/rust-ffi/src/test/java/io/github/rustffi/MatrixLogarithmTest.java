package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixLogarithmTest {
    private static void assertClose(Matrix found, Matrix expected, double tolerance) {
        assertThat(found.minus(expected).norm()).isLessThanOrEqualTo(tolerance * (expected.norm() + Double.MIN_NORMAL));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 48, 49, 65, 100})
    void theExponentialOfTheLogarithmIsTheMatrix(int n) {
        double tolerance = 100 * (1 + n) * EPSILON;
        Matrix a = random(1, n, n)
                .div(Math.sqrt(Math.max(1, n)))
                .plus(Matrix.identity(n).times(3));
        assertClose(MatrixFunctions.exp(MatrixFunctions.log(a)), a, tolerance);
        // Eigenvalues of which many are complex, with imaginary parts below π.
        Matrix small = random(2, n, n).div(Math.sqrt(Math.max(1, n)));
        assertClose(MatrixFunctions.log(MatrixFunctions.exp(small)), small, tolerance);
        Matrix definite = positiveDefinite(3, n);
        Matrix log = MatrixFunctions.log(definite);
        assertThat(log.isSymmetric()).isTrue();
        SymmetricEigen eigen = definite.symmetricEigen();
        double[] logs = Arrays.stream(eigen.values()).map(Math::log).toArray();
        assertClose(log, eigen.vectors().timesRow(logs).timesTranspose(eigen.vectors()), 10 * tolerance);
    }

    @Test
    void whatTheTextbookSays() {
        int n = 6;
        // The series of log(1 + x) ends.
        Matrix jordan = Matrix.generate(n, n, (i, j) -> i == j || i + 1 == j ? 1 : 0);
        Matrix series = Matrix.generate(n, n, (i, j) -> i >= j ? 0 : ((j - i) % 2 == 0 ? -1.0 : 1.0) / (j - i));
        assertClose(MatrixFunctions.log(jordan), series, 1e-14);
        for (double angle : new double[] {1e-9, 0.5, 1.5, 3.1}) {
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            assertClose(
                    MatrixFunctions.log(Matrix.of(2, 2, cos, -sin, sin, cos)),
                    Matrix.of(2, 2, 0, -angle, angle, 0),
                    1e-14);
        }
        assertThat(MatrixFunctions.log(Matrix.identity(4))).isEqualTo(Matrix.zeros(4, 4));
        assertThat(MatrixFunctions.log(Matrix.diagonal(2, 1e-100, 1e200)).diagonal())
                .containsExactly(new double[] {Math.log(2), Math.log(1e-100), Math.log(1e200)}, within(1e-12));
    }

    /** Near to the identity the logarithm is as near to zero, with all its digits. */
    @Test
    void digitsNearTheIdentityAreKept() {
        Matrix x = random(1, 5, 5).times(1e-9);
        Matrix expected = x.minus(x.times(x).div(2));
        assertThat(MatrixFunctions.log(Matrix.identity(5).plus(x))
                        .minus(expected)
                        .maxAbs())
                .isLessThan(10 * EPSILON);
        Matrix triangle = Matrix.of(2, 2, 1, 1e10, 0, 1 + 1e-10);
        double exact = 1e10 * Math.log1p(triangle.get(1, 1) - 1) / (triangle.get(1, 1) - 1);
        assertThat(MatrixFunctions.log(triangle).get(0, 1)).isCloseTo(exact, within(1e-5));
        assertThat(MatrixFunctions.log(triangle).get(1, 1)).isEqualTo(Math.log(triangle.get(1, 1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1000, -500, -30, 30, 500, 980})
    void aPowerOfTwoIsAddedToTheDiagonal(int exponent) {
        Matrix a = positiveDefinite(1, 7);
        Matrix log = MatrixFunctions.log(a).plus(Matrix.identity(7).times(exponent * Math.log(2)));
        assertClose(MatrixFunctions.log(a.map(x -> Math.scalb(x, exponent))), log, 1e-13);
    }

    @Test
    void whatHasNoLogarithmIsRefused() {
        for (double value : new double[] {-2, 0}) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> MatrixFunctions.log(Matrix.of(2, 2, 1, 5, 0, value)))
                    .withMessage("the principal logarithm is not defined: the eigenvalue " + value
                            + " is on the closed negative real axis");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.log(Matrix.zeros(2, 3)))
                .withMessage("matrix is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.log(Matrix.of(2, 2, 1, 2, Double.NaN, 3)))
                .withMessage("matrix has a NaN at row 1, column 0");
        assertThatNullPointerException()
                .isThrownBy(() -> MatrixFunctions.log(null))
                .withMessage("a");
    }
}
