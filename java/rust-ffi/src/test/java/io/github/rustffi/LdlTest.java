package io.github.rustffi;

import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LdlTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 31, 32, 33, 64, 65, 127, 129, 200})
    void theFactorsMultiplyToTheMatrixAndSolve(int n) {
        for (double scale : new double[] {1, 1e300, 1e-300}) {
            Matrix a = symmetric(1, n).times(scale);
            Ldl ldl = a.ldl();
            int[] permutation = ldl.permutation();
            Matrix expected = a.selectRows(permutation).selectColumns(permutation);
            Matrix l = ldl.l();
            Matrix product = naiveProduct(naiveProduct(l, ldl.d()), l.transpose());
            double tolerance = 1e-14 * (1 + n) * (n == 0 ? 0 : a.maxAbs()) * (1 + n);
            assertThat(product.isClose(expected, 0, tolerance)).isTrue();
            assertThat(ldl.d().isSymmetric()).isTrue();
            assertThat(l.lowerTriangle()).isEqualTo(l);
            Matrix b = random(2, n, 3);
            Matrix x = ldl.solve(b);
            Matrix residual = a.times(x).minus(b);
            double size = n == 0 ? 0 : a.maxAbs() * x.maxAbs();
            assertThat(residual.isClose(Matrix.zeros(n, 3), 0, 1e-14 * (1 + n) * (1 + n) * Math.max(1, size)))
                    .isTrue();
            assertThat(
                            n == 0
                                    ? 0
                                    : Matrix.ofColumn(ldl.solve(b.column(1)))
                                            .minus(x.selectColumns(1))
                                            .maxAbs())
                    .isLessThanOrEqualTo(n == 0 ? 0 : 1e-9 * x.maxAbs());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 40, 99})
    void theInertiaIsThatOfTheEigenvalues(int n) {
        Matrix a = symmetric(3, n);
        int[] expected = new int[3];
        for (double value : a.symmetricEigen().values()) {
            expected[value > 0 ? 0 : 1]++;
        }
        assertThat(a.ldl().inertia()).isEqualTo(expected);
        assertThat(positiveDefinite(4, n).ldl().inertia()).containsExactly(n, 0, 0);
        assertThat(Matrix.zeros(n, n).ldl().inertia()).containsExactly(0, 0, n);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 60})
    void determinantsAreThoseOfLu(int n) {
        for (int seed = 0; seed < 10; seed++) {
            Matrix a = symmetric(seed, n);
            Lu lu = a.lu();
            Ldl ldl = a.ldl();
            assertThat(ldl.determinantSign()).isEqualTo(lu.determinantSign());
            assertThat(ldl.logAbsDeterminant()).isCloseTo(lu.logAbsDeterminant(), within(1e-10 * (1 + n)));
            assertThat(ldl.determinant())
                    .isCloseTo(lu.determinant(), within(1e-10 * (1 + n) * Math.abs(lu.determinant())));
        }
    }

    @Test
    void determinantsDoNotOverflow() {
        Matrix large = Matrix.of(2, 2, 0, 1e300, 1e300, 0);
        assertThat(large.ldl().determinant()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(large.ldl().logAbsDeterminant()).isCloseTo(600 * Math.log(10), within(1e-10));
        assertThat(large.ldl().determinantSign()).isEqualTo(-1);
        assertThat(Matrix.zeros(2, 2).ldl().determinant()).isZero();
        assertThat(Matrix.zeros(2, 2).ldl().determinantSign()).isZero();
        assertThat(Matrix.zeros(2, 2).ldl().logAbsDeterminant()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void whatTheTextbookSays() {
        Ldl ldl = Matrix.of(3, 3, 0, 2, 1, 2, 0, 1, 1, 1, 5).ldl();
        assertThat(ldl.d()).isEqualTo(Matrix.of(3, 3, 0, 2, 0, 2, 0, 0, 0, 0, 4));
        assertThat(ldl.l()).isEqualTo(Matrix.of(3, 3, 1, 0, 0, 0, 1, 0, 0.5, 0.5, 1));
        assertThat(ldl.permutation()).containsExactly(0, 1, 2);
        assertThat(ldl.inertia()).containsExactly(2, 1, 0);
        assertThat(ldl.determinant()).isEqualTo(-16);
        assertThat(ldl.solve(new double[] {3, 3, 7})).containsExactly(1, 1, 1);
    }

    @Test
    void wrongArgumentsAreRefused() {
        Ldl ldl = Matrix.identity(2).ldl();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ldl.solve(new double[3]))
                .withMessage("matrix shapes do not agree: 2x2 solve 3x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ldl.solve(Matrix.of(2, 1, 0, Double.NaN)))
                .withMessage("b has a NaN at row 1, column 0");
        assertThatNullPointerException()
                .isThrownBy(() -> ldl.solve((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> ldl.solve((double[]) null))
                .withMessage("b");
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> Matrix.filled(2, 2, 3).ldl().solve(new double[2]))
                .withMessage("matrix is singular: pivot 1 is zero");
        Matrix other = Matrix.of(2, 2, 1, 2, 2.1, 1);
        String message =
                org.assertj.core.api.Assertions.catchThrowable(other::cholesky).getMessage();
        assertThatIllegalArgumentException().isThrownBy(other::ldl).withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(Matrix.zeros(2, 3)::ldl)
                .withMessage("matrix is not square: 2x3");
    }

    @Test
    void equalFactorizationsAreEqual() {
        Matrix a = symmetric(1, 4);
        assertThat(a.ldl()).isEqualTo(a.ldl()).hasSameHashCodeAs(a.ldl());
        assertThat(a.ldl()).isNotEqualTo(a.times(2).ldl());
        assertThat(Matrix.ofRow(3).ldl())
                .hasToString("l: " + Matrix.ofRow(1) + "\nd: " + Matrix.ofRow(3) + "\npermutation: [0]");
    }
}
