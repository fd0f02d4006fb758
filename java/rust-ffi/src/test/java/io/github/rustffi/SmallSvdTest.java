package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Singular values of small matrices in Java beside what Rust makes of them; errors in units of n·ε. */
class SmallSvdTest {
    private static final int MOST = 8;

    /** Of a decomposition, half of which is Rust's error where both are compared. */
    private static final double BOUND = 10;

    /** Decomposes in Java and in Rust, and returns the values of the one. */
    private static double[] assertDecomposed(Matrix a) {
        int count = Math.min(a.rows(), a.columns());
        double[] u = new double[a.rows() * count];
        double[] s = new double[count];
        double[] v = new double[a.columns() * count];
        assertThat(SmallSvd.decompose(a.rows(), a.columns(), a.values(), u, s, v))
                .as("%s", a)
                .isTrue();
        Svd svd = new Svd(Matrix.of(a.rows(), count, u), s, Matrix.of(a.columns(), count, v));
        assertIsThatOfRust(svd, a);
        return s;
    }

    private static void assertIsThatOfRust(Svd svd, Matrix a) {
        double[] s = svd.singularValues();
        int n = Math.max(a.rows(), a.columns());
        Matrix product = svd.u().timesRow(s).times(svd.v().transpose());
        assertThat(Matrices.error(product, a, n)).as("%s", a).isLessThan(BOUND);
        assertThat(Matrices.orthogonality(svd.u())).as("%s", a).isLessThan(BOUND);
        assertThat(Matrices.orthogonality(svd.v())).as("%s", a).isLessThan(BOUND);
        for (int j = 0; j < s.length; j++) {
            assertThat(s[j]).isBetween(0.0, j == 0 ? Double.MAX_VALUE : s[j - 1]);
        }
        double[] expected = new double[s.length];
        double[] u = new double[a.rows() * s.length];
        double[] v = new double[a.columns() * s.length];
        Natives.svd(false, a.rows(), a.columns(), a.values(), u, expected, v);
        assertThat(s).containsExactly(expected, within(BOUND * n * Matrices.EPSILON * a.norm()));
    }

    @Test
    void decompositionsOfRandomMatricesAreThoseOfRust() {
        NativeLibrary.load();
        for (int rows = 1; rows <= MOST; rows++) {
            for (int columns = 1; columns <= MOST; columns++) {
                for (int seed = 0; seed < 50; seed++) {
                    assertDecomposed(Matrices.random(seed, rows, columns));
                }
            }
        }
    }

    @Test
    void decompositionsOfGradedMatricesAreThoseOfRust() {
        NativeLibrary.load();
        Random random = new Random(1);
        for (int rows = 1; rows <= MOST; rows++) {
            for (int columns = 1; columns <= MOST; columns++) {
                for (int seed = 0; seed < 50; seed++) {
                    assertDecomposed(Matrices.random(seed, rows, columns)
                            .timesRow(powers(random, columns))
                            .timesColumn(powers(random, rows)));
                }
            }
        }
    }

    private static double[] powers(Random random, int count) {
        return random.doubles(count, -40, 40)
                .map(exponent -> Math.pow(2, exponent))
                .toArray();
    }

    @Test
    void ranksMayBeLower() {
        NativeLibrary.load();
        for (int n = 2; n <= MOST; n++) {
            for (int rank = 1; rank < n; rank++) {
                for (int seed = 0; seed < 20; seed++) {
                    Matrix a =
                            Matrices.naiveProduct(Matrices.random(seed, n, rank), Matrices.random(-seed - 1, rank, n));
                    // Values that are zero are left to Rust.
                    Svd svd = a.svd();
                    assertIsThatOfRust(svd, a);
                    double[] s = svd.singularValues();
                    assertThat(s[rank - 1]).isGreaterThan(1e-8);
                    assertThat(s[rank]).isLessThan(BOUND * n * Matrices.EPSILON * a.norm());
                }
            }
        }
    }

    @Test
    void valuesMayBeEqual() {
        NativeLibrary.load();
        assertThat(assertDecomposed(Matrix.identity(8))).containsOnly(1);
        assertThat(assertDecomposed(Matrix.diagonal(-2, 1, 2))).containsExactly(2, 2, 1);
        assertThat(assertDecomposed(Matrix.of(2, 3, 0, 3, 0, 3, 0, 0))).containsExactly(3, 3);
        Matrix hadamard = Matrix.generate(8, 8, (i, j) -> Integer.bitCount(i & j) % 2 == 0 ? 1 : -1);
        for (double value : assertDecomposed(hadamard)) {
            assertThat(value).isCloseTo(Math.sqrt(8), within(1e-14));
        }
    }

    @Test
    void scalingByPowersOfTwoChangesNoBitOfTheVectors() {
        Matrix a = Matrices.random(1, 5, 4);
        Svd svd = a.svd();
        for (int exponent : new int[] {-1000, -190, -50, 50, 190, 1000}) {
            double factor = Math.scalb(1.0, exponent);
            Svd scaled = a.times(factor).svd();
            assertThat(Matrix.ofRow(scaled.singularValues())
                            .times(1 / factor)
                            .isClose(Matrix.ofRow(svd.singularValues()), 1e-14, 0))
                    .isTrue();
            if (Math.abs(exponent) < 200) {
                assertThat(scaled.u()).isEqualTo(svd.u());
                assertThat(scaled.v()).isEqualTo(svd.v());
            }
        }
    }

    @Test
    void whatNeedsScalingOrAnExceptionIsLeftToRust() {
        for (double bad :
                new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, Double.MAX_VALUE
                }) {
            for (int at = 0; at < 4; at++) {
                double[] a = {1, 0, 0, 1};
                a[at] = bad;
                assertIsLeft(2, 2, a);
            }
        }
        assertIsLeft(2, 2, 1e-300, 0, 0, 1e-300);
        assertIsLeft(2, 2, 1, 0, 0, 1e-100);
        assertIsLeft(2, 3, 0, 0, 0, 0, 0, 0);
        assertIsLeft(2, 2, 1, 0, 2, 0);
        assertIsLeft(0, 3);
        assertThat(SmallMatrix.isSmall(9, 2)).isFalse();
        assertThat(SmallMatrix.isSmall(2, 9)).isFalse();
    }

    private static void assertIsLeft(int rows, int columns, double... a) {
        int count = Math.min(rows, columns);
        double[] u = new double[rows * count];
        assertThat(SmallSvd.decompose(rows, columns, a, u, new double[count], new double[columns * count]))
                .as("%s", Arrays.toString(a))
                .isFalse();
    }
}
