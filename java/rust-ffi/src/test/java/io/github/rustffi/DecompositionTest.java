package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.error;
import static io.github.rustffi.Matrices.hilbert;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.ones;
import static io.github.rustffi.Matrices.orthogonality;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Singular values, eigenvalues and least squares; errors in units of n·ε, as LAPACK's tests state them. */
class DecompositionTest {
    /** The threshold of LAPACK's own tests. */
    private static final double LAPACK = 30;

    private static final Matrix MAGIC = Matrix.of(4, 4, 16, 2, 3, 13, 5, 11, 10, 8, 9, 7, 6, 12, 4, 14, 15, 1);

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "3,3", "10,10", "50,50", "129,129", "1,7", "7,1", "90,20", "20,90", "0,4", "4,0"})
    void svdReproducesTheMatrix(int rows, int columns) {
        Matrix a = random(rows, rows, columns);
        Svd svd = a.svd();
        double[] s = svd.singularValues();
        assertThat(s).hasSize(Math.min(rows, columns));
        for (int i = 0; i < s.length; i++) {
            assertThat(s[i]).isBetween(0.0, i == 0 ? Double.MAX_VALUE : s[i - 1]);
        }
        Matrix product =
                naiveProduct(naiveProduct(svd.u(), Matrix.diagonal(s)), svd.v().transpose());
        assertThat(error(product, a, Math.max(rows, columns))).isLessThan(LAPACK);
        assertThat(orthogonality(svd.u())).isLessThan(LAPACK);
        assertThat(orthogonality(svd.v())).isLessThan(LAPACK);
        assertThat(svd.rank()).isEqualTo(a.rank()).isEqualTo(Math.min(rows, columns));
    }

    @Test
    void singularValuesAreThoseKnown() {
        // Of the magic square of order 4: 34, 8 √5, 2 √5, 0.
        assertThat(MAGIC.svd().singularValues())
                .containsExactly(new double[] {34, 8 * Math.sqrt(5), 2 * Math.sqrt(5), 0}, within(1e-13));
        assertThat(ones(5, 3).svd().singularValues())
                .containsExactly(new double[] {Math.sqrt(15), 0, 0}, within(1e-14));
        assertThat(Matrix.diagonal(-3, 1e-200, 2).svd().singularValues())
                .containsExactly(new double[] {3, 2, 1e-200}, within(1e-215));
    }

    @Test
    void rankCountsWhatIsAboveRounding() {
        assertThat(MAGIC.rank()).isEqualTo(3);
        assertThat(ones(40, 60).rank()).isEqualTo(1);
        assertThat(Matrix.zeros(3, 4).rank()).isZero();
        assertThat(Matrix.zeros(0, 4).rank()).isZero();
        assertThat(naiveProduct(random(1, 50, 7), random(2, 7, 60)).rank()).isEqualTo(7);
        assertThat(MAGIC.svd().rank()).isEqualTo(3);
    }

    @Test
    void conditionNumberIsTheRatioOfTheExtremeSingularValues() {
        assertThat(Matrix.identity(4).conditionNumber()).isEqualTo(1);
        assertThat(Matrix.diagonal(1, 1e-10).conditionNumber()).isCloseTo(1e10, within(1e-3));
        // Published for the Hilbert matrix of order 5: 4.7661e5.
        assertThat(hilbert(5).conditionNumber()).isCloseTo(476_607.25, within(0.01));
        assertThat(MAGIC.conditionNumber()).isInfinite();
        assertThat(Matrix.zeros(2, 2).conditionNumber()).isInfinite();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(0, 3).conditionNumber())
                .withMessage("the condition number of a 0x3 matrix is not defined");
    }

    @ParameterizedTest
    @CsvSource({"5,5", "9,4", "4,9", "60,20", "0,3", "3,0"})
    void pseudoInverseSatisfiesPenrosesEquations(int rows, int columns) {
        int rank = Math.min(3, Math.min(rows, columns));
        Matrix a = naiveProduct(random(1, rows, rank), random(2, rank, columns));
        Matrix p = a.pseudoInverse();
        assertThat(p.rows()).isEqualTo(columns);
        double tolerance = 1e-12 * (1 + a.norm() * p.norm());
        assertThat(naiveProduct(naiveProduct(a, p), a).minus(a).norm()).isLessThan(tolerance * (1 + a.norm()));
        assertThat(naiveProduct(naiveProduct(p, a), p).minus(p).norm()).isLessThan(tolerance * (1 + p.norm()));
        Matrix ap = naiveProduct(a, p);
        assertThat(ap.minus(ap.transpose()).norm()).isLessThan(tolerance);
        Matrix pa = naiveProduct(p, a);
        assertThat(pa.minus(pa.transpose()).norm()).isLessThan(tolerance);
    }

    @Test
    void leastSquaresFitsALine() {
        Matrix a = Matrix.of(4, 2, 1, 1, 1, 2, 1, 3, 1, 4);
        assertThat(a.leastSquares(new double[] {6, 5, 7, 10})).containsExactly(new double[] {3.5, 1.4}, within(1e-13));
        assertThat(a.leastSquares(Matrix.of(4, 1, 6, 5, 7, 10)).toArray())
                .containsExactly(a.leastSquares(new double[] {6, 5, 7, 10}));
    }

    @Test
    void leastSquaresFindsTheShortestSolution() {
        assertThat(Matrix.of(1, 2, 3, 4).leastSquares(new double[] {25}))
                .containsExactly(new double[] {3, 4}, within(1e-14));
        assertThat(ones(3, 2).leastSquares(new double[] {1, 2, 3})).containsExactly(new double[] {1, 1}, within(1e-14));
        assertThat(Matrix.zeros(3, 2).leastSquares(new double[] {1, 2, 3})).containsExactly(0, 0);
        assertThat(Matrix.zeros(0, 2).leastSquares(new double[0])).containsExactly(0, 0);
        assertThat(Matrix.zeros(2, 0).leastSquares(new double[2])).isEmpty();
    }

    @Test
    void leastSquaresOfAnIllConditionedMatrixIsFinite() {
        // The matrix on which faer's own least squares returns NaN (its issue 265).
        Matrix a = Matrix.of(3, 3, 1e16, -1e15, 0, 0, 1, 0, 0, 0, 1);
        assertThat(a.leastSquares(new double[3])).containsExactly(0, 0, 0);
        for (double value : a.leastSquares(new double[] {1, 1, 1})) {
            assertThat(value).isFinite();
        }
    }

    /** The regression NoInt1 of NIST's StRD: y = b x. */
    @Test
    void leastSquaresAgreesWithNist() {
        double[] x = {60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70};
        double[] y = {130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140};
        assertThat(Matrix.of(11, 1, x).leastSquares(y)[0]).isCloseTo(2.07438016528926, within(1e-14));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 50, 129})
    void symmetricEigenReproducesTheMatrix(int n) {
        Matrix a = symmetric(n, n);
        SymmetricEigen eigen = a.symmetricEigen();
        assertThat(eigen.values()).isSorted().hasSize(n);
        Matrix scaled = naiveProduct(eigen.vectors(), Matrix.diagonal(eigen.values()));
        assertThat(error(naiveProduct(scaled, eigen.vectors().transpose()), a, n))
                .isLessThan(LAPACK);
        assertThat(orthogonality(eigen.vectors())).isLessThan(LAPACK);
    }

    /** Wilkinson's W21+, whose largest eigenvalues agree in 15 digits and are not equal. */
    @Test
    void symmetricEigenTellsAlmostEqualValuesApart() {
        double[][] rows = new double[21][21];
        for (int i = 0; i < 21; i++) {
            rows[i][i] = Math.abs(10 - i);
            if (i > 0) {
                rows[i][i - 1] = 1;
                rows[i - 1][i] = 1;
            }
        }
        double[] values = Matrix.of(rows).symmetricEigen().values();
        assertThat(values[20]).isCloseTo(10.746194182903393, within(1e-13));
        assertThat(values[19]).isCloseTo(10.746194182903322, within(1e-13));
        assertThat(values[0]).isCloseTo(-1.1254415221199847, within(1e-13));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 50, 129})
    void eigenSatisfiesItsDefinition(int n) {
        Matrix a = random(n, n, n);
        Eigen eigen = a.eigen();
        double[] real = eigen.realValues();
        double[] imaginary = eigen.imaginaryValues();
        // A [v w] = [v w] [[re, im], [-im, re]] for a pair, and A v = re v for a real value.
        double[][] blocks = new double[n][n];
        for (int j = 0; j < n; j++) {
            blocks[j][j] = real[j];
            if (imaginary[j] > 0) {
                assertThat(imaginary[j + 1]).isEqualTo(-imaginary[j]);
                assertThat(real[j + 1]).isEqualTo(real[j]);
                blocks[j][j + 1] = imaginary[j];
                blocks[j + 1][j] = -imaginary[j];
                Matrix pair = eigen.vectors().submatrix(0, j, n, 2);
                assertThat(pair.norm()).isCloseTo(1, within(n * EPSILON));
            } else if (imaginary[j] == 0) {
                assertThat(eigen.vectors().submatrix(0, j, n, 1).norm()).isCloseTo(1, within(n * EPSILON));
            }
        }
        Matrix left = naiveProduct(a, eigen.vectors());
        Matrix right = naiveProduct(eigen.vectors(), Matrix.of(blocks));
        double scale = Math.max(1, n) * EPSILON * a.norm() * eigen.vectors().norm();
        assertThat(left.minus(right).norm()).isLessThanOrEqualTo(LAPACK * scale);
    }

    @Test
    void eigenvaluesAreThoseKnown() {
        Eigen rotation = Matrix.of(2, 2, 0, -1, 1, 0).eigen();
        assertThat(rotation.realValues()).containsExactly(new double[] {0, 0}, within(1e-15));
        assertThat(rotation.imaginaryValues()).containsExactly(new double[] {1, -1}, within(1e-15));
        assertThat(Matrix.of(2, 2, 2, 1, 1, 2).symmetricEigen().values())
                .containsExactly(new double[] {1, 3}, within(1e-15));
        assertThat(Matrix.of(2, 2, 1, 1, 0, 1).eigen().realValues()).containsExactly(1, 1);
    }

    @Test
    void rejectsWhatHasNoEigenvalues() {
        Matrix wide = Matrix.zeros(2, 3);
        for (Runnable call : List.<Runnable>of(wide::eigen, wide::symmetricEigen)) {
            assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("matrix is not square: 2x3");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(2, 2, 2, 1, 1.5, 2).symmetricEigen())
                .withMessage("matrix is not symmetric: 1.5 at row 1, column 0, but 1.0 at row 0, column 1, and they "
                        + "may differ by 2.9802322387695313E-8, sqrt(epsilon) times the largest magnitude; "
                        + "symmetrized returns the symmetric part");
    }

    @ParameterizedTest
    @CsvSource({"NaN,a NaN", "Infinity,an infinity"})
    void rejectsValuesThatAreNotFiniteByTheirPosition(double value, String name) {
        Matrix a = Matrix.of(3, 3, 1, 0, 0, 0, 1, value, 0, value, 1);
        Matrix identity = Matrix.identity(3);
        for (Runnable call : List.<Runnable>of(
                a::svd,
                a::rank,
                a::conditionNumber,
                a::pseudoInverse,
                a::symmetricEigen,
                a::eigen,
                () -> a.leastSquares(identity))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix has " + name + " at row 1, column 2");
        }
        for (Runnable call : List.<Runnable>of(
                () -> identity.solve(a),
                () -> identity.leastSquares(a),
                () -> identity.lu().solve(a),
                () -> identity.cholesky().solve(a),
                () -> identity.qr().solve(a))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("b has " + name + " at row 1, column 2");
        }
    }

    @Test
    void rejectsRightHandSidesThatDoNotSuit() {
        Matrix a = Matrix.zeros(3, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.leastSquares(new double[2]))
                .withMessage("matrix shapes do not agree: 3x2 least squares 2x1");
        assertThatNullPointerException()
                .isThrownBy(() -> a.leastSquares((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> a.leastSquares((double[]) null))
                .withMessage("b");
    }

    @Test
    void aResultTooLargeForADoubleIsAnArithmeticException() {
        Matrix huge = ones(2, 2).times(Double.MAX_VALUE);
        for (Runnable call : List.<Runnable>of(huge::svd, huge::symmetricEigen, huge::eigen)) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(call::run)
                    .withMessageEndingWith("is beyond 1.7976931348623157E308");
        }
    }

    @Test
    void decompositionsAreValues() {
        Matrix a = symmetric(1, 4);
        assertThat(a.svd())
                .isEqualTo(a.svd())
                .hasSameHashCodeAs(a.svd())
                .isNotEqualTo(a.times(2.0).svd());
        assertThat(a.eigen())
                .isEqualTo(a.eigen())
                .hasSameHashCodeAs(a.eigen())
                .isNotEqualTo(a.times(2.0).eigen());
        assertThat(a.symmetricEigen())
                .isEqualTo(a.symmetricEigen())
                .hasSameHashCodeAs(a.symmetricEigen())
                .isNotEqualTo(a.times(2.0).symmetricEigen());
        assertThat(Matrix.identity(1).svd().toString()).contains("u: 1x1 matrix", "singular values: [1.0]", "v: 1x1");
        assertThat(Matrix.identity(1).eigen().toString()).contains("real values: [1.0]", "imaginary values: [0.0]");
        assertThat(Matrix.identity(1).symmetricEigen().toString()).startsWith("values: [1.0]\nvectors: 1x1 matrix");
        a.svd().singularValues()[0] = 99;
        a.symmetricEigen().values()[0] = 99;
        Svd svd = a.svd();
        svd.singularValues()[0] = 99;
        assertThat(svd.singularValues()[0]).isNotEqualTo(99);
    }
}
