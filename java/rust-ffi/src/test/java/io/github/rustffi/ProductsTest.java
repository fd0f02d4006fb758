package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Powers, outer and Kronecker products, and distances between rows. */
class ProductsTest {
    @Test
    void kroneckerIsMadeOfScaledBlocks() {
        Matrix a = Matrix.of(2, 2, 1, 2, 3, 4);
        Matrix b = Matrix.ofRow(0, 5);
        assertThat(a.kronecker(b)).isEqualTo(Matrix.of(2, 4, 0, 5, 0, 10, 0, 15, 0, 20));
        assertThat(Matrix.zeros(0, 3).kronecker(a)).isEqualTo(Matrix.zeros(0, 6));
        Matrix left = Matrices.whole(1, 3, 4);
        Matrix right = Matrices.whole(2, 5, 2);
        assertThat(left.kronecker(right))
                .isEqualTo(Matrix.generate(15, 8, (i, j) -> left.get(i / 5, j / 2) * right.get(i % 5, j % 2)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(1 << 16, 1).kronecker(Matrix.zeros(1 << 15, 1)))
                .withMessage("a matrix cannot be 2147483648x1");
        assertThatNullPointerException().isThrownBy(() -> a.kronecker(null)).withMessage("b");
    }

    @Test
    void outerMultipliesEachWithEach() {
        double[] x = {1, -2, Double.NaN};
        double[] y = {3, 0};
        assertThat(Matrix.outer(x, y)).isEqualTo(Matrix.of(3, 2, 3, 0, -6, -0.0, Double.NaN, Double.NaN));
        assertThat(Matrix.outer(x, new double[0])).isEqualTo(Matrix.zeros(3, 0));
        assertThat(Matrix.outer(new double[0], x)).isEqualTo(Matrix.zeros(0, 3));
        assertThatNullPointerException().isThrownBy(() -> Matrix.outer(null, x)).withMessage("x");
        assertThatNullPointerException().isThrownBy(() -> Matrix.outer(x, null)).withMessage("y");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 13, 30})
    void powerIsTheProductOfSoMany(int k) {
        // Of a matrix of whole numbers whose powers are exact.
        Matrix a = Matrix.of(3, 3, 0, 1, 0, 0, 0, 1, 1, 1, 0);
        Matrix expected = Matrix.identity(3);
        for (int i = 0; i < k; i++) {
            expected = Matrices.naiveProduct(expected, a);
        }
        assertThat(a.power(k)).isEqualTo(expected);
    }

    @Test
    void aNegativePowerIsThatOfTheInverse() {
        Matrix a = Matrix.of(2, 2, 2, 1, 0, 4);
        assertThat(a.power(-3).times(a.power(3)).isClose(Matrix.identity(2), 0, 1e-15))
                .isTrue();
        assertThat(Matrix.identity(2).power(Integer.MIN_VALUE)).isEqualTo(Matrix.identity(2));
        assertThat(Matrix.identity(2).power(Integer.MAX_VALUE)).isEqualTo(Matrix.identity(2));
        assertThat(Matrix.zeros(0, 0).power(-2)).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.filled(2, 2, Double.NaN).power(0)).isEqualTo(Matrix.identity(2));
        assertThatExceptionOfType(SingularMatrixException.class)
                .isThrownBy(() -> Matrix.zeros(2, 2).power(-1))
                .withMessage("matrix is singular: pivot 0 is zero");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(2, 3).power(0))
                .withMessage("matrix is not square: 2x3");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0",
        "0,3,2",
        "3,0,2",
        "3,2,0",
        "1,1,1",
        "5,3,7",
        "3,5,7",
        "2,2,128",
        "600,3,5",
        "3,600,5",
        "70,1100,9"
    })
    void squaredDistancesAreWithinTheirBound(int m, int n, int columns) {
        Matrix a = Matrices.random(1, m, columns);
        Matrix b = Matrices.random(2, n, columns);
        Matrix distances = a.squaredDistances(b);
        assertThat(distances.rows()).isEqualTo(m);
        assertThat(distances.columns()).isEqualTo(n);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double expected = 0;
                for (int k = 0; k < columns; k++) {
                    double d = a.get(i, k) - b.get(j, k);
                    expected += d * d;
                }
                assertThat(distances.get(i, j)).isEqualTo(expected);
                assertThat(expected)
                        .isCloseTo(
                                Vectors.squaredDistance(a.row(i), b.row(j)),
                                within(2 * (columns + 3) * 0x1p-53 * expected));
            }
        }
        assertThat(b.squaredDistances(a)).isEqualTo(distances.transpose());
    }

    @Test
    void equalRowsAreAtDistanceZeroAndNoneIsNegative() {
        // By |a|² - 2ab + |b|² these would be far from it.
        Matrix a = Matrices.random(1, 50, 3).plus(1e8);
        Matrix distances = a.squaredDistances(a);
        assertThat(distances.diagonal()).containsOnly(0.0);
        assertThat(distances.min()).isEqualTo(0.0);
        assertThat(distances.isSymmetric()).isTrue();
        assertThat(Matrix.ofRow(1, Double.NaN)
                        .squaredDistances(Matrix.ofRow(1, 1))
                        .get(0, 0))
                .isNaN();
        assertThat(Matrix.ofRow(1e200).squaredDistances(Matrix.ofRow(-1e200)).get(0, 0))
                .isInfinite();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.squaredDistances(Matrix.zeros(2, 4)))
                .withMessage("matrix shapes do not agree: 50x3 squared distances 2x4");
        assertThatNullPointerException()
                .isThrownBy(() -> a.squaredDistances(null))
                .withMessage("b");
    }
}
