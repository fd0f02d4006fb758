package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixRootsTest {
    /** Requires the square of a root to be the matrix, with the bound of Higham (1987), and positive real parts. */
    private static void assertIsRoot(Matrix a, Matrix root) {
        int n = a.rows();
        double bound = 30 * (1 + n) * EPSILON * root.norm() * root.norm();
        assertThat(naiveProduct(root, root).minus(a).norm()).isLessThanOrEqualTo(bound);
        assertThat(n == 0 || root.eigenvalues().columnMinima()[0] > 0).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 47, 48, 49, 64, 65, 100, 130})
    void theSquareOfTheRootIsTheMatrix(int n) {
        // Eigenvalues in a disk around 3, then all over the plane but for the negative numbers.
        Matrix a = random(1, n, n)
                .div(Math.sqrt(Math.max(1, n)))
                .plus(Matrix.identity(n).times(3));
        assertIsRoot(a, MatrixFunctions.sqrt(a));
        Matrix definite = positiveDefinite(2, n);
        Matrix root = MatrixFunctions.sqrt(definite);
        assertThat(root.isSymmetric()).isTrue();
        assertIsRoot(definite, root);
        Matrix turns = Matrix.generate(n - n % 2, n - n % 2, (i, j) -> i / 2 != j / 2 ? 0 : i == j ? -1 - i : i - j);
        assertIsRoot(turns, MatrixFunctions.sqrt(turns));
    }

    @Test
    void defectiveClusteredAndGradedMatricesHaveRoots() {
        int n = 12;
        Matrix jordan = Matrix.generate(n, n, (i, j) -> i == j ? 4 : i + 1 == j ? 1 : 0);
        assertIsRoot(jordan, MatrixFunctions.sqrt(jordan));
        Matrix clustered = Matrix.identity(n).plus(random(1, n, n).times(1e-9));
        assertIsRoot(clustered, MatrixFunctions.sqrt(clustered));
        double[] graded = {1, 1e-40, 4e-40, 1e-80};
        assertThat(MatrixFunctions.sqrt(Matrix.diagonal(graded)).diagonal())
                .containsExactly(new double[] {1, 1e-20, 2e-20, 1e-40}, within(1e-55));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20, 60})
    void anEvenPowerOfTwoHasARoot(int n) {
        Matrix a = positiveDefinite(1, n);
        Matrix root = MatrixFunctions.sqrt(a);
        for (int exponent : new int[] {-1000, -100, 100, 980}) {
            assertThat(MatrixFunctions.sqrt(a.map(x -> Math.scalb(x, exponent))))
                    .isEqualTo(root.map(x -> Math.scalb(x, exponent / 2)));
        }
    }

    @Test
    void whatTheTextbookSays() {
        assertThat(MatrixFunctions.sqrt(Matrix.diagonal(4, 9, 1e-100, 1e200)).diagonal())
                .containsExactly(2, 3, Math.sqrt(1e-100), Math.sqrt(1e200));
        Matrix quarter = MatrixFunctions.sqrt(Matrix.of(2, 2, 0, -1, 1, 0));
        double half = Math.sqrt(0.5);
        assertThat(quarter.isClose(Matrix.of(2, 2, half, -half, half, half), 1e-15, 0))
                .isTrue();
        // The square of [[1, 2], [3, 4]], of which one eigenvalue is negative: the principal root is another one.
        Matrix root = MatrixFunctions.sqrt(Matrix.of(2, 2, 7, 10, 15, 22));
        assertThat(root.get(0, 0)).isCloseTo(9 / Math.sqrt(33), within(1e-14));
    }

    @Test
    void eigenvaluesOnTheNegativeAxisAreNamed() {
        for (double value : new double[] {-2, 0}) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> MatrixFunctions.sqrt(Matrix.of(2, 2, 1, 5, 0, value)))
                    .withMessage("the principal square root is not defined: the eigenvalue " + value
                            + " is on the closed negative real axis");
        }
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> MatrixFunctions.sqrt(Matrix.diagonal(1e-300, -1e-300)))
                .withMessageContaining("the eigenvalue -1.0E-300 is on");
    }

    @Test
    void wrongMatricesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sqrt(Matrix.zeros(2, 3)))
                .withMessage("matrix is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.sqrt(Matrix.of(2, 2, 1, 2, Double.NaN, 3)))
                .withMessage("matrix has a NaN at row 1, column 0");
        assertThatNullPointerException()
                .isThrownBy(() -> MatrixFunctions.sqrt(null))
                .withMessage("a");
    }
}
