package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Small matrices in Java beside what Rust makes of them. */
class SmallMatrixTest {
    private static final int MOST = 8;

    private static void assertClose(double[] actual, double[] expected, double bound) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("value %d", i).isCloseTo(expected[i], within(bound));
        }
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    @Test
    void productsAreSumsOverAscendingColumns() {
        for (int rows = 0; rows <= MOST; rows++) {
            for (int inner : new int[] {0, 1, 2, 3, 5, 8}) {
                for (int columns = 0; columns <= MOST; columns++) {
                    Matrix a = Matrices.random(rows, rows, inner);
                    Matrix b = Matrices.random(columns, inner, columns);
                    assertThat(SmallMatrix.times(rows, inner, a.values(), columns, b.values()))
                            .containsExactly(Matrices.naiveProduct(a, b).values());
                    assertThat(SmallMatrix.isProduct(rows, inner, columns)).isEqualTo(!isSwitchedOff());
                }
            }
        }
        assertThat(SmallMatrix.isProduct(1, Integer.MAX_VALUE, 1)).isFalse();
        assertThat(SmallMatrix.isProduct(9, 1, 1)).isFalse();
    }

    @Test
    void productsOfTransposesAreThoseOfWhatIsTransposed() {
        for (int rows = 0; rows <= MOST; rows++) {
            for (int columns = 0; columns <= MOST; columns++) {
                Matrix a = Matrices.random(rows, rows, columns);
                Matrix b = Matrices.random(columns, rows, 3);
                Matrix c = Matrices.random(columns, 5, columns);
                assertThat(SmallMatrix.transposeTimes(rows, columns, a.values(), 3, b.values()))
                        .containsExactly(Matrices.naiveProduct(a.transpose(), b).values());
                assertThat(SmallMatrix.timesTranspose(rows, columns, a.values(), 5, c.values()))
                        .containsExactly(Matrices.naiveProduct(a, c.transpose()).values());
                assertThat(a.gram().isSymmetric(0)).isTrue();
                double[] x = Values.gaussian(rows, rows);
                assertThat(a.transposeTimes(x))
                        .containsExactly(Matrices.naiveProduct(a.transpose(), Matrix.ofColumn(x))
                                .values());
            }
        }
    }

    @Test
    void triangularSystemsAreThoseOfRust() {
        NativeLibrary.load();
        boolean[] both = {false, true};
        for (int n = 0; n <= MOST; n++) {
            double[] values =
                    Matrices.random(n, n, n).plus(Matrix.identity(n).times(n)).toArray();
            for (int columns : new int[] {1, 3}) {
                double[] b = Matrices.random(-n, n, columns).values();
                for (boolean isUpper : both) {
                    for (boolean isUnit : both) {
                        for (boolean isTransposed : both) {
                            double[] x = new double[b.length];
                            Natives.triangularSolve(
                                    false, n, n, values, isUpper, isUnit, isTransposed, n, columns, b, x);
                            double[] small =
                                    SmallMatrix.solveTriangular(n, values, isUpper, isUnit, isTransposed, columns, b);
                            assertClose(small, x, 100 * Matrices.EPSILON * largest(x));
                        }
                    }
                }
            }
        }
    }

    @Test
    void triangularSystemsOutOfRangeAreLeftToRust() {
        double[] b = {1, 2};
        double[] triangle = {2, 0, 1, 3};
        assertThat(SmallMatrix.solveTriangular(2, triangle, false, false, false, 1, b))
                .containsExactly(0.5, 0.5);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            for (int at = 0; at < 4; at++) {
                double[] values = triangle.clone();
                values[at] = bad;
                assertThat(SmallMatrix.solveTriangular(2, values, false, false, false, 1, b))
                        .isNull();
            }
            assertThat(SmallMatrix.solveTriangular(2, triangle, false, false, false, 1, new double[] {bad, 1}))
                    .isNull();
        }
        for (double pivot : new double[] {0, 1e-300}) {
            double[] values = {2, 0, 1, pivot};
            assertThat(SmallMatrix.solveTriangular(2, values, false, false, false, 1, b))
                    .isNull();
            assertThat(SmallMatrix.solveTriangular(2, values, false, true, false, 1, b))
                    .containsExactly(1, 1);
        }
        // It grows by 2^200 in each row.
        int n = MOST;
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 0x1p-99;
            if (i > 0) {
                values[i * n + i - 1] = 0x1p99;
            }
        }
        double[] one = new double[n];
        one[0] = 1;
        assertThat(SmallMatrix.solveTriangular(n, values, false, false, false, 1, one))
                .isNull();
    }

    @Test
    void rowsOfDeterminantsHaveAnyMagnitude() {
        for (int n = 2; n <= MOST; n++) {
            for (double near : new double[] {0, 1 - 1e-9}) {
                double[] values = Matrices.random(n, n, n).toArray();
                for (int i = 0; i < n; i++) {
                    values[i * n] = near * values[i * n + n - 1] + (1 - near) * values[i * n];
                }
                Matrix a = Matrix.of(n, n, values);
                double determinant = a.determinant();
                for (int exponent = -1000; exponent <= 600; exponent += 20) {
                    for (int other : new int[] {0, 38, 60, -30}) {
                        if (exponent - other < -960) {
                            // Elimination divides by the other rows: a quotient would not be a normal number.
                            continue;
                        }
                        double[] scaled = values.clone();
                        for (int j = 0; j < n; j++) {
                            scaled[j] = Math.scalb(scaled[j], exponent);
                            for (int i = 1; i < n; i++) {
                                scaled[i * n + j] = Math.scalb(scaled[i * n + j], other);
                            }
                        }
                        double expected = Math.scalb(determinant, exponent + (n - 1) * other);
                        assertThat(Matrix.of(n, n, scaled).determinant())
                                .as("%d rows, 2^%d and 2^%d", n, exponent, other)
                                .isCloseTo(expected, within(Math.max(bound(a) * Math.abs(expected), Double.MIN_VALUE)));
                    }
                }
            }
        }
    }

    @Test
    void systemsAndInversesAreThoseOfRust() {
        NativeLibrary.load();
        for (int n = 0; n <= MOST; n++) {
            for (int seed = 0; seed < 100; seed++) {
                Matrix a = Matrices.random(seed, n, n);
                for (int columns : new int[] {1, 3}) {
                    double[] b = Matrices.random(-seed, n, columns).values();
                    double[] x = new double[n * columns];
                    Natives.solve(false, n, n, a.values(), n, columns, b, x);
                    assertClose(SmallMatrix.solve(n, a.values(), columns, b), x, bound(a) * largest(x));
                }
                double[] inverse = new double[n * n];
                Natives.inverse(false, n, n, a.values(), inverse);
                assertClose(SmallMatrix.inverse(n, a.values()), inverse, bound(a) * largest(inverse));
                double determinant = Natives.determinant(false, n, n, a.values());
                assertThat(SmallMatrix.determinant(n, a.values()))
                        .isCloseTo(determinant, within(bound(a) * Math.abs(determinant)));
            }
        }
    }

    @Test
    void inversesAndDeterminantsOfGradedMatricesAreThoseOfRust() {
        NativeLibrary.load();
        Random random = new Random(1);
        for (int n = 2; n <= MOST; n++) {
            for (int seed = 0; seed < 500; seed++) {
                // Of singular values far apart, so that much cancels out in an expansion.
                double spread = random.nextDouble(12);
                double[] s = random.doubles(n, -spread, 0)
                        .map(exponent -> Math.pow(10, exponent))
                        .toArray();
                Matrix q = Matrices.random(seed, n, n).qr().q();
                Matrix a = q.timesRow(s)
                        .times(Matrices.random(-seed - 1, n, n).qr().q());
                double[] inverse = new double[n * n];
                Natives.inverse(false, n, n, a.values(), inverse);
                assertClose(SmallMatrix.inverse(n, a.values()), inverse, bound(a) * largest(inverse));
                double determinant = Natives.determinant(false, n, n, a.values());
                assertThat(SmallMatrix.determinant(n, a.values()))
                        .isCloseTo(determinant, within(bound(a) * Math.abs(determinant)));
            }
        }
    }

    @Test
    void rowsComeInAnyOrder() {
        NativeLibrary.load();
        for (int n = 2; n <= 6; n++) {
            // A column where nothing cancels, and one where all but rounding does.
            for (double near : new double[] {0, 1, 1 - 1e-9}) {
                for (int seed = 0; seed < 100; seed++) {
                    Matrix a = Matrices.random(seed, n, n);
                    double[] values = a.toArray();
                    for (int i = 0; i < n; i++) {
                        values[i * n] = near * values[i * n + n - 1] + (1 - near) * values[i * n];
                    }
                    if (near == 1) {
                        values[0] += 1e-10;
                    }
                    a = Matrix.of(n, n, values);
                    double determinant = Natives.determinant(false, n, n, values);
                    assertThat(SmallMatrix.determinant(n, values))
                            .isCloseTo(determinant, within(bound(a) * Math.abs(determinant)));
                    Matrix inverse = Matrix.of(n, n, SmallMatrix.inverse(n, values));
                    double residual = a.times(inverse).minus(Matrix.identity(n)).norm();
                    assertThat(residual).isLessThan(bound(a));
                    double[] b = Values.gaussian(-seed, n);
                    double[] x = SmallMatrix.solve(n, values, 1, b);
                    double[] rest = Vectors.minus(a.times(x), b);
                    assertThat(Vectors.norm(rest))
                            .isLessThan(10 * n * Matrices.EPSILON * (a.norm() * Vectors.norm(x) + Vectors.norm(b)));
                }
            }
        }
    }

    /** Returns what both errors may come to, in terms of the largest value of a result. */
    private static double bound(Matrix a) {
        return 20 * MOST * Matrices.EPSILON * (a.rows() == 0 ? 1 : a.conditionNumber());
    }

    @Test
    void choleskyFactorsAreThoseOfRust() {
        NativeLibrary.load();
        for (int n = 0; n <= MOST; n++) {
            for (int seed = 0; seed < 100; seed++) {
                Matrix a = Matrices.positiveDefinite(seed, n);
                double[] l = new double[n * n];
                Natives.choleskyFactor(false, n, n, a.values(), l);
                assertClose(SmallMatrix.cholesky(n, a.values()), l, bound(a) * largest(l));
            }
        }
    }

    @Test
    void scalingByPowersOfTwoChangesNoBitWithinTheRange() {
        Matrix a = Matrices.random(1, 5, 5);
        double[] b = Matrices.random(2, 5, 1).values();
        double[] x = SmallMatrix.solve(5, a.values(), 1, b);
        for (int exponent : new int[] {-190, -100, 100, 190}) {
            double factor = Math.scalb(1.0, exponent);
            double[] scaled = SmallMatrix.solve(5, a.times(factor).values(), 1, b);
            assertThat(scaled).containsExactly(map(x, value -> value / factor));
        }
    }

    private static double[] map(double[] values, DoubleUnaryOperator operator) {
        return Arrays.stream(values).map(operator).toArray();
    }

    @Test
    void whatNeedsScalingOrAnExceptionIsLeftToRust() {
        double[] b = {1, 2};
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300, Double.NEGATIVE_INFINITY}) {
            double[] a = {2, bad, bad, 3};
            assertThat(SmallMatrix.solve(2, a, 1, b)).isNull();
            assertThat(SmallMatrix.inverse(2, a)).isNull();
            assertThat(SmallMatrix.determinant(2, a)).isNaN();
            assertThat(SmallMatrix.cholesky(2, a)).isNull();
            for (int n = 1; n <= MOST; n++) {
                for (int at = 0; at < n * n; at++) {
                    double[] values = Matrices.random(at, n, n).values();
                    values[at] = bad;
                    assertThat(SmallMatrix.solve(n, values, 1, new double[n])).isNull();
                    assertThat(SmallMatrix.inverse(n, values)).isNull();
                    if (!Double.isFinite(bad) || n > 2) {
                        assertThat(SmallMatrix.determinant(n, values)).isNaN();
                    }
                }
            }
            assertThat(SmallMatrix.solve(2, new double[] {1, 0, 0, 1}, 1, new double[] {bad, 0}))
                    .isNull();
        }
        double[] singular = {1, 2, 2, 4};
        double[] tiny = {1e-300, 0, 0, 1e-300};
        double[] oblique = {2, 1, 1 + 0x1p-24, 2};
        for (UnaryOperator<double[]> method : List.<UnaryOperator<double[]>>of(
                a -> SmallMatrix.solve(2, a, 1, b), a -> SmallMatrix.inverse(2, a), a -> SmallMatrix.cholesky(2, a))) {
            assertThat(method.apply(singular)).isNull();
            assertThat(method.apply(tiny)).isNull();
        }
        assertThat(SmallMatrix.determinant(2, singular)).isNaN();
        assertThat(SmallMatrix.cholesky(2, oblique)).isNull();
        double[] rounded = {4, 1, 1 + 0x1p-24, 4};
        assertThat(SmallMatrix.cholesky(2, rounded))
                .isEqualTo(SmallMatrix.cholesky(2, new double[] {4, 1 + 0x1p-25, 1 + 0x1p-25, 4}));
        assertThat(SmallMatrix.solve(2, new double[] {1, 0, 0, 1}, 1, new double[] {1e-300, 0}))
                .isNull();
    }

    @Test
    void argumentsStayAsTheyAre() {
        double[] a = {0, 2, 4, 1};
        double[] b = {2, 9};
        double[] x = SmallMatrix.solve(2, a, 1, b);
        assertThat(x).containsExactly(2, 1);
        SmallMatrix.inverse(2, a);
        assertThat(SmallMatrix.determinant(2, a)).isEqualTo(-8);
        assertThat(a).containsExactly(0, 2, 4, 1);
        assertThat(b).containsExactly(2, 9);
    }

    private static boolean isSwitchedOff() {
        return "false".equals(System.getProperty("rustffi.small"));
    }
}
