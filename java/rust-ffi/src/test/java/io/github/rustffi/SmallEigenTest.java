package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small symmetric matrices in Java beside what Rust makes of them; errors in units of n·ε. */
class SmallEigenTest {
    private static final int MOST = 8;

    /** Of a decomposition, half of which is Rust's error where both are compared. */
    private static final double BOUND = 10;

    /** Decomposes in Java and in Rust, and returns the values of the one. */
    private static double[] assertDecomposed(Matrix a) {
        int n = a.rows();
        double[] values = new double[n];
        double[] vectors = new double[n * n];
        assertThat(SmallEigen.decompose(n, a.values(), values, vectors))
                .as("%s", a)
                .isTrue();
        Matrix v = Matrix.of(n, n, vectors);
        assertThat(Matrices.orthogonality(v)).as("%s", a).isLessThan(BOUND);
        Matrix product = v.timesRow(values).times(v.transpose());
        assertThat(Matrices.error(product, a.symmetrized(), n)).as("%s", a).isLessThan(BOUND);
        assertThat(values).isSorted();
        double[] expected = new double[n];
        Natives.symmetricEigen(false, n, n, a.values(), expected, new double[n * n]);
        assertThat(values).containsExactly(expected, within(BOUND * n * Matrices.EPSILON * a.norm()));
        double[] alone = new double[n];
        assertThat(SmallEigen.values(n, a.values(), alone)).as("%s", a).isTrue();
        assertThat(alone).isEqualTo(values);
        return values;
    }

    @Test
    void decompositionsOfRandomMatricesAreThoseOfRust() {
        NativeLibrary.load();
        for (int n = 1; n <= MOST; n++) {
            for (int seed = 0; seed < 400; seed++) {
                assertDecomposed(Matrices.symmetric(seed, n));
                assertDecomposed(Matrices.positiveDefinite(seed, n));
                Matrix whole = Matrices.whole(seed, n, n);
                assertDecomposed(whole.plus(whole.transpose()).plus(Matrix.identity(n)));
            }
        }
    }

    @Test
    void decompositionsOfGradedMatricesAreThoseOfRust() {
        NativeLibrary.load();
        Random random = new Random(1);
        for (int n = 2; n <= MOST; n++) {
            for (int seed = 0; seed < 400; seed++) {
                double[] scale = random.doubles(n, -40, 40)
                        .map(exponent -> Math.pow(2, exponent))
                        .toArray();
                assertDecomposed(Matrices.symmetric(seed, n).timesRow(scale).timesColumn(scale));
            }
        }
    }

    @Test
    void valuesMayBeEqualOrZero() {
        NativeLibrary.load();
        assertThat(assertDecomposed(Matrix.identity(4))).containsExactly(1, 1, 1, 1);
        assertThat(assertDecomposed(Matrix.diagonal(3, 0, -1))).containsExactly(-1, 0, 3);
        assertThat(assertDecomposed(Matrix.of(2, 2, 0, 1, 1, 0))).containsExactly(new double[] {-1, 1}, within(1e-15));
        assertThat(assertDecomposed(Matrices.ones(4, 4))).containsExactly(new double[] {0, 0, 0, 4}, within(1e-14));
        // Values 1, 1 and 4.
        Matrix pair = Matrices.ones(3, 3).plus(Matrix.identity(3));
        assertThat(assertDecomposed(pair)).containsExactly(new double[] {1, 1, 4}, within(1e-14));
        assertThat(assertDecomposed(pair.plus(Matrix.generate(3, 3, (i, j) -> i + j == 1 ? 1e-12 : 0))))
                .containsExactly(new double[] {1, 1, 4}, within(1e-11));
        assertThat(assertDecomposed(Matrix.identity(8))).containsOnly(1);
        assertThat(assertDecomposed(Matrix.diagonal(3, 0, -1, 5, -2, 7))).containsExactly(-2, -1, 0, 3, 5, 7);
        assertThat(assertDecomposed(Matrices.ones(7, 7)))
                .containsExactly(new double[] {0, 0, 0, 0, 0, 0, 7}, within(1e-14));
        assertThat(assertDecomposed(Matrices.ones(6, 6).plus(Matrix.identity(6)).times(0.5)))
                .containsExactly(new double[] {0.5, 0.5, 0.5, 0.5, 0.5, 3.5}, within(1e-14));
    }

    /** Chains of springs, whose values are known; halves of them apart, and with a weak spring between. */
    @Test
    void valuesOfTridiagonalMatricesAreThoseKnown() {
        NativeLibrary.load();
        for (int n = 1; n <= MOST; n++) {
            int rows = n;
            double[] values =
                    assertDecomposed(Matrix.generate(n, n, (i, j) -> i == j ? 2 : Math.abs(i - j) == 1 ? -1 : 0));
            for (int k = 1; k <= n; k++) {
                double sine = Math.sin(Math.PI * k / (2 * (n + 1)));
                assertThat(values[k - 1]).isCloseTo(4 * sine * sine, within(4e-15));
            }
            for (double weak : new double[] {0, 1e-300, 1e-160, 1e-20, 1e-12}) {
                assertDecomposed(Matrix.generate(n, n, (i, j) -> switch (Math.abs(i - j)) {
                    case 0 -> 2;
                    case 1 -> i + j == 2 * (rows / 2) - 1 ? weak : -1;
                    default -> i + j == rows ? weak * weak : 0;
                }));
            }
        }
    }

    @Test
    void blocksOfAnySizeAreDecomposed() {
        NativeLibrary.load();
        for (int n = 5; n <= MOST; n++) {
            for (int size = 1; size < n; size++) {
                for (double factor : new double[] {1, 1e-8, 1e-30, 1e-170, 1e-250}) {
                    int rows = size;
                    Matrix a = Matrices.symmetric(size, n);
                    assertDecomposed(Matrix.generate(n, n, (i, j) -> {
                        boolean isFirst = i < rows && j < rows;
                        return isFirst ? a.get(i, j) : i >= rows && j >= rows ? factor * a.get(i, j) : 0;
                    }));
                }
            }
        }
    }

    @Test
    void scalingByPowersOfTwoChangesNoBitOfTheVectors() {
        for (int n : new int[] {4, 5, 8}) {
            assertScaledByPowersOfTwo(Matrices.symmetric(1, n));
        }
    }

    private static void assertScaledByPowersOfTwo(Matrix a) {
        SymmetricEigen eigen = a.symmetricEigen();
        for (int exponent : new int[] {-1000, -190, -50, 50, 190, 1000}) {
            double factor = Math.scalb(1.0, exponent);
            SymmetricEigen scaled = a.times(factor).symmetricEigen();
            assertThat(Matrix.ofRow(scaled.values())
                            .times(1 / factor)
                            .isClose(Matrix.ofRow(eigen.values()), 1e-14, 1e-14))
                    .isTrue();
            if (Math.abs(exponent) < 200) {
                assertThat(scaled.vectors()).isEqualTo(eigen.vectors());
            }
        }
    }

    @Test
    void whatNeedsScalingOrAnExceptionIsLeftToRust() {
        for (double bad :
                new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, Double.MAX_VALUE
                }) {
            assertIsLeft(2, bad, 0, 0, 1);
            assertIsLeft(2, 1, 0, 0, bad);
            assertIsLeft(2, 1, bad, bad, 1);
            assertIsLeft(2, 1, 0, bad, 1);
        }
        assertIsLeft(2, 1e-300, 0, 0, 1e-300);
        assertIsLeft(2, 0, 0, 0, 0);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            for (int at = 0; at < 64; at++) {
                double[] a = Matrices.symmetric(1, 8).values();
                a[at] = bad;
                a[at % 8 * 8 + at / 8] = bad;
                assertIsLeft(8, a);
            }
        }
        assertIsLeft(6, new double[36]);
        assertIsLeft(0);
        assertIsLeft(2, 2, 1, 1 + 0x1p-24, 2);
        assertThat(SmallEigen.isSmall(9, 9)).isFalse();
        assertThat(SmallEigen.isSmall(3, 2)).isFalse();
    }

    private static void assertIsLeft(int n, double... a) {
        assertThat(SmallEigen.decompose(n, a, new double[n], new double[n * n]))
                .as("%s", Arrays.toString(a))
                .isFalse();
    }
}
