package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SylvesterTest {
    private static void assertSolves(Matrix a, Matrix b, Matrix c, Matrix x) {
        Matrix residual = naiveProduct(a, x).plus(naiveProduct(x, b)).minus(c);
        int n = Math.max(a.rows(), b.rows());
        double bound = 30 * (1 + n) * EPSILON * (a.norm() + b.norm()) * x.norm();
        assertThat(residual.norm()).isLessThanOrEqualTo(bound);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 3",
        "3, 0",
        "1, 1",
        "1, 2",
        "2, 1",
        "2, 2",
        "3, 5",
        "15, 16",
        "16, 16",
        "17, 17",
        "16, 33",
        "33, 16",
        "1, 64",
        "64, 1",
        "48, 49",
        "50, 70",
        "100, 101"
    })
    void theSolutionSolvesTheEquation(int rows, int columns) {
        Matrix a = random(1, rows, rows);
        Matrix b = random(2, columns, columns);
        Matrix c = random(3, rows, columns);
        assertSolves(a, b, c, MatrixFunctions.sylvester(a, b, c));
        Matrix s = symmetric(4, rows);
        Matrix shifted = b.plus(Matrix.identity(columns).times(1e3));
        assertSolves(s, shifted, c, MatrixFunctions.sylvester(s, shifted, c));
        Matrix zero = Matrix.zeros(rows, columns);
        assertThat(MatrixFunctions.sylvester(s, shifted, zero).isClose(zero, 0, 0))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 16, 17, 33, 49, 80})
    void theSolutionOfASymmetricLyapunovEquationIsSymmetric(int n) {
        Matrix a = random(1, n, n).minus(Matrix.identity(n).times(2 * n));
        Matrix c = symmetric(2, n);
        Matrix x = MatrixFunctions.lyapunov(a, c);
        assertThat(x.isSymmetric()).isTrue();
        assertSolves(a, a.transpose(), c, x);
        Matrix other = random(3, n, n);
        assertSolves(a, a.transpose(), other, MatrixFunctions.lyapunov(a, other));
        Matrix general = MatrixFunctions.sylvester(a, a.transpose(), other);
        double size = n == 0 ? 0 : 1e-10 * general.maxAbs();
        assertThat(MatrixFunctions.lyapunov(a, other).isClose(general, 0, size)).isTrue();
    }

    @Test
    void defectiveAndClusteredMatricesAreSolved() {
        int n = 20;
        Matrix jordan = Matrix.generate(n, n, (i, j) -> i == j ? 2 : i + 1 == j ? 1 : 0);
        Matrix clustered = Matrix.identity(n).plus(random(1, n, n).times(1e-9));
        Matrix c = random(2, n, n);
        assertSolves(jordan, jordan, c, MatrixFunctions.sylvester(jordan, jordan, c));
        assertSolves(clustered, jordan, c, MatrixFunctions.sylvester(clustered, jordan, c));
        Matrix turns = Matrix.generate(n, n, (i, j) -> i / 2 != j / 2 ? 0 : i == j ? 1 : i - j);
        assertSolves(turns, turns, c, MatrixFunctions.sylvester(turns, turns, c));
    }

    @Test
    void scalesChangeNoDigits() {
        Matrix a = random(1, 20, 20);
        Matrix b = random(2, 20, 20);
        Matrix c = random(3, 20, 20);
        Matrix x = MatrixFunctions.sylvester(a, b, c);
        for (int[] scales : new int[][] {{1000, 1000}, {-1000, -1000}, {600, 0}, {-600, 0}, {0, 700}, {0, -700}}) {
            Matrix scaled = MatrixFunctions.sylvester(
                    a.map(v -> Math.scalb(v, scales[0])),
                    b.map(v -> Math.scalb(v, scales[0])),
                    c.map(v -> Math.scalb(v, scales[1])));
            assertThat(scaled).isEqualTo(x.map(v -> Math.scalb(v, scales[1] - scales[0])));
        }
    }

    @Test
    void whatTheTextbookSays() {
        assertThat(MatrixFunctions.sylvester(Matrix.ofRow(2), Matrix.ofRow(3), Matrix.ofRow(10)))
                .isEqualTo(Matrix.ofRow(2));
        assertThat(MatrixFunctions.lyapunov(Matrix.diagonal(-1, -2), Matrix.of(2, 2, -2, -3, -3, -8)))
                .isEqualTo(Matrix.of(2, 2, 1, 1, 1, 2));
    }

    @Test
    void aCommonEigenvalueIsNamed() {
        Matrix c = Matrix.identity(2);
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> MatrixFunctions.sylvester(Matrix.diagonal(1, 2), Matrix.diagonal(3, -2), c))
                .withMessage("a and -b have a common eigenvalue but for rounding: 2.0 of a, and -2.0 of b");
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() ->
                        MatrixFunctions.sylvester(Matrix.diagonal(1, 2), Matrix.diagonal(3, -2 * (1 + EPSILON)), c))
                .withMessageStartingWith("a and -b have a common eigenvalue but for rounding: 2.0 of a, and -2.0");
        Matrix turn = Matrix.of(2, 2, 0, 2, -8, 0);
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> MatrixFunctions.lyapunov(turn, c))
                .withMessage(
                        "a and -b have a common eigenvalue but for rounding: 0.0 + 4.0i of a, and 0.0 + 4.0i of b");
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> MatrixFunctions.lyapunov(Matrix.zeros(2, 2), c));
    }

    @Test
    void wrongArgumentsAreRefused() {
        Matrix a = Matrix.identity(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sylvester(Matrix.zeros(2, 3), a, a))
                .withMessage("a is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sylvester(a, Matrix.zeros(2, 3), a))
                .withMessage("b is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sylvester(a, Matrix.identity(3), a))
                .withMessage("matrix shapes do not agree: 2x2 and 3x3 sylvester 2x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.lyapunov(a, Matrix.identity(3)))
                .withMessage("matrix shapes do not agree: 2x2 lyapunov 3x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.lyapunov(a, Matrix.of(2, 2, 1, 2, Double.NaN, 3)))
                .withMessage("c has a NaN at row 1, column 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sylvester(a, Matrix.filled(2, 2, Double.POSITIVE_INFINITY), a))
                .withMessage("b has an infinity at row 0, column 0");
        assertThatNullPointerException()
                .isThrownBy(() -> MatrixFunctions.sylvester(a, a, null))
                .withMessage("c");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> MatrixFunctions.lyapunov(Matrix.ofRow(1e-300), Matrix.ofRow(1e300)))
                .withMessage("the solution is beyond 1.7976931348623157E308");
    }
}
