package io.github.rustffi;

import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Least squares with all that belongs to a solution, and tolerances. */
class LeastSquaresTest {
    @Test
    void aLineThroughFourPoints() {
        // The example of numpy.linalg.lstsq: its solution, residuals, rank and singular values.
        Matrix a = Matrix.of(4, 2, 0, 1, 1, 1, 2, 1, 3, 1);
        LeastSquares fit = LeastSquares.of(a, new double[] {-1, 0.2, 0.9, 2.1});
        assertThat(fit.solution().toArray()).containsExactly(new double[] {1, -0.95}, within(1e-14));
        assertThat(fit.rank()).isEqualTo(2);
        assertThat(fit.residualNorms()[0] * fit.residualNorms()[0]).isCloseTo(0.05, within(1e-14));
        assertThat(fit.residuals().toArray()).containsExactly(new double[] {-0.05, 0.15, -0.15, 0.05}, within(1e-14));
        assertThat(fit.singularValues())
                .containsExactly(
                        new double[] {Math.sqrt(9 + Math.sqrt(61)), Math.sqrt(9 - Math.sqrt(61))}, within(1e-14));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 3", "3, 7", "40, 40", "130, 20", "20, 130", "300, 90"})
    void thePartsBelongToTheSolution(int rows, int columns) {
        Matrix a = random(1, rows, columns);
        Matrix b = random(2, rows, 3);
        LeastSquares fit = LeastSquares.of(a, b);
        assertThat(bits(fit.solution().toArray()))
                .isEqualTo(bits(a.leastSquares(b).toArray()));
        Matrix difference = b.minus(naiveProduct(a, fit.solution())).minus(fit.residuals());
        assertThat(difference.norm())
                .isLessThan(1e-13 * (b.norm() + a.norm() * fit.solution().norm()));
        for (int j = 0; j < 3; j++) {
            double norm = Vectors.norm(fit.residuals().column(j));
            assertThat(fit.residualNorms()[j]).isEqualTo(norm);
        }
        assertThat(fit.rank()).isEqualTo(Math.min(rows, columns)).isEqualTo(a.rank());
        double[] expected = a.svd().singularValues();
        assertThat(fit.singularValues()).containsExactly(expected, within(1e-13 * expected[0]));
        LeastSquares ofFirst = LeastSquares.of(a, b.column(0));
        assertThat(ofFirst.solution().column(0)).containsExactly(a.leastSquares(b.column(0)));
        assertThat(ofFirst.singularValues()).containsExactly(fit.singularValues());
    }

    @Test
    void theToleranceSaysWhichSingularValuesCount() {
        Matrix a = Matrix.diagonal(8, 4, 1).times(0.5);
        double[] b = {4, 2, 1};
        for (int rank = 0; rank <= 3; rank++) {
            double tolerance = new double[] {1, 0.5, 0.125, 0.1}[rank];
            LeastSquares fit = LeastSquares.of(a, b, tolerance);
            assertThat(fit.rank()).isEqualTo(rank).isEqualTo(a.rank(tolerance));
            double[] x = {rank > 0 ? 1 : 0, rank > 1 ? 1 : 0, rank > 2 ? 2 : 0};
            assertThat(fit.solution().toArray()).containsExactly(x, within(1e-15));
            assertThat(a.leastSquares(b, tolerance))
                    .containsExactly(fit.solution().toArray());
            assertThat(a.leastSquares(Matrix.ofColumn(b), tolerance)).isEqualTo(fit.solution());
            assertThat(fit.singularValues()).containsExactly(new double[] {4, 2, 0.5}, within(1e-15));
            double[] reciprocals = {rank > 0 ? 0.25 : 0, rank > 1 ? 0.5 : 0, rank > 2 ? 2 : 0};
            assertThat(a.pseudoInverse(tolerance).toArray())
                    .containsExactly(Matrix.diagonal(reciprocals).toArray(), within(1e-15));
        }
        assertThat(bits(a.pseudoInverse(3 * Math.ulp(1.0)).toArray()))
                .isEqualTo(bits(a.pseudoInverse().toArray()));
    }

    @Test
    void aMatrixWithoutValuesFitsNothing() {
        LeastSquares none = LeastSquares.of(Matrix.zeros(2, 0), new double[] {3, 4});
        assertThat(none.solution()).isEqualTo(Matrix.zeros(0, 1));
        assertThat(none.residualNorms()).containsExactly(5);
        assertThat(none.rank()).isZero();
        assertThat(none.singularValues()).isEmpty();
        LeastSquares zeros = LeastSquares.of(Matrix.zeros(2, 2), Matrix.of(2, 1, 3, 4));
        assertThat(zeros.residuals()).isEqualTo(Matrix.of(2, 1, 3, 4));
        assertThat(zeros.singularValues()).containsExactly(0, 0);
        assertThat(LeastSquares.of(Matrix.zeros(2, 2), Matrix.zeros(2, 0)).residualNorms())
                .isEmpty();
    }

    @Test
    void valuesAreCompared() {
        Matrix a = random(3, 5, 2);
        LeastSquares fit = LeastSquares.of(a, random(4, 5, 1));
        assertThat(fit)
                .isEqualTo(LeastSquares.of(a, random(4, 5, 1)))
                .hasSameHashCodeAs(LeastSquares.of(a, random(4, 5, 1)));
        assertThat(fit)
                .isNotEqualTo(LeastSquares.of(a, random(5, 5, 1)))
                .isNotEqualTo(LeastSquares.of(a, random(4, 5, 1), 1));
        assertThat(LeastSquares.of(Matrix.of(1, 1, 2), new double[] {4}))
                .hasToString(
                        "solution: 1x1 matrix\n  2.0\nrank: 1\nresiduals: 1x1 matrix\n  0.0\nsingular values: [2.0]");
    }

    @Test
    void badArgumentsAreRefused() {
        Matrix a = Matrix.zeros(3, 2);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> LeastSquares.of(a, new double[2]))
                .withMessage("matrix shapes do not agree: 3x2 least squares 2x1");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> LeastSquares.of(a, Matrix.of(3, 1, 0, Double.NaN, 0)))
                .withMessage("b has a NaN at row 1, column 0");
        for (double tolerance : new double[] {-1, Double.NaN}) {
            String message = "tolerance must be at least 0, but is " + tolerance;
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> LeastSquares.of(a, new double[3], tolerance))
                    .withMessage(message);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> a.leastSquares(new double[3], tolerance))
                    .withMessage(message);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> a.pseudoInverse(tolerance))
                    .withMessage(message);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> a.rank(tolerance))
                    .withMessage(message);
        }
        double largest = Double.MAX_VALUE;
        Matrix huge = Matrix.of(2, 2, largest, largest, largest, largest);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> LeastSquares.of(huge, huge))
                .withMessage("the largest singular value is beyond 1.7976931348623157E308");
    }
}
