package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Small general matrices in Java beside what Rust makes of them; errors in units of n·ε. */
class SmallGeneralEigenTest {
    private static final int MOST = 8;

    /** Of an eigenvalue with its vector. */
    private static final double BOUND = 10;

    /** Decomposes in Java and in Rust, and returns what is Java's. */
    private static Eigen assertDecomposed(Matrix a) {
        int n = a.rows();
        double[] given = a.toArray();
        double[] real = new double[n];
        double[] imaginary = new double[n];
        double[] vectors = new double[n * n];
        assertThat(SmallGeneralEigen.decompose(n, given, real, imaginary, vectors))
                .as("%s", a)
                .isTrue();
        assertThat(given).isEqualTo(a.toArray());
        Eigen eigen = new Eigen(real, imaginary, Matrix.of(n, n, vectors));
        assertIsEigen(a, eigen);
        assertAreValues(a, real, imaginary);
        double[] realAlone = new double[n];
        double[] imaginaryAlone = new double[n];
        assertThat(SmallGeneralEigen.values(n, given, realAlone, imaginaryAlone))
                .as("%s", a)
                .isTrue();
        assertAreValues(a, realAlone, imaginaryAlone);
        double[] realOfRust = new double[n];
        double[] imaginaryOfRust = new double[n];
        double[] vectorsOfRust = new double[n * n];
        Natives.eigen(false, n, n, given, realOfRust, imaginaryOfRust, vectorsOfRust);
        // The same loop finds no more wrong with Rust.
        assertIsEigen(a, new Eigen(realOfRust, imaginaryOfRust, Matrix.of(n, n, vectorsOfRust)));
        return eigen;
    }

    private static void assertIsEigen(Matrix a, Eigen eigen) {
        int n = a.rows();
        for (int j = 0; j < n; j++) {
            double re = eigen.realValues()[j];
            double im = eigen.imaginaryValues()[j];
            Matrix x = Matrix.ofColumn(eigen.realVector(j));
            Matrix y = Matrix.ofColumn(eigen.imaginaryVector(j));
            double ofReal = a.times(x).minus(x.times(re)).plus(y.times(im)).norm();
            double ofImaginary =
                    a.times(y).minus(y.times(re)).minus(x.times(im)).norm();
            double error = Math.hypot(ofReal, ofImaginary);
            assertThat(error).as("value %d of %s", j, a).isLessThanOrEqualTo(BOUND * n * Matrices.EPSILON * a.norm());
            assertThat(Math.hypot(x.norm(), y.norm())).isCloseTo(1, within(n * Matrices.EPSILON));
            double largest = 0;
            double ofLargest = 0;
            for (int i = 0; i < n; i++) {
                double size = Math.hypot(x.get(i, 0), y.get(i, 0));
                if (y.get(i, 0) == 0) {
                    ofLargest = Math.max(ofLargest, size);
                }
                largest = Math.max(largest, size);
            }
            assertThat(ofLargest).as("real component of %s", a).isCloseTo(largest, within(1e-15));
        }
    }

    private static void assertAreValues(Matrix a, double[] real, double[] imaginary) {
        int n = a.rows();
        double sum = 0;
        double sumOfSquares = 0;
        for (int j = 0; j < n; j++) {
            sum += real[j];
            sumOfSquares += real[j] * real[j] - imaginary[j] * imaginary[j];
            if (imaginary[j] > 0) {
                assertThat(real[j + 1]).isEqualTo(real[j]);
                assertThat(imaginary[j + 1]).isEqualTo(-imaginary[j]);
            } else if (imaginary[j] < 0) {
                assertThat(j).isPositive();
                assertThat(imaginary[j - 1]).isEqualTo(-imaginary[j]);
            }
        }
        double norm = a.norm();
        assertThat(sum).as("%s", a).isCloseTo(a.trace(), within(BOUND * n * Matrices.EPSILON * norm));
        assertThat(sumOfSquares)
                .as("%s", a)
                .isCloseTo(a.times(a).trace(), within(BOUND * n * Matrices.EPSILON * norm * norm));
    }

    private interface Maker {
        Matrix of(int seed, int n);
    }

    private static void assertAllDecomposed(int count, Maker maker) {
        NativeLibrary.load();
        for (int n = 1; n <= MOST; n++) {
            for (int seed = 0; seed < count; seed++) {
                Matrix a = maker.of(seed, n);
                // Zeros are left to Rust.
                if (a.maxAbs() > 0) {
                    assertDecomposed(a);
                }
            }
        }
    }

    @Test
    void decompositionsOfRandomMatricesAreOnes() {
        assertAllDecomposed(200, (seed, n) -> Matrices.random(seed, n, n));
        assertAllDecomposed(100, (seed, n) -> Matrices.whole(seed, n, n));
        assertAllDecomposed(100, Matrices::symmetric);
    }

    @Test
    void zerosMayStandAnywhere() {
        Random random = new Random(1);
        for (int of = 2; of < 5; of++) {
            int zeros = of;
            assertAllDecomposed(
                    150, (seed, n) -> Matrices.random(seed, n, n).map(x -> random.nextInt(zeros) == 0 ? x : 0));
            assertAllDecomposed(
                    100, (seed, n) -> Matrices.random(seed, n, n).map(x -> random.nextInt(zeros) == 0 ? 1 : 0));
        }
    }

    @Test
    void shapesThatAreKnownToBeHardAreDecomposed() {
        // Companion matrices of polynomials of whole coefficients.
        assertAllDecomposed(
                100,
                (seed, n) -> Matrix.generate(n, n, (i, j) -> i == 0 ? Values.whole(seed, n)[j] : i == j + 1 ? 1 : 0));
        // What a step with the usual shifts leaves as it is.
        assertAllDecomposed(1, (seed, n) -> Matrix.generate(n, n, (i, j) -> i == (j + 1) % n ? 1 : 0));
        assertAllDecomposed(100, (seed, n) -> Matrices.random(seed, n, n).qr().q());
        assertAllDecomposed(100, (seed, n) -> {
            Matrix a = Matrices.random(seed, n, n);
            return a.minus(a.transpose());
        });
        assertAllDecomposed(100, (seed, n) -> Matrix.outer(Values.gaussian(seed, n), Values.gaussian(seed + 1, n)));
        assertAllDecomposed(50, (seed, n) -> Matrix.identity(n)
                .plus(Matrices.random(seed, n, n).times(1e-14)));
        assertAllDecomposed(50, (seed, n) -> jordan(n, seed % 3 - 1)
                .plus(Matrices.random(seed, n, n).times(1e-14)));
        // Frank's matrix, whose small eigenvalues are sensitive.
        assertAllDecomposed(1, (seed, n) -> Matrix.generate(n, n, (i, j) -> j < i - 1 ? 0 : n - Math.max(i, j)));
    }

    @Test
    void valuesOfSimilarMatricesOfTheSameJordanFormAreNear() {
        NativeLibrary.load();
        for (int n = 2; n <= MOST; n++) {
            for (int seed = 0; seed < 50; seed++) {
                Matrix x = Matrices.random(seed, n, n).plus(Matrix.identity(n).times(4.0));
                Eigen eigen = assertDecomposed(x.times(jordan(n, 1)).times(x.inverse()));
                double radius = Math.pow(1e-10, 1.0 / n);
                for (int j = 0; j < n; j++) {
                    assertThat(Math.hypot(eigen.realValues()[j] - 1, eigen.imaginaryValues()[j]))
                            .isLessThan(radius);
                }
            }
        }
    }

    private static Matrix jordan(int n, double value) {
        return Matrix.generate(n, n, (i, j) -> i == j ? value : i + 1 == j ? 1 : 0);
    }

    @Test
    void valuesOfTrianglesAreOnTheDiagonal() {
        NativeLibrary.load();
        for (int n = 1; n <= MOST; n++) {
            Matrix upper = Matrices.random(n, n, n).upperTriangle();
            for (Matrix a : new Matrix[] {
                upper, upper.transpose(), jordan(n, 1), jordan(n, 1).transpose()
            }) {
                Eigen eigen = assertDecomposed(a);
                assertThat(sorted(eigen.realValues())).isEqualTo(sorted(a.diagonal()));
                assertThat(eigen.imaginaryValues()).containsOnly(0);
            }
        }
        // Parallel but for rounding.
        Matrix vectors = assertDecomposed(jordan(8, 1)).vectors();
        for (int j = 0; j < 8; j++) {
            assertThat(Math.abs(vectors.get(0, j))).isCloseTo(1, within(1e-15));
        }
        assertThat(assertDecomposed(Matrix.identity(8)).vectors()).isEqualTo(Matrix.identity(8));
    }

    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Test
    void valuesOfRotationsAreThoseKnown() {
        NativeLibrary.load();
        Eigen quarter = assertDecomposed(Matrix.of(2, 2, 0, -1, 1, 0));
        assertThat(quarter.realValues()).containsExactly(0, 0);
        assertThat(quarter.imaginaryValues()).containsExactly(1, -1);
        for (double angle : new double[] {1e-9, 0.1, 1, 2, 3.1}) {
            double cosine = Math.cos(angle);
            double sine = Math.sin(angle);
            Eigen eigen = assertDecomposed(Matrix.of(2, 2, cosine, -sine, sine, cosine));
            assertThat(eigen.realValues()).containsExactly(new double[] {cosine, cosine}, within(1e-15));
            assertThat(eigen.imaginaryValues()).containsExactly(new double[] {sine, -sine}, within(1e-15));
        }
    }

    /**
     * Of values that are much smaller than the largest one, no digit is lost where they stand in blocks of their own.
     */
    @Test
    void valuesOfTinyBlocksAreAccurate() {
        NativeLibrary.load();
        for (double factor : new double[] {1e-30, 1e-100, 1e-170, 1e-250}) {
            // The block has the values 1 and 2 ± i.
            Matrix block = Matrix.of(3, 3, 3, -1, 0, 2, 1, 0, 5, 7, 1).times(factor);
            Matrix turned = Matrices.random(3, 3, 3).qr().q();
            for (Matrix tiny : new Matrix[] {block, turned.times(block).times(turned.transpose())}) {
                Matrix a = Matrix.generate(4, 4, (i, j) -> i < 3 && j < 3 ? tiny.get(i, j) : i == j ? 1 : 0);
                // Shifts of the smallest underflow, and Rust has to help.
                Eigen eigen = factor > 1e-150 ? assertDecomposed(a) : a.eigen();
                assertIsEigen(a, eigen);
                double[] real = new double[4];
                double[] imaginary = new double[4];
                for (int j = 0; j < 4; j++) {
                    boolean isOne = eigen.realValues()[j] == 1;
                    real[j] = isOne ? 100 : eigen.realValues()[j] / factor;
                    imaginary[j] = eigen.imaginaryValues()[j] / factor;
                }
                assertThat(sorted(real)).containsExactly(new double[] {1, 2, 2, 100}, within(1e-13));
                assertThat(sorted(imaginary)).containsExactly(new double[] {-1, 0, 0, 1}, within(1e-13));
            }
        }
        // An imaginary part that is small is no zero.
        Eigen pair = assertDecomposed(Matrix.of(3, 3, 1, 0, 0, 0, 0, 1e-200, 0, -1e-250, 0));
        assertThat(sorted(pair.imaginaryValues())[2]).isCloseTo(1e-225, within(1e-239));
    }

    /** Balancing undoes such scaling, after which small values are as accurate as large ones. */
    @Test
    void valuesOfBadlyScaledMatricesAreAccurate() {
        NativeLibrary.load();
        for (int n = 2; n <= MOST; n++) {
            double[] exponents = new Random(n).doubles(n, -30, 30).toArray();
            for (int seed = 0; seed < 50; seed++) {
                Matrix a = Matrices.random(seed, n, n);
                Matrix scaled = a.timesRow(map(n, i -> Math.scalb(1.0, (int) exponents[i])))
                        .timesColumn(map(n, i -> Math.scalb(1.0, -(int) exponents[i])));
                assertDecomposed(scaled);
                double[] real = new double[n];
                double[] imaginary = new double[n];
                assertThat(SmallGeneralEigen.values(n, scaled.values(), real, imaginary))
                        .isTrue();
                assertAreValues(a, real, imaginary);
            }
        }
    }

    private static double[] map(int n, IntToDoubleFunction function) {
        double[] values = new double[n];
        Arrays.setAll(values, function);
        return values;
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    @Test
    void gradedMatricesAreDecomposedOrLeft() {
        NativeLibrary.load();
        Random random = new Random(2);
        int left = 0;
        for (int n = 2; n <= MOST; n++) {
            for (int seed = 0; seed < 200; seed++) {
                double[] scale = map(random.doubles(n, -40, 40).toArray(), exponent -> Math.pow(2, exponent));
                Matrix a = Matrices.random(seed, n, n).timesRow(scale).timesColumn(scale);
                if (SmallGeneralEigen.decompose(n, a.values(), new double[n], new double[n], new double[n * n])) {
                    assertDecomposed(a);
                } else {
                    left++;
                }
                assertIsEigen(a, a.eigen());
            }
        }
        assertThat(left).isLessThan(20);
    }

    @Test
    void scalingByPowersOfTwoChangesNoBit() {
        for (int n = 1; n <= MOST; n++) {
            Matrix a = Matrices.random(n, n, n);
            Eigen eigen = a.eigen();
            for (int exponent : new int[] {-1000, -190, -50, 50, 190, 1000}) {
                double factor = Math.scalb(1.0, exponent);
                Eigen scaled = a.times(factor).eigen();
                if (Math.abs(exponent) < 195) {
                    assertThat(scaled.vectors()).isEqualTo(eigen.vectors());
                    assertThat(map(scaled.realValues(), x -> x / factor)).isEqualTo(eigen.realValues());
                    assertThat(map(scaled.imaginaryValues(), x -> x / factor)).isEqualTo(eigen.imaginaryValues());
                } else {
                    assertThat(sorted(map(scaled.realValues(), x -> x / factor)))
                            .containsExactly(sorted(eigen.realValues()), within(1e-12));
                    assertThat(sorted(map(scaled.imaginaryValues(), x -> x / factor)))
                            .containsExactly(sorted(eigen.imaginaryValues()), within(1e-12));
                }
            }
            // Of subnormal numbers some bits are left.
            Matrix tiny = a.times(0x1p-1040);
            assertThat(sorted(map(tiny.eigen().realValues(), x -> x * 0x1p520 * 0x1p520)))
                    .containsExactly(sorted(eigen.realValues()), within(1e-4));
        }
    }

    @Test
    void theSameMatrixGivesTheSameBits() {
        for (int n = 1; n <= MOST; n++) {
            Matrix a = Matrices.random(n, n, n);
            Eigen first = a.eigen();
            Matrix values = a.eigenvalues();
            for (int i = 0; i < 2000; i++) {
                Eigen again = a.eigen();
                assertThat(again.vectors()).isEqualTo(first.vectors());
                assertThat(again.realValues()).isEqualTo(first.realValues());
                assertThat(a.eigenvalues()).isEqualTo(values);
            }
        }
    }

    @Test
    void whatNeedsScalingOrAnExceptionIsLeftToRust() {
        for (double bad :
                new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, Double.MAX_VALUE
                }) {
            for (int n = 1; n <= MOST; n++) {
                for (int at = 0; at < n * n; at++) {
                    double[] a = Matrices.random(at, n, n).values();
                    a[at] = bad;
                    assertIsLeft(n, a);
                }
            }
        }
        assertIsLeft(2, 1e-300, 0, 0, 1e-300);
        assertIsLeft(2, 0, 0, 0, 0);
        assertIsLeft(0);
        assertThat(SmallGeneralEigen.isSmall(9, 9)).isFalse();
        assertThat(SmallGeneralEigen.isSmall(3, 2)).isFalse();
    }

    private static void assertIsLeft(int n, double... a) {
        assertThat(SmallGeneralEigen.decompose(n, a, new double[n], new double[n], new double[n * n]))
                .as("%s", Arrays.toString(a))
                .isFalse();
        assertThat(SmallGeneralEigen.values(n, a, new double[n], new double[n]))
                .as("%s", Arrays.toString(a))
                .isFalse();
    }
}
