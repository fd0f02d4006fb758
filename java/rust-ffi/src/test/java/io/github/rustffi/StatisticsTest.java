package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics, standardization and principal components, against loops and against values of NumPy. */
class StatisticsTest {
    private static final double NAN = Double.NaN;

    @ParameterizedTest
    @CsvSource({"2,1", "3,4", "50,7", "400,33", "2,60"})
    void covarianceIsThatOfALoop(int rows, int columns) {
        Matrix x = Matrices.random(1, rows, columns).plus(100);
        Matrix covariance = Statistics.covariance(x);
        double[] deviations = Statistics.standardDeviations(x);
        Matrix correlation = Statistics.correlation(x);
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < columns; j++) {
                double meanI = Vectors.mean(x.column(i));
                double meanJ = Vectors.mean(x.column(j));
                double sum = 0;
                for (int k = 0; k < rows; k++) {
                    sum += (x.get(k, i) - meanI) * (x.get(k, j) - meanJ);
                }
                double expected = sum / (rows - 1);
                assertThat(covariance.get(i, j)).isCloseTo(expected, within(1e-12));
                assertThat(correlation.get(i, j)).isCloseTo(expected / (deviations[i] * deviations[j]), within(1e-11));
            }
            assertThat(Statistics.variances(x)[i]).isCloseTo(covariance.get(i, i), within(1e-12));
            assertThat(deviations[i]).isCloseTo(Math.sqrt(covariance.get(i, i)), within(1e-12));
            assertThat(Statistics.variance(x.column(i))).isCloseTo(covariance.get(i, i), within(1e-12));
            assertThat(Statistics.standardDeviation(x.column(i))).isCloseTo(deviations[i], within(1e-12));
        }
        assertThat(covariance.isSymmetric()).isTrue();
        assertThat(correlation.isSymmetric()).isTrue();
        assertThat(correlation.diagonal()).containsOnly(1.0);
        assertThat(correlation.maxAbs()).isEqualTo(1.0);
    }

    @Test
    void fewObservationsHaveNoVariance() {
        assertThat(Statistics.covariance(Matrix.ofRow(1, 2))).isEqualTo(Matrix.filled(2, 2, NAN));
        assertThat(Statistics.covariance(Matrix.zeros(0, 2))).isEqualTo(Matrix.filled(2, 2, NAN));
        assertThat(Statistics.correlation(Matrix.ofRow(1, 2))).isEqualTo(Matrix.filled(2, 2, NAN));
        assertThat(Statistics.variances(Matrix.zeros(0, 2))).containsExactly(NAN, NAN);
        assertThat(Statistics.standardDeviation(new double[] {1})).isNaN();
        assertThat(Statistics.variance(new double[0])).isNaN();
        assertThat(Statistics.covariance(Matrix.zeros(3, 0))).isEqualTo(Matrix.zeros(0, 0));
    }

    @Test
    void aColumnThatDoesNotVaryHasNoCorrelation() {
        Matrix correlation = Statistics.correlation(Matrix.of(3, 2, 1, 5, 2, 5, 3, 5));
        assertThat(correlation).isEqualTo(Matrix.of(2, 2, 1, NAN, NAN, NAN));
        Matrix withNan = Statistics.covariance(Matrix.of(3, 2, 1, NAN, 2, 5, 3, 5));
        assertThat(withNan).isEqualTo(Matrix.of(2, 2, 1, NAN, NAN, NAN));
    }

    @Test
    void deviationsAndCorrelationsNeitherOverflowNorUnderflow() {
        for (double scale : new double[] {1e300, 1e-300}) {
            Matrix x = Matrix.of(3, 2, 1, 1, 2, 3, 3, 2).times(scale);
            assertThat(Statistics.standardDeviations(x))
                    .containsExactly(new double[] {scale, scale}, within(1e-15 * scale));
            assertThat(Statistics.correlation(x).get(0, 1)).isCloseTo(0.5, within(1e-15));
        }
        // Far from zero: where the textbook's sum of squares minus the square of the sum has no digit left.
        assertThat(Statistics.variance(new double[] {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}))
                .isEqualTo(30);
    }

    @Test
    void quantilesAreThoseOfNumPy() {
        double[] x = {7, 1, 3, 10};
        assertThat(Statistics.quantiles(x, 0, 0.25, 0.4, 0.5, 0.75, 0.9, 1))
                .containsExactly(new double[] {1, 2.5, 3.8, 5, 7.75, 9.1, 10}, within(1e-14));
        assertThat(x).containsExactly(7, 1, 3, 10);
        assertThat(Statistics.quantile(new double[] {5}, 0.3)).isEqualTo(5);
        assertThat(Statistics.quantile(new double[] {1, NAN, 2}, 0)).isNaN();
        double infinity = Double.POSITIVE_INFINITY;
        assertThat(Statistics.quantile(new double[] {infinity, infinity}, 0.5)).isEqualTo(infinity);
        assertThat(Statistics.quantile(new double[] {1, infinity}, 0)).isEqualTo(1);
        assertThat(Statistics.columnQuantiles(Matrix.of(3, 2, 1, 6, 3, 4, 2, 5), 0.5, 1))
                .isEqualTo(Matrix.of(2, 2, 2, 5, 3, 6));
        assertThat(Statistics.columnQuantiles(Matrix.zeros(0, 0), 0.5)).isEqualTo(Matrix.zeros(1, 0));
    }

    @Test
    void rejectsQuantilesThatAreNotDefined() {
        for (double q : new double[] {-0.1, 1.5, NAN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Statistics.quantile(new double[1], q))
                    .withMessage("q must be from 0 to 1, but is " + q);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Statistics.quantile(new double[0], 0.5))
                .withMessage("the quantile of no values is not defined");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Statistics.columnQuantiles(Matrix.zeros(0, 2), 0.5))
                .withMessage("the quantile of no values is not defined");
    }

    @Test
    void rejectsNullByName() {
        for (Runnable call : List.<Runnable>of(
                () -> Statistics.covariance(null),
                () -> Statistics.correlation(null),
                () -> Statistics.variance(null),
                () -> Statistics.variances(null),
                () -> Statistics.standardDeviation(null),
                () -> Statistics.standardDeviations(null),
                () -> Statistics.quantile(null, 0.5),
                () -> Statistics.columnQuantiles(null, 0.5),
                () -> Standardization.of(null),
                () -> Pca.of(null),
                () -> Pca.of(null, 1))) {
            assertThatNullPointerException().isThrownBy(call::run).withMessage("x");
        }
        assertThatNullPointerException()
                .isThrownBy(() -> Statistics.quantiles(new double[1], (double[]) null))
                .withMessage("q");
    }

    @ParameterizedTest
    @CsvSource({"2,1", "3,4", "50,7"})
    void standardizedColumnsHaveMeanZeroAndDeviationOne(int rows, int columns) {
        Matrix x = Matrices.random(2, rows, columns).times(7).plus(3);
        Standardization standardization = Standardization.of(x);
        Matrix standardized = standardization.apply(x);
        assertThat(standardized.columnMeans()).containsExactly(new double[columns], within(1e-14));
        assertThat(Statistics.standardDeviations(standardized))
                .containsExactly(Matrix.filled(1, columns, 1).toArray(), within(1e-14));
        assertThat(standardization.undo(standardized).isClose(x, 1e-14, 1e-14)).isTrue();
        assertThat(standardization.means()).containsExactly(x.columnMeans());
        assertThat(standardization.deviations()).containsExactly(Statistics.standardDeviations(x));
    }

    @Test
    void aColumnThatDoesNotVaryIsNotDividedByZero() {
        Matrix x = Matrix.of(3, 2, 0.1, 1, 0.1, 2, 0.1, 3);
        Standardization standardization = Standardization.of(x);
        assertThat(standardization.means()).containsExactly(0.1, 2);
        assertThat(standardization.deviations()).containsExactly(0, 1);
        assertThat(standardization.apply(Matrix.of(2, 2, 0.1, 4, 1.1, 2))).isEqualTo(Matrix.of(2, 2, 0, 2, 1.0, 0));
        assertThat(standardization)
                .isEqualTo(Standardization.of(x))
                .hasSameHashCodeAs(Standardization.of(x))
                .isNotEqualTo(Standardization.of(x.plus(1)))
                .hasToString("means: [0.1, 2.0]\ndeviations: [0.0, 1.0]");
        standardization.means()[0] = 9;
        standardization.deviations()[0] = 9;
        assertThat(standardization).isEqualTo(Standardization.of(x));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Standardization.of(Matrix.ofRow(1, 2)))
                .withMessage("a 1x2 matrix has fewer than 2 rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> standardization.apply(Matrix.ofRow(1, 2, 3)))
                .withMessage("matrix shapes do not agree: 1x3 minus row 1x2");
    }

    @ParameterizedTest
    @CsvSource({"2,1", "10,3", "3,10", "100,20"})
    void componentsDiagonalizeTheCovariance(int rows, int columns) {
        Matrix x = Matrices.random(3, rows, columns).plus(5);
        Pca pca = Pca.of(x);
        int count = Math.min(rows, columns);
        Matrix components = pca.components();
        assertThat(components.columns()).isEqualTo(count);
        assertThat(Matrices.orthogonality(components)).isLessThan(30);
        Matrix expected = components.transpose().times(Statistics.covariance(x)).times(components);
        assertThat(Matrix.diagonal(pca.explainedVariance()).isClose(expected, 0, 1e-12))
                .isTrue();
        assertThat(Matrix.ofRow(pca.explainedVarianceRatio()).sum()).isCloseTo(1, within(1e-14));
        assertThat(pca.explainedVariance()[0] / pca.explainedVarianceRatio()[0])
                .isCloseTo(Statistics.covariance(x).trace(), within(1e-11));
        assertThat(pca.reconstruct(pca.project(x)).isClose(x, 1e-13, 1e-13)).isTrue();
        assertThat(Statistics.covariance(pca.project(x)).isClose(expected, 0, 1e-12))
                .isTrue();
        for (int j = 0; j < count; j++) {
            double[] component = components.column(j);
            assertThat(component[
                            Vectors.argmax(
                                    Matrix.ofRow(component).map(Math::abs).toArray())])
                    .isPositive();
        }
        Pca first = Pca.of(x, 1);
        assertThat(first.components()).isEqualTo(components.submatrix(0, 0, columns, 1));
        assertThat(first.explainedVarianceRatio()).containsExactly(pca.explainedVarianceRatio()[0]);
    }

    @Test
    void theSignOfAComponentDoesNotDependOnThatOfTheObservations() {
        Matrix x = Matrices.random(4, 30, 5);
        assertThat(Pca.of(x.unaryMinus()).components().isClose(Pca.of(x).components(), 1e-10, 1e-12))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3})
    void rejectsComponentsThatThereAreNot(int count) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pca.of(Matrix.of(3, 2, 1, 2, 3, 4, 5, 7), count))
                .withMessage("count must be from 0 to 2, but is " + count);
    }

    @Test
    void principalComponentsOfSpecialObservations() {
        Pca equal = Pca.of(Matrix.filled(3, 2, 0.5));
        assertThat(equal.explainedVariance()).containsExactly(0, 0);
        assertThat(equal.explainedVarianceRatio()).containsExactly(NAN, NAN);
        assertThat(Pca.of(Matrix.zeros(3, 0)).components()).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Pca.of(Matrix.of(2, 2, 1, 2, 3, 4), 0).project(Matrix.zeros(5, 2)))
                .isEqualTo(Matrix.zeros(5, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pca.of(Matrix.ofRow(1, 2)))
                .withMessage("a 1x2 matrix has fewer than 2 rows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pca.of(Matrix.of(2, 2, 1, 2, NAN, 4)))
                .withMessage("matrix has a NaN at row 1, column 0");
        Matrix x = Matrices.random(5, 6, 2);
        assertThat(Pca.of(x))
                .isEqualTo(Pca.of(x))
                .hasSameHashCodeAs(Pca.of(x))
                .isNotEqualTo(Pca.of(x.times(2)))
                .isNotEqualTo(Pca.of(x, 1));
        assertThat(Pca.of(x).toString()).startsWith("components: 2x2 matrix\n").contains("\nexplained variance: [");
        assertThatNullPointerException()
                .isThrownBy(() -> Pca.of(x).reconstruct(null))
                .withMessage("coordinates");
    }
}
