package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.error;
import static io.github.rustffi.Matrices.hilbert;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.orthogonality;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Solving, inverting, and the factorizations LU, Cholesky and QR; errors in units of n·ε, as LAPACK's tests state them.
 */
class FactorizationTest {
    /** The threshold of LAPACK's own tests. */
    private static final double LAPACK = 30;

    private static final Matrix SINGULAR = Matrix.of(2, 2, 1, 2, 2, 4);
    private static final Matrix WIDE = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);

    @ParameterizedTest
    @CsvSource({
        "0,0", "1,1", "2,2", "3,3", "5,5", "10,10", "50,50", "129,129", "257,257", "1,7", "7,1", "40,9", "9,40",
        "200,70", "70,200", "0,4", "4,0"
    })
    void luReproducesTheMatrix(int rows, int columns) {
        Matrix a = random(rows, rows, columns);
        Lu lu = a.lu();
        assertThat(lu.l().columns()).isEqualTo(lu.u().rows()).isEqualTo(Math.min(rows, columns));
        Matrix permuted = naiveProduct(lu.l(), lu.u());
        for (int i = 0; i < rows; i++) {
            Matrix expected = Matrix.of(1, columns, a.row(lu.rowPermutation()[i]));
            double difference =
                    permuted.submatrix(i, 0, 1, columns).minus(expected).norm();
            assertThat(difference).isLessThanOrEqualTo(LAPACK * Math.max(rows, columns) * EPSILON * a.norm());
        }
        assertThat(Arrays.stream(lu.rowPermutation()).sorted().distinct().count())
                .isEqualTo(rows);
        Matrix l = lu.l();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < l.columns(); j++) {
                double value = l.get(i, j);
                assertThat(Math.abs(value)).isLessThanOrEqualTo(1);
                assertThat(i == j && value != 1 || j > i && value != 0).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 10, 50, 129, 257})
    void everyWayOfSolvingLeavesASmallResidual(int n) {
        Matrix a = random(n, n, n);
        Matrix spd = positiveDefinite(n, n);
        for (int right : new int[] {1, 3, n}) {
            Matrix b = random(right, n, right);
            for (Matrix x : List.of(a.solve(b), a.lu().solve(b), a.qr().solve(b))) {
                assertThat(residual(a, x, b)).isLessThan(LAPACK);
            }
            for (Matrix x : List.of(spd.solve(b), spd.cholesky().solve(b))) {
                assertThat(residual(spd, x, b)).isLessThan(LAPACK);
            }
        }
        double[] b = random(7, n, 1).toArray();
        Matrix column = Matrix.of(n, 1, b);
        assertThat(a.solve(b)).containsExactly(a.solve(column).toArray());
        assertThat(a.lu().solve(b)).containsExactly(a.lu().solve(column).toArray());
        assertThat(a.qr().solve(b)).containsExactly(a.qr().solve(column).toArray());
        assertThat(spd.cholesky().solve(b))
                .containsExactly(spd.cholesky().solve(column).toArray());
    }

    private static double residual(Matrix a, Matrix x, Matrix b) {
        double scale = a.norm() * x.norm() * a.rows() * EPSILON;
        return naiveProduct(a, x).minus(b).norm() / scale;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 10, 65, 257})
    void theInverseTimesTheMatrixIsTheIdentity(int n) {
        Matrix a = random(n, n, n);
        Matrix inverse = a.inverse();
        double difference = naiveProduct(a, inverse).minus(Matrix.identity(n)).norm();
        assertThat(difference).isLessThanOrEqualTo(LAPACK * n * EPSILON * a.norm() * inverse.norm());
    }

    @Test
    void theInverseOfAHilbertMatrixIsMadeOfWholeNumbers() {
        Matrix exact = Matrix.of(new double[][] {
            {25, -300, 1050, -1400, 630},
            {-300, 4800, -18900, 26880, -12600},
            {1050, -18900, 79380, -117600, 56700},
            {-1400, 26880, -117600, 179200, -88200},
            {630, -12600, 56700, -88200, 44100}
        });
        // The condition number is 4.8e5.
        assertThat(error(hilbert(5).inverse(), exact, 5)).isLessThan(4.8e5);
        assertThat(hilbert(5).determinant()).isCloseTo(1.0 / 266_716_800_000.0, within(1e-22));
    }

    @Test
    void determinantsAreThoseKnown() {
        assertThat(Matrix.of(2, 2, 1, 2, 3, 4).determinant()).isCloseTo(-2, within(1e-15));
        assertThat(Matrix.of(3, 3, 8, 1, 6, 3, 5, 7, 4, 9, 2).determinant()).isCloseTo(-360, within(1e-12));
        assertThat(Matrix.of(2, 2, 0, 1, 1, 0).determinant()).isEqualTo(-1);
        assertThat(SINGULAR.determinant()).isZero();
        assertThat(Matrix.zeros(3, 3).determinant()).isZero();
        assertThat(Matrix.diagonal(1e200, 1e200, 1e-300).determinant()).isCloseTo(1e100, within(1e86));
        assertThat(Matrix.diagonal(1e200, -1e200).determinant()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Matrix.identity(0).lu().determinant()).isEqualTo(1);
        assertThat(Matrix.identity(0).cholesky().determinant()).isEqualTo(1);
        Matrix a = positiveDefinite(1, 20);
        assertThat(a.lu().determinant()).isCloseTo(a.determinant(), within(1e-12 * a.determinant()));
        assertThat(a.cholesky().determinant()).isCloseTo(a.determinant(), within(1e-12 * a.determinant()));
    }

    @Test
    void rcondTellsHowCloseToSingularAMatrixIs() {
        assertThat(Matrix.identity(5).lu().rcond()).isEqualTo(1);
        assertThat(SINGULAR.lu().rcond()).isZero();
        assertThat(Matrix.diagonal(1, 1e-10).lu().rcond()).isCloseTo(1e-10, within(1e-20));
        // The condition number of this matrix in the one-norm is 943656.
        assertThat(hilbert(5).lu().rcond()).isBetween(1 / 943_657.0, 3 / 943_656.0);
        assertThat(Matrix.identity(0).lu().rcond()).isEqualTo(1);
    }

    @Test
    void aSingularMatrixCannotBeSolvedButFactored() {
        Lu lu = SINGULAR.lu();
        assertThat(lu.u().get(1, 1)).isZero();
        Matrix b = Matrix.identity(2);
        for (Consumer<Matrix> solve : List.<Consumer<Matrix>>of(
                SINGULAR::solve, lu::solve, x -> SINGULAR.inverse(), x -> SINGULAR.solve(x.column(0)))) {
            assertThatExceptionOfType(SingularMatrixException.class)
                    .isThrownBy(() -> solve.accept(b))
                    .isInstanceOf(ArithmeticException.class)
                    .withMessage("matrix is singular: pivot 1 is zero");
        }
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> Matrix.zeros(3, 2).qr().solve(Matrix.zeros(3, 1)))
                .withMessage("matrix is singular: pivot 0 is zero");
    }

    @Test
    void aResultTooLargeForADoubleIsAnArithmeticException() {
        Matrix tiny = Matrix.of(1, 1, 1e-300);
        double[] huge = {1e300};
        for (Runnable solve : List.<Runnable>of(
                () -> tiny.solve(huge),
                () -> tiny.lu().solve(huge),
                () -> tiny.cholesky().solve(huge),
                () -> tiny.qr().solve(huge))) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(solve::run)
                    .withMessage("the solution is beyond 1.7976931348623157E308");
        }
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Matrix.of(1, 1, Double.MIN_VALUE).inverse())
                .withMessage("the solution is beyond 1.7976931348623157E308");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 50, 129, 257})
    void choleskyReproducesTheMatrix(int n) {
        Matrix a = positiveDefinite(n, n);
        Matrix l = a.cholesky().l();
        assertThat(error(naiveProduct(l, l.transpose()), a, n)).isLessThan(LAPACK);
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                assertThat(l.get(i, j)).isZero();
            }
        }
    }

    @Test
    void choleskyRejectsWhatHasNoFactor() {
        assertThatExceptionOfType(NotPositiveDefiniteException.class)
                .isThrownBy(() -> Matrix.of(2, 2, 1, 2, 2, 1).cholesky())
                .isInstanceOf(ArithmeticException.class)
                .withMessage("matrix is not positive definite: pivot 1 is not positive");
        assertThatExceptionOfType(NotPositiveDefiniteException.class)
                .isThrownBy(() -> Matrix.zeros(2, 2).cholesky())
                .withMessage("matrix is not positive definite: pivot 0 is not positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(2, 2, 2, 1, 1.5, 2).cholesky())
                .withMessage("matrix is not symmetric: 1.5 at row 1, column 0, but 1.0 at row 0, column 1, and they "
                        + "may differ by 2.9802322387695313E-8, sqrt(epsilon) times the largest magnitude; "
                        + "symmetrized returns the symmetric part");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0", "1,1", "2,2", "3,3", "10,10", "50,50", "129,129", "257,257", "1,7", "7,1", "40,9", "9,40", "200,70",
        "70,200", "0,4", "4,0"
    })
    void qrReproducesTheMatrix(int rows, int columns) {
        Matrix a = random(rows, rows, columns);
        Qr qr = a.qr();
        int n = Math.max(rows, columns);
        assertThat(qr.q().columns()).isEqualTo(qr.r().rows()).isEqualTo(Math.min(rows, columns));
        assertThat(error(naiveProduct(qr.q(), qr.r()), a, n)).isLessThan(LAPACK);
        assertThat(orthogonality(qr.q())).isLessThan(LAPACK);
        Matrix r = qr.r();
        for (int i = 1; i < r.rows(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(r.get(i, j)).isZero();
            }
        }
    }

    @Test
    void qrSolvesLeastSquares() {
        // The line through four points: 3.5 + 1.4 t.
        Matrix a = Matrix.of(4, 2, 1, 1, 1, 2, 1, 3, 1, 4);
        assertThat(a.qr().solve(new double[] {6, 5, 7, 10})).containsExactly(new double[] {3.5, 1.4}, within(1e-13));
        Matrix tall = random(1, 100, 7);
        Matrix b = random(2, 100, 2);
        Matrix residual = b.minus(tall.times(tall.qr().solve(b)));
        assertThat(naiveProduct(tall.transpose(), residual).norm())
                .isLessThan(LAPACK * 100 * EPSILON * tall.norm() * b.norm());
    }

    @Test
    void theConditionTellsWhatRoundingHides() {
        Matrix a = Matrix.of(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(a.lu().rcond()).isPositive().isLessThan(1e-16);
        assertThat(a.inverse().norm()).isGreaterThan(1e15);
        double[] b = {6, 15, 24};
        assertThat(a.times(a.leastSquares(b))).containsExactly(b, within(1e-13));
        Matrix inverse = a.pseudoInverse();
        assertThat(error(naiveProduct(naiveProduct(a, inverse), a), a, 3)).isLessThan(LAPACK);
    }

    @Test
    void rejectsShapesThatDoNotSuit() {
        Matrix square = Matrix.identity(2);
        Matrix b = Matrix.zeros(3, 1);
        for (Runnable call : List.<Runnable>of(
                WIDE::determinant,
                WIDE::cholesky,
                WIDE::symmetrized,
                () -> WIDE.lu().determinant(),
                () -> WIDE.lu().rcond())) {
            assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("matrix is not square: 2x3");
        }
        for (Runnable call : List.<Runnable>of(
                () -> square.solve(b),
                () -> square.solve(new double[3]),
                () -> square.lu().solve(b),
                () -> square.cholesky().solve(b),
                () -> square.qr().solve(b))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix shapes do not agree: 2x2 solve 3x1");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WIDE.qr().solve(Matrix.zeros(2, 1)))
                .withMessage("a 2x3 matrix has fewer rows than columns; leastSquares takes a matrix of any shape");
        for (Runnable call : List.<Runnable>of(() -> WIDE.solve(b), () -> WIDE.solve(new double[2]), () -> WIDE.lu()
                .solve(b))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix is not square: 2x3; leastSquares takes a matrix of any shape");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(WIDE::inverse)
                .withMessage("matrix is not square: 2x3; pseudoInverse takes a matrix of any shape");
    }

    @ParameterizedTest
    @CsvSource({"NaN,a NaN", "Infinity,an infinity", "-Infinity,an infinity"})
    void rejectsValuesThatAreNotFiniteByTheirPosition(double value, String name) {
        Matrix a = Matrix.of(3, 3, 1, 0, 0, 0, 1, value, 0, value, 1);
        Matrix identity = Matrix.identity(3);
        for (Runnable call :
                List.<Runnable>of(() -> a.solve(identity), a::inverse, a::determinant, a::lu, a::cholesky, a::qr)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix has " + name + " at row 1, column 2");
        }
    }

    @Test
    void rejectsNullByName() {
        Matrix a = Matrix.identity(2);
        for (Runnable call : List.<Runnable>of(
                () -> a.lu().solve((Matrix) null),
                () -> a.lu().solve((double[]) null),
                () -> a.cholesky().solve((Matrix) null),
                () -> a.cholesky().solve((double[]) null),
                () -> a.qr().solve((Matrix) null),
                () -> a.qr().solve((double[]) null))) {
            assertThatNullPointerException().isThrownBy(call::run).withMessage("b");
        }
    }

    @Test
    void argumentsAreNeverModified() {
        double[] values = positiveDefinite(3, 30).toArray();
        double[] right = random(4, 30, 2).toArray();
        Matrix a = Matrix.of(30, 30, values);
        Matrix b = Matrix.of(30, 2, right);
        double[] vector = b.column(0);
        a.solve(b);
        a.lu().solve(b);
        a.cholesky().solve(b);
        a.qr().solve(b);
        a.qr().q();
        a.inverse();
        a.times(b);
        a.solve(vector);
        assertThat(a.toArray()).containsExactly(values);
        assertThat(b.toArray()).containsExactly(right);
        assertThat(vector).containsExactly(b.column(0));
    }

    @Test
    void factorizationsAreValues() {
        Matrix a = positiveDefinite(5, 4);
        assertThat(a.lu())
                .isEqualTo(a.lu())
                .hasSameHashCodeAs(a.lu())
                .isNotEqualTo(a.times(2.0).lu());
        assertThat(a.qr())
                .isEqualTo(a.qr())
                .hasSameHashCodeAs(a.qr())
                .isNotEqualTo(a.times(2.0).qr());
        assertThat(a.cholesky())
                .isEqualTo(a.cholesky())
                .hasSameHashCodeAs(a.cholesky())
                .isNotEqualTo(a.times(2.0).cholesky());
        assertThat(Matrix.of(2, 2, 1, 2, 4, 3).lu())
                .hasToString("l: 2x2 matrix\n   1.0  0.0\n  0.25  1.0\nu: 2x2 matrix\n  4.0   3.0\n  0.0  1.25\n"
                        + "row permutation: [1, 0]");
        assertThat(Matrix.of(1, 1, 4).cholesky()).hasToString("l: 1x1 matrix\n  2.0");
        assertThat(Matrix.of(1, 1, 4).qr().toString())
                .startsWith("q: 1x1 matrix\n")
                .contains("\nr: 1x1 matrix\n");
        int[] permutation = a.lu().rowPermutation();
        permutation[0] = 99;
        assertThat(a.lu().rowPermutation()[0]).isNotEqualTo(99);
    }
}
