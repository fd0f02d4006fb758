package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.hilbert;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricPencilTest {
    /**
     * Requires what LAPACK's own tests do, xᵀ b x = 1 and the values where a is, with a bound for the condition of b.
     */
    private static void assertDecomposes(Matrix a, Matrix b, double condition) {
        int n = a.rows();
        SymmetricEigen eigen = a.symmetricEigen(b);
        Matrix x = eigen.vectors();
        assertThat(eigen.values()).isSorted().hasSize(n);
        Matrix metric = naiveProduct(naiveProduct(x.transpose(), b), x);
        double unit = 30 * (1 + n) * EPSILON * condition;
        assertThat(metric.isClose(Matrix.identity(n), 0, unit))
                .as("%s of order %d", metric.minus(Matrix.identity(n)).maxAbs(), n)
                .isTrue();
        Matrix residual = naiveProduct(a, x).minus(naiveProduct(naiveProduct(b, x), Matrix.diagonal(eigen.values())));
        double largest = n == 0 ? 0 : Math.max(Math.abs(eigen.values()[0]), Math.abs(eigen.values()[n - 1]));
        double size = (a.norm() + largest * b.norm()) * x.norm();
        assertThat(residual.norm()).as("order %d", n).isLessThanOrEqualTo(unit * size);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 31, 32, 33, 64, 65, 100, 130})
    void valuesAndVectorsBelongToBothMatrices(int n) {
        Matrix b = positiveDefinite(2, n);
        double condition = n == 0 ? 1 : b.conditionNumber();
        assertDecomposes(symmetric(1, n), b, condition);
        assertDecomposes(positiveDefinite(3, n), b, condition);
        assertDecomposes(Matrix.zeros(n, n), b, condition);
        assertDecomposes(b, b, condition);
    }

    @Test
    void theIdentityGivesTheOrdinaryProblem() {
        Matrix a = symmetric(1, 40);
        SymmetricEigen eigen = a.symmetricEigen(Matrix.identity(40));
        assertThat(eigen.values()).containsExactly(a.symmetricEigen().values(), within(40 * EPSILON * a.norm()));
        assertThat(Matrices.orthogonality(eigen.vectors())).isLessThan(30);
    }

    @Test
    void whatTheTextbookSays() {
        // Masses of 2 and 1 between three springs of stiffness 1: the roots of 2 x² - 6 x + 3.
        SymmetricEigen modes = Matrix.of(2, 2, 2, -1, -1, 2).symmetricEigen(Matrix.diagonal(2, 1));
        double root = Math.sqrt(3);
        assertThat(modes.values()).containsExactly(new double[] {(3 - root) / 2, (3 + root) / 2}, within(1e-15));
        assertThat(Matrix.ofRow(3).symmetricEigen(Matrix.ofRow(4)).values()[0]).isEqualTo(0.75);
        assertThat(Math.abs(Matrix.ofRow(3)
                        .symmetricEigen(Matrix.ofRow(4))
                        .vectors()
                        .get(0, 0)))
                .isEqualTo(0.5);
    }

    @Test
    void scalesOfEitherMatrixScaleTheValues() {
        Matrix a = symmetric(1, 20);
        Matrix b = positiveDefinite(2, 20);
        double[] values = a.symmetricEigen(b).values();
        for (int[] scales :
                new int[][] {{990, 990}, {-990, -990}, {600, -300}, {-600, 300}, {-990, 0}, {980, 0}, {-50, -1000}}) {
            Matrix left = a.map(x -> Math.scalb(x, scales[0]));
            Matrix right = b.map(x -> Math.scalb(x, scales[1]));
            double[] scaled = left.symmetricEigen(right).values();
            double unit = 1e-12 * Math.scalb(a.norm(), scales[0] - scales[1]);
            for (int i = 0; i < values.length; i++) {
                assertThat(scaled[i]).isCloseTo(Math.scalb(values[i], scales[0] - scales[1]), within(unit));
            }
        }
    }

    @Test
    void gradedAndNearlySingularMatricesKeepTheLargeValues() {
        Matrix graded = Matrix.diagonal(1e300, 1, 1e-300);
        SymmetricEigen eigen = Matrix.diagonal(2e300, 3, 4e-300).symmetricEigen(graded);
        assertThat(eigen.values()).containsExactly(new double[] {2, 3, 4}, within(1e-14));
        Matrix b = hilbert(10);
        Matrix a = symmetric(1, 10);
        double largest = a.symmetricEigen(b).values()[9];
        double other = a.times(-1).symmetricEigen(b).values()[0];
        assertThat(largest).isCloseTo(-other, within(1e-3 * Math.abs(other)));
    }

    @Test
    void twoMatricesThatAreSymmetricButForRoundingAreTheirSymmetricParts() {
        Matrix a = symmetric(1, 15);
        Matrix b = positiveDefinite(2, 15);
        Matrix rounding = Matrices.random(3, 15, 15).times(1e-12);
        SymmetricEigen eigen = a.plus(rounding).symmetricEigen(b.plus(rounding));
        SymmetricEigen ofParts =
                a.plus(rounding).symmetrized().symmetricEigen(b.plus(rounding).symmetrized());
        assertThat(bits(eigen.values())).isEqualTo(bits(ofParts.values()));
        assertThat(bits(eigen.vectors().toArray()))
                .isEqualTo(bits(ofParts.vectors().toArray()));
    }

    @Test
    void theMatrixAtFaultIsNamed() {
        Matrix identity = Matrix.identity(2);
        Matrix other = Matrix.of(2, 2, 4, 2, 3, 4);
        String message =
                " is not symmetric: 3.0 at row 1, column 0, but 2.0 at row 0, column 1, and they may differ by "
                        + "5.960464477539063E-8, sqrt(epsilon) times the largest magnitude; symmetrized returns the symmetric "
                        + "part";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.symmetricEigen(identity))
                .withMessage("matrix" + message);
        assertThatIllegalArgumentException().isThrownBy(other::symmetricEigen).withMessage("matrix" + message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> identity.symmetricEigen(other))
                .withMessage("b" + message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(2, 2, 1, 0, Double.NaN, 1).symmetricEigen(identity))
                .withMessage("matrix has a NaN at row 1, column 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> identity.symmetricEigen(Matrix.of(2, 2, 1, 0, 0, Double.POSITIVE_INFINITY)))
                .withMessage("b has an infinity at row 1, column 1");
        for (Matrix b : new Matrix[] {Matrix.diagonal(1, 0), Matrix.diagonal(2, -3)}) {
            assertThatExceptionOfType(NotPositiveDefiniteException.class)
                    .isThrownBy(() -> identity.symmetricEigen(b))
                    .withMessage("b is not positive definite: pivot 1 is not positive");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(2, 3).symmetricEigen(Matrix.zeros(2, 3)))
                .withMessage("matrix is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> identity.symmetricEigen(Matrix.identity(3)))
                .withMessage("matrix shapes do not agree: 2x2 symmetric eigen 3x3");
        assertThatNullPointerException()
                .isThrownBy(() -> identity.symmetricEigen(null))
                .withMessage("b");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Matrix.ofRow(1e300).symmetricEigen(Matrix.ofRow(1e-300)))
                .withMessage("the largest eigenvalue is beyond 1.7976931348623157E308");
    }
}
