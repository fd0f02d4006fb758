package io.github.rustffi;

import static io.github.rustffi.Matrices.hilbert;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What factorizations compute beside their factors: inverses, logarithms of determinants, and solutions by parts. */
class FactorsTest {
    private static final String BEYOND = "the solution is beyond 1.7976931348623157E308";

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 60, 150})
    void inversesAgreeWithThatOfTheMatrix(int n) {
        Matrix a = positiveDefinite(1, n);
        Matrix inverse = a.inverse();
        double tolerance = 1e-13 * Math.max(1, inverse.maxAbs()) * Math.max(1, n);
        assertThat(a.lu().inverse().isClose(inverse, 0, tolerance)).isTrue();
        Matrix ofCholesky = a.cholesky().inverse();
        assertThat(ofCholesky.isClose(inverse, 0, tolerance)).isTrue();
        assertThat(ofCholesky.isSymmetric()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 60})
    void logarithmsOfDeterminantsAgreeWithTheDeterminant(int n) {
        Matrix a = positiveDefinite(2, n);
        assertThat(a.cholesky().logDeterminant()).isCloseTo(Math.log(a.determinant()), within(1e-12 * (1 + n)));
        for (int seed = 0; seed < 10; seed++) {
            Matrix b = random(seed, n, n);
            Lu lu = b.lu();
            double determinant = b.determinant();
            assertThat(lu.determinantSign()).isEqualTo((int) Math.signum(determinant));
            assertThat(lu.logAbsDeterminant()).isCloseTo(Math.log(Math.abs(determinant)), within(1e-12 * (1 + n)));
        }
    }

    @Test
    void logarithmsOfDeterminantsDoNotOverflow() {
        int n = 400;
        Matrix large = Matrix.identity(n).times(1e200);
        double expected = n * Math.log(1e200);
        assertThat(large.cholesky().logDeterminant()).isCloseTo(expected, within(1e-9));
        assertThat(large.lu().logAbsDeterminant()).isCloseTo(expected, within(1e-9));
        assertThat(large.div(1e200).times(1e-200).cholesky().logDeterminant()).isCloseTo(-expected, within(1e-9));
        assertThat(Matrix.zeros(2, 2).lu().logAbsDeterminant()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Matrix.zeros(2, 2).lu().determinantSign()).isZero();
        assertThat(Matrix.zeros(0, 0).lu().determinantSign()).isEqualTo(1);
        assertThat(Matrix.of(2, 2, 0, 1, 1, 0).lu().determinantSign()).isEqualTo(-1);
        assertThat(Matrix.of(3, 3, 0, 1, 0, 0, 0, 1, 1, 0, 0).lu().determinantSign())
                .isEqualTo(1);
        assertThat(Matrix.diagonal(-1, 1, 1).lu().determinantSign()).isEqualTo(-1);
        for (Runnable call : new Runnable[] {
            Matrix.zeros(2, 3).lu()::determinantSign,
            Matrix.zeros(2, 3).lu()::logAbsDeterminant,
            Matrix.zeros(2, 3).lu()::inverse
        }) {
            assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("matrix is not square: 2x3");
        }
    }

    @Test
    void rcondOfCholeskyIsThatOfLu() {
        for (int n : new int[] {1, 2, 5, 40}) {
            Matrix a = positiveDefinite(3, n);
            double expected = a.lu().rcond();
            assertThat(a.cholesky().rcond()).isCloseTo(expected, within(1e-10 * expected));
        }
        Matrix hilbert = hilbert(8);
        double exact = 1 / (hilbert.norm1() * hilbert.inverse().norm1());
        assertThat(hilbert.cholesky().rcond()).isBetween(exact * 0.9, exact * 3);
        assertThat(Matrix.zeros(0, 0).cholesky().rcond()).isEqualTo(1);
        assertThat(Matrix.identity(3).times(1e300).cholesky().rcond()).isCloseTo(1, within(1e-12));
        assertThat(Matrix.diagonal(1, 1e-10).cholesky().rcond()).isCloseTo(1e-10, within(1e-20));
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,1", "2,3", "3,0", "10,4", "65,7", "150,150"})
    void eitherFactorOfCholeskySolves(int n, int columns) {
        Cholesky cholesky = positiveDefinite(4, n).cholesky();
        Matrix l = cholesky.l();
        Matrix b = random(5, n, columns);
        double tolerance = 1e-13 * (1 + n);
        Matrix y = cholesky.solveL(b);
        assertThat(naiveProduct(l, y).isClose(b, 0, tolerance)).isTrue();
        Matrix x = cholesky.solveLTranspose(b);
        assertThat(naiveProduct(l.transpose(), x).isClose(b, 0, tolerance)).isTrue();
        assertThat(cholesky.solveLTranspose(y).isClose(cholesky.solve(b), 1e-10, tolerance))
                .isTrue();
        if (columns > 0) {
            double[] first = b.column(0);
            assertThat(Matrix.ofColumn(cholesky.solveL(first)).isClose(y.submatrix(0, 0, n, 1), 1e-10, tolerance))
                    .isTrue();
            assertThat(Matrix.ofColumn(cholesky.solveLTranspose(first))
                            .isClose(x.submatrix(0, 0, n, 1), 1e-10, tolerance))
                    .isTrue();
        }
    }

    @Test
    void triangularSolutionsOfKnownMatrices() {
        Cholesky cholesky = Matrix.of(2, 2, 4, 2, 2, 10).cholesky();
        assertThat(cholesky.l()).isEqualTo(Matrix.of(2, 2, 2, 0, 1, 3));
        assertThat(cholesky.solveL(new double[] {2, 7})).containsExactly(1, 2);
        assertThat(cholesky.solveLTranspose(new double[] {4, 6})).containsExactly(1, 2);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Matrix.ofRow(Double.MIN_VALUE).cholesky().solveL(new double[] {Double.MAX_VALUE}))
                .withMessage(BEYOND);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cholesky.solveL(new double[3]))
                .withMessage("matrix shapes do not agree: 2x2 solve 3x1");
        assertThatNullPointerException()
                .isThrownBy(() -> cholesky.solveL((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> cholesky.solveLTranspose((double[]) null))
                .withMessage("b");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "3,0", "1,1", "5,2", "40,40", "90,30"})
    void theTriangleOfQrSolves(int rows, int columns) {
        Matrix a = random(6, rows, columns);
        Qr qr = a.qr();
        Matrix b = random(7, rows, 3);
        Matrix x = qr.solveR(naiveProduct(qr.q().transpose(), b));
        assertThat(x.isClose(qr.solve(b), 1e-9, 1e-11)).isTrue();
        assertThat(Matrix.ofColumn(qr.solveR(naiveProduct(qr.q().transpose(), b).column(1)))
                        .isClose(Matrix.ofColumn(x.column(1)), 1e-9, 1e-11))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Matrix.Triangle.class)
    void aTriangleSolves(Matrix.Triangle triangle) {
        boolean isUpper = triangle.name().endsWith("UPPER");
        boolean isUnit = triangle.name().startsWith("UNIT");
        for (int n : new int[] {0, 1, 2, 3, 9, 40, 129}) {
            Matrix a = random(6, n, n).plus(Matrix.identity(n).times(n + 1.0));
            Matrix t = Matrix.generate(
                    n, n, (i, j) -> i == j && isUnit ? 1 : i == j || isUpper == (i < j) ? a.get(i, j) : 0);
            if (isUnit) {
                // So that ones on the diagonal are no small pivots.
                t = Matrix.identity(n).plus(t.minus(Matrix.identity(n)).div(n + 1.0));
            }
            Matrix stored = isUnit ? t.plus(Matrix.identity(n).times(7)) : a;
            Matrix x = random(7, n, 3);
            Matrix b = naiveProduct(t, x);
            assertThat(stored.solveTriangular(triangle, b).isClose(x, 1e-11, 1e-12))
                    .isTrue();
            Matrix c = naiveProduct(t.transpose(), x);
            assertThat(stored.solveTriangularTranspose(triangle, c).isClose(x, 1e-11, 1e-12))
                    .isTrue();
            assertThat(stored.solveTriangular(triangle, b.column(1)))
                    .isEqualTo(stored.solveTriangular(triangle, Matrix.ofColumn(b.column(1)))
                            .toArray());
            assertThat(stored.solveTriangularTranspose(triangle, c.column(1)))
                    .isEqualTo(stored.solveTriangularTranspose(triangle, Matrix.ofColumn(c.column(1)))
                            .toArray());
        }
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.identity(1).solveTriangular(triangle, (Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.identity(1).solveTriangularTranspose(null, new double[1]))
                .withMessage("triangle");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 8, 9, 40, 129})
    void aMatrixOnTheRightSolves(int n) {
        Matrix a = random(6, n, n).plus(Matrix.identity(n).times(n + 1.0));
        Matrix x = random(7, 3, n);
        assertThat(a.solveRight(naiveProduct(x, a)).isClose(x, 1e-11, 1e-12)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.solveRight(Matrix.zeros(2, n + 1)))
                .withMessage("matrix shapes do not agree: 2x%d solve right %dx%d", n + 1, n, n);
        assertThatNullPointerException().isThrownBy(() -> a.solveRight(null)).withMessage("b");
    }

    @Test
    void theConditionOfQrIsThatOfItsTriangle() {
        assertThat(Matrix.diagonal(8, -2).qr().rcond()).isEqualTo(0.25);
        assertThat(Matrix.of(2, 2, 1, 1, 0, 0).qr().rcond()).isZero();
        assertThat(Matrix.zeros(3, 0).qr().rcond()).isEqualTo(1);
        Matrix a = random(3, 90, 30);
        assertThat(a.qr().rcond()).isBetween(1 / (30 * a.conditionNumber()), 3 * 30 / a.conditionNumber());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(2, 3).qr().rcond())
                .withMessage("a 2x3 matrix has fewer rows than columns");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 13, 40, 129})
    void valuesAloneAreThoseOfTheDecompositions(int n) {
        Matrix a = random(5, n, n + 3);
        assertThat(a.singularValues()).containsExactly(a.svd().singularValues(), within(1e-12 * (n + 1)));
        Matrix s = a.timesTranspose(a);
        double bound = 1e-13 * s.norm();
        assertThat(s.symmetricEigenvalues()).containsExactly(s.symmetricEigen().values(), within(bound));
        Matrix general = s.eigenvalues();
        assertThat(general.columns()).isEqualTo(2);
        double[] real = general.column(0);
        Arrays.sort(real);
        assertThat(real).containsExactly(s.symmetricEigen().values(), within(bound * (n + 1)));
        assertThat(Arrays.stream(general.column(1)).allMatch(x -> x == 0)).isTrue();
    }

    @Test
    void eigenvaluesAloneComeAsPairs() {
        assertThat(Matrix.of(2, 2, 0, -1, 1, 0).eigenvalues()).isEqualTo(Matrix.of(2, 2, 0, 1, 0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(2, 2, 1, 2, 3, 4).symmetricEigenvalues())
                .withMessageStartingWith("matrix is not symmetric: ");
    }

    @Test
    void theTriangleOfQrHasToBeSquareAndRegular() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(2, 3).qr().solveR(new double[2]))
                .withMessage("a 2x3 matrix has fewer rows than columns");
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> Matrix.of(2, 2, 1, 1, 0, 0).qr().solveR(new double[2]))
                .withMessage("matrix is singular: pivot 1 is zero");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.identity(2).qr().solveR(new double[3]))
                .withMessage("matrix shapes do not agree: 2x2 solve 3x1");
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "5,5,5", "9,4,4", "4,9,4", "60,20,7", "20,60,7", "0,3,0", "3,0,0"})
    void svdSolvesAsLeastSquaresDoes(int rows, int columns, int rank) {
        Matrix a = naiveProduct(random(1, rows, rank), random(2, rank, columns));
        Svd svd = a.svd();
        Matrix b = random(3, rows, 2);
        Matrix expected = a.leastSquares(b);
        assertThat(svd.solve(b).isClose(expected, 1e-9, 1e-11)).isTrue();
        assertThat(Matrix.ofColumn(svd.solve(b.column(1))).isClose(Matrix.ofColumn(expected.column(1)), 1e-9, 1e-11))
                .isTrue();
        assertThat(svd.pseudoInverse().isClose(a.pseudoInverse(), 1e-9, 1e-11)).isTrue();
        assertThat(svd.rank()).isEqualTo(rank);
        if (rank > 0) {
            assertThat(svd.conditionNumber()).isCloseTo(a.conditionNumber(), within(1e-9 * svd.conditionNumber()));
        }
    }

    @Test
    void aToleranceCutsSmallSingularValuesOff() {
        Svd svd = Matrix.diagonal(4, 2, 1).svd();
        assertThat(svd.rank(0)).isEqualTo(3);
        assertThat(svd.rank(0.25)).isEqualTo(2);
        assertThat(svd.rank(1)).isZero();
        assertThat(Matrix.zeros(2, 2).svd().rank(0)).isZero();
        assertThat(Matrix.zeros(0, 2).svd().rank(0)).isZero();
        assertThat(svd.solve(new double[] {4, 4, 4}, 0.25)).containsExactly(new double[] {1, 2, 0}, within(1e-15));
        assertThat(svd.pseudoInverse(0.5).diagonal()).containsExactly(new double[] {0.25, 0, 0}, within(1e-15));
        for (double tolerance : new double[] {-1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> svd.solve(new double[3], tolerance))
                    .withMessage("tolerance must be at least 0, but is " + tolerance);
        }
    }

    @Test
    void svdSolvesInTheWholeRangeOfDoubles() {
        for (double scale : new double[] {1e300, 1e-300, 0x1p-1060}) {
            Svd svd = Matrix.diagonal(2 * scale, scale).svd();
            assertThat(svd.solve(new double[] {2 * scale, 3 * scale}))
                    .containsExactly(new double[] {1, 3}, within(1e-13));
        }
        assertThat(Matrix.diagonal(1e300, 1e290).svd().solve(new double[] {1e-10, 0})[0])
                .isCloseTo(1e-310, within(1e-322));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Matrix.ofRow(1e-300).svd().solve(new double[] {1e300}))
                .withMessage(BEYOND);
        assertThat(Matrix.zeros(2, 2).svd().solve(new double[] {1, 2})).containsExactly(0, 0);
        assertThat(Matrix.identity(2).svd().solve(new double[2])).containsExactly(0, 0);
    }

    @Test
    void approximationIsTheNearestOfItsRank() {
        Matrix a = random(8, 12, 7);
        Svd svd = a.svd();
        double[] s = svd.singularValues();
        for (int rank = 0; rank <= 7; rank++) {
            Matrix near = svd.approximation(rank);
            double rest = Math.sqrt(DoubleStream.of(Arrays.copyOfRange(s, rank, 7))
                    .map(x -> x * x)
                    .sum());
            assertThat(near.minus(a).norm()).isCloseTo(rest, within(1e-13));
            assertThat(near.rank()).isEqualTo(rank);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> svd.approximation(8))
                .withMessage("rank must be from 0 to 7, but is 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> svd.approximation(-1))
                .withMessage("rank must be from 0 to 7, but is -1");
    }

    @Test
    void svdRejectsWhatDoesNotSuit() {
        Svd svd = Matrix.zeros(3, 2).svd();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> svd.solve(new double[2]))
                .withMessage("matrix shapes do not agree: 3x2 least squares 2x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> svd.solve(new double[] {1, Double.NaN, 3}))
                .withMessage("matrix has a NaN at row 1, column 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> svd.solve(Matrix.of(3, 2, 1, 2, 3, 4, 5, Double.NEGATIVE_INFINITY)))
                .withMessage("matrix has an infinity at row 2, column 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(0, 3).svd().conditionNumber())
                .withMessage("the condition number of a 0x3 matrix is not defined");
        assertThat(svd.conditionNumber()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThatNullPointerException()
                .isThrownBy(() -> svd.solve((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> svd.solve((double[]) null))
                .withMessage("b");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 30})
    void eachEigenvectorSatisfiesItsDefinition(int n) {
        Matrix a = random(n, n, n);
        Eigen eigen = a.eigen();
        double[] real = eigen.realValues();
        double[] imaginary = eigen.imaginaryValues();
        for (int j = 0; j < n; j++) {
            double[] x = eigen.realVector(j);
            double[] y = eigen.imaginaryVector(j);
            assertThat(eigen.isReal(j)).isEqualTo(imaginary[j] == 0);
            // A (x + iy) = (r + is) (x + iy)
            double[] ofReal = Vectors.minus(Vectors.scale(real[j], x), Vectors.scale(imaginary[j], y));
            double[] ofImaginary = Vectors.axpy(real[j], y, Vectors.scale(imaginary[j], x));
            assertThat(Vectors.minus(a.times(x), ofReal)).containsExactly(new double[n], within(1e-12 * n));
            assertThat(Vectors.minus(a.times(y), ofImaginary)).containsExactly(new double[n], within(1e-12 * n));
            assertThat(Math.hypot(Vectors.norm(x), Vectors.norm(y))).isCloseTo(1, within(1e-13));
        }
    }

    /** The triangle alone has the same bits, for tall, wide and long matrices, and where columns are scaled. */
    @ParameterizedTest
    @CsvSource({"0, 0", "0, 3", "3, 0", "1, 1", "1, 5", "5, 1", "4, 4", "7, 3", "3, 7", "2, 40", "600, 70", "70, 600"})
    void theTriangleOfQrAlone(int rows, int columns) {
        for (double scale : new double[] {1, 1e200, 1e-300}) {
            Matrix a = Matrix.generate(rows, columns, (i, j) -> Math.sin(i * 31 + j * 17) * (j % 2 == 0 ? 1 : scale));
            assertThat(a.qrTriangle()).isEqualTo(a.qr().r());
        }
    }

    @Test
    void anEigenvalueThatIsNotThereIsRejected() {
        Eigen eigen = Matrix.of(2, 2, 0, -1, 1, 0).eigen();
        assertThat(eigen.isReal(0)).isFalse();
        assertThat(Matrix.diagonal(1, 2).eigen().isReal(1)).isTrue();
        assertThat(Matrix.diagonal(1, 2).eigen().imaginaryVector(1)).containsExactly(0, 0);
        for (int j : new int[] {-1, 2, Integer.MAX_VALUE}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> eigen.isReal(j))
                    .withMessage("no eigenvalue %d of 2", j);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> eigen.realVector(j))
                    .withMessage("no eigenvalue %d of 2", j);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> eigen.imaginaryVector(j))
                    .withMessage("no eigenvalue %d of 2", j);
        }
    }
}
