package io.github.rustffi;

import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.error;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.orthogonality;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchurTest {
    /** That of LAPACK's own tests, {@code dget22} and {@code dhst01}. */
    private static final double THRESHOLD = 30;

    /** Requires the factors of a matrix, whose product and norms have to be within the range of doubles. */
    private static void assertDecomposes(Matrix a) {
        int n = a.rows();
        Schur schur = a.schur();
        Matrix t = schur.t();
        assertThat(error(product(schur.q(), t), a, n)).as("schur of %s", a).isLessThan(THRESHOLD);
        assertThat(orthogonality(schur.q())).isLessThan(THRESHOLD);
        assertIsStandard(t);
        Hessenberg hessenberg = a.hessenberg();
        assertThat(error(product(hessenberg.q(), hessenberg.h()), a, n))
                .as("hessenberg of %s", a)
                .isLessThan(THRESHOLD);
        assertThat(orthogonality(hessenberg.q())).isLessThan(THRESHOLD);
        assertIsHessenberg(hessenberg.h());
    }

    private static Matrix product(Matrix q, Matrix form) {
        return naiveProduct(naiveProduct(q, form), q.transpose());
    }

    private static void assertIsHessenberg(Matrix h) {
        for (int i = 0; i < h.rows(); i++) {
            for (int j = 0; j < i - 1; j++) {
                assertThat(h.get(i, j)).isZero();
            }
        }
    }

    private static void assertIsStandard(Matrix t) {
        assertIsHessenberg(t);
        for (int i = 0; i + 1 < t.rows(); i++) {
            if (t.get(i + 1, i) != 0) {
                assertThat(t.get(i, i)).isEqualTo(t.get(i + 1, i + 1));
                assertThat(Math.signum(t.get(i, i + 1)) * Math.signum(t.get(i + 1, i)))
                        .isEqualTo(-1);
                i++;
                assertThat(i + 1 < t.rows() ? t.get(i + 1, i) : 0).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 47, 48, 49, 50, 64, 75, 76, 100, 150, 257})
    void theFactorsAreThoseOfTheMatrix(int n) {
        assertDecomposes(random(1, n, n));
        assertDecomposes(symmetric(2, n));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 48, 49, 90})
    void matricesOfEveryKindHaveFactors(int n) {
        assertDecomposes(Matrix.zeros(n, n));
        assertDecomposes(Matrix.identity(n));
        assertDecomposes(Matrix.filled(n, n, 1));
        assertDecomposes(Matrix.generate(n, n, (i, j) -> i == j ? 3 : i + 1 == j ? 1 : 0)); // a Jordan block
        assertDecomposes(Matrix.generate(n, n, (i, j) -> i > j ? 1 : 0)); // nilpotent
        assertDecomposes(Matrix.generate(n, n, (i, j) -> (i + 1) % n == j ? 1 : 0)); // cyclic
        assertDecomposes(Matrix.generate(n, n, (i, j) -> Math.pow(0.1, i) / (1 + j))); // graded
        assertDecomposes(random(3, n, n).minus(random(3, n, n).transpose())); // rotations
        Matrix clustered = random(4, n, n).times(1e-9);
        assertDecomposes(clustered.plus(Matrix.identity(n)));
        Matrix q = random(5, n, n).qr().q();
        assertDecomposes(q);
        assertDecomposes(q.times(Matrix.generate(n, n, (i, j) -> i == j ? 1 : i + 1 == j ? 1e3 : 0))
                .timesTranspose(q));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 48, 49, 80})
    void scalesChangeNothingElse(int n) {
        Matrix a = random(1, n, n);
        Schur schur = a.schur();
        Hessenberg hessenberg = a.hessenberg();
        for (int exponent : new int[] {-1000, -60, 60, 1010}) {
            Matrix scaled = a.map(x -> Math.scalb(x, exponent));
            assertThat(scaled.schur().q()).isEqualTo(schur.q());
            assertThat(scaled.schur().t()).isEqualTo(schur.t().map(x -> Math.scalb(x, exponent)));
            assertThat(scaled.hessenberg().q()).isEqualTo(hessenberg.q());
            assertThat(scaled.hessenberg().h()).isEqualTo(hessenberg.h().map(x -> Math.scalb(x, exponent)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 49, 70})
    void blocksStayBlocksWhereValuesUnderflow(int n) {
        Matrix a = random(1, n, n);
        for (int exponent = -1030; exponent > -1080; exponent--) {
            int by = exponent;
            Matrix scaled = a.map(x -> Math.scalb(x, by));
            assertIsStandard(scaled.schur().t());
        }
        // Of very different magnitudes beside the diagonal.
        Matrix t = Matrix.of(2, 2, 1e-300, 1e-315, -1e-305, 1e-300).schur().t();
        assertIsStandard(t);
        assertThat(t.map(Math::abs).get(0, 1)).isNotZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 60})
    void theEigenvaluesStandOnTheDiagonal(int n) {
        Matrix a = random(1, n, n);
        Matrix t = a.schur().t();
        double[] real = t.diagonal();
        Arrays.sort(real);
        double[] expected = a.eigenvalues().column(0);
        Arrays.sort(expected);
        assertThat(real).containsExactly(expected, within(1e-10));
        double[] values = symmetric(2, n).schur().t().diagonal();
        Arrays.sort(values);
        assertThat(values).containsExactly(symmetric(2, n).symmetricEigenvalues(), within(1e-12));
    }

    @Test
    void whatTheTextbookSays() {
        Schur turn = Matrix.of(2, 2, 1, 2, -8, 1).schur();
        assertThat(turn.t()).isEqualTo(Matrix.of(2, 2, 1, 2, -8, 1));
        assertThat(turn.q()).isEqualTo(Matrix.identity(2));
        Schur triangle = Matrix.of(2, 2, 1, 2, 0, 3).schur();
        assertThat(triangle.t()).isEqualTo(Matrix.of(2, 2, 1, 2, 0, 3));
        Hessenberg hessenberg = Matrix.of(3, 3, 1, 2, 3, 3, 5, 6, 4, 8, 9).hessenberg();
        assertThat(Math.abs(hessenberg.h().get(1, 0))).isCloseTo(5, within(1e-15));
        assertThat(hessenberg.h().trace()).isCloseTo(15, within(1e-14));
    }

    @Test
    void wrongMatricesAreRefused() {
        for (Runnable call : new Runnable[] {Matrix.zeros(2, 3)::schur, Matrix.zeros(2, 3)::hessenberg}) {
            assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("matrix is not square: 2x3");
        }
        Matrix infinite = Matrix.of(2, 2, 1, 2, Double.POSITIVE_INFINITY, Double.NaN);
        for (Runnable call : new Runnable[] {infinite::schur, infinite::hessenberg}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix has an infinity at row 1, column 0");
        }
        Matrix huge = Matrix.filled(3, 3, Double.MAX_VALUE);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(huge::schur)
                .withMessage("the Schur form T is beyond 1.7976931348623157E308");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(huge::hessenberg)
                .withMessage("the Hessenberg form H is beyond 1.7976931348623157E308");
    }

    @Test
    void equalFormsAreEqual() {
        Matrix a = random(1, 4, 4);
        assertThat(a.schur()).isEqualTo(a.schur()).hasSameHashCodeAs(a.schur());
        assertThat(a.schur()).isNotEqualTo(a.times(2).schur()).isNotEqualTo(a);
        assertThat(a.hessenberg()).isEqualTo(a.hessenberg()).hasSameHashCodeAs(a.hessenberg());
        assertThat(a.hessenberg()).isNotEqualTo(a.times(2).hessenberg()).isNotEqualTo(a);
        assertThat(bits(a.schur().t().toArray())).isEqualTo(bits(a.schur().t().toArray()));
        assertThat(Matrix.ofRow(3).schur()).hasToString("q: " + Matrix.ofRow(1) + "\nt: " + Matrix.ofRow(3));
        assertThat(Matrix.ofRow(3).hessenberg()).hasToString("q: " + Matrix.ofRow(1) + "\nh: " + Matrix.ofRow(3));
    }
}
