package io.github.rustffi;

import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rounding leaves of symmetry is enough for Cholesky and symmetric eigenvalues. */
class SymmetryTest {
    @Test
    void theCovarianceOfAFilterStaysOneForAllSteps() {
        // Constant acceleration in three dimensions, of which the place is measured.
        int m = 3;
        int n = 3 * m;
        double[][] transition = new double[n][n];
        double[][] measured = new double[m][n];
        for (int i = 0; i < n; i++) {
            transition[i][i] = 1;
            if (i + m < n) {
                transition[i][i + m] = 0.1;
            }
            if (i + 2 * m < n) {
                transition[i][i + 2 * m] = 0.005;
            }
            if (i < m) {
                measured[i][i] = 1;
            }
        }
        Matrix f = Matrix.of(transition);
        Matrix h = Matrix.of(measured);
        Matrix p = Matrix.identity(n);
        for (int step = 0; step < 200; step++) {
            p = f.times(p).times(f.transpose()).plus(Matrix.identity(n).times(1e-4));
            Matrix s = h.times(p).times(h.transpose()).plus(Matrix.identity(m));
            Matrix k = s.cholesky().solve(h.times(p)).transpose();
            p = Matrix.identity(n).minus(k.times(h)).times(p);
            assertThat(p.cholesky().determinant()).isPositive();
            assertThat(p.symmetricEigen().values()[0]).isPositive();
        }
    }

    @Test
    void productsAndInversesThatShouldBeSymmetricAreNotRefused() {
        Random random = new Random(1);
        for (int trial = 0; trial < 500; trial++) {
            int n = 2 + random.nextInt(30);
            Matrix a = random(trial, n, n);
            factorOrNotDefinite(a.times(a.transpose()).inverse());
            Matrix d = random(-trial - 1, 2, n);
            factorOrNotDefinite(d.times(a.times(a.transpose()).times(d.transpose())));
        }
        // Out of a public report: a product A * M * A'.
        Matrix covariance = Matrix.of(2, 2, 23473.684554963584, 4273.093076392109, 4273.093076392048, 4462.13956661408);
        assertThat(covariance.cholesky().l().get(0, 0)).isEqualTo(Math.sqrt(23473.684554963584));
        assertThat(covariance.symmetricEigen().values()[0]).isCloseTo(3545.866, within(0.001));
    }

    /** Factors a matrix, which rounding may have made indefinite, but not one that is not symmetric. */
    private static void factorOrNotDefinite(Matrix a) {
        try {
            a.cholesky();
        } catch (NotPositiveDefiniteException e) {
            assertThat(e).hasMessageStartingWith("matrix is not positive definite: pivot ");
        }
        a.symmetricEigen();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 16, 17, 33, 100, 131})
    void theSymmetricPartIsTheMeanWithTheTranspose(int n) {
        Matrix a = random(n, n, n);
        Matrix part = a.symmetrized();
        assertThat(part).isEqualTo(part.transpose());
        assertThat(part).isEqualTo(a.times(0.5).plus(a.transpose().times(0.5)));
        assertThat(part.symmetrized()).isEqualTo(part);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 33, 100, 131})
    void theFactorsAreThoseOfTheSymmetricPart(int n) {
        Matrix noise = random(7, n, n).times(1e-10);
        Matrix a = Matrices.positiveDefinite(n, n).plus(noise);
        Matrix part = a.symmetrized();
        assertThat(bits(a.cholesky().l().toArray()))
                .isEqualTo(bits(part.cholesky().l().toArray()));
        SymmetricEigen eigen = a.symmetricEigen();
        SymmetricEigen ofPart = part.symmetricEigen();
        assertThat(bits(eigen.values())).isEqualTo(bits(ofPart.values()));
        assertThat(bits(eigen.vectors().toArray()))
                .isEqualTo(bits(ofPart.vectors().toArray()));
    }

    @Test
    void theSymmetricPartKeepsEqualValuesAtTheEndsOfTheRange() {
        for (double x : new double[] {Double.MIN_VALUE, 3 * Double.MIN_VALUE, Double.MAX_VALUE, -0.0, 0.0}) {
            assertThat(bits(Matrix.of(2, 2, x, x, x, x).symmetrized().toArray()))
                    .containsOnly(bits(x));
        }
        assertThat(Matrix.of(2, 2, 1, Double.MAX_VALUE, Double.MAX_VALUE / 2, 1)
                        .symmetrized()
                        .get(0, 1))
                .isEqualTo(Double.MAX_VALUE / 4 * 3);
        assertThat(bits(Matrix.of(2, 2, 1, 0.0, -0.0, 1).symmetrized().toArray()))
                .isEqualTo(bits(1, 0.0, 0.0, 1));
        assertThat(Matrix.of(2, 2, 1, Double.NaN, 2, 1).symmetrized().get(1, 0)).isNaN();
    }

    @Test
    void moreThanRoundingIsRefusedWithBothValuesAndTheTolerance() {
        double tolerance = 4 * Math.sqrt(Math.ulp(1.0));
        assertThat(Matrix.of(2, 2, 4, 1, 1 + tolerance, 4).cholesky().l().get(0, 0))
                .isEqualTo(2);
        Matrix beyond = Matrix.of(2, 2, 4, 1, 1 + 2 * tolerance, 4);
        String message = "matrix is not symmetric: 1.0000001192092896 at row 1, column 0, but 1.0 at row 0, column 1, "
                + "and they may differ by 5.960464477539063E-8, sqrt(epsilon) times the largest magnitude; symmetrized "
                + "returns the symmetric part";
        assertThatIllegalArgumentException().isThrownBy(beyond::cholesky).withMessage(message);
        assertThatIllegalArgumentException().isThrownBy(beyond::symmetricEigen).withMessage(message);
        assertThat(beyond.symmetrized().cholesky().l().get(0, 0)).isEqualTo(2);
    }

    @Test
    void numbersInMessagesAreShort() {
        Matrix a = Matrix.of(2, 2, 1, 1e300, -1e300, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(a::cholesky)
                .withMessageStartingWith(
                        "matrix is not symmetric: -1.0E300 at row 1, column 0, but 1.0E300 at row 0, column 1, and ")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.of(2, 2, 1, Double.MIN_VALUE, 1e-4, 1).cholesky())
                .withMessageStartingWith(
                        "matrix is not symmetric: 1.0E-4 at row 1, column 0, but 4.9E-324 at row 0, column 1, and ");
    }
}
