package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A few eigenvalues or singular values of many. */
class LanczosTest {
    /** What the i-th of 200 eigenvalues is: easy ones, close ones, equal ones. */
    private static final Map<String, IntToDoubleFunction> SPECTRA = Map.ofEntries(
            Map.entry("harmonic", i -> 1.0 / (i + 1)),
            Map.entry("linear", i -> i),
            Map.entry("geometric", i -> Math.pow(0.5, i)),
            Map.entry("of both signs", i -> (i % 2 == 0 ? 1 : -1) * Math.pow(0.9, i)),
            Map.entry("in pairs", i -> 1.0 / (1 + i / 2)),
            Map.entry("seven times the largest", i -> i < 7 ? 2 : 1.0 / i),
            Map.entry("seven times the smallest", i -> i < 7 ? -3 : i),
            Map.entry("close together", i -> i < 5 ? 1 + 1e-9 * i : 0.5 / i),
            Map.entry("closer together", i -> i < 5 ? 1 + 1e-14 * i : 0.5 / i),
            Map.entry("all equal", i -> 3),
            Map.entry("two values", i -> i % 2),
            Map.entry("rank three", i -> i < 3 ? i + 1 : 0),
            Map.entry("one large", i -> i == 0 ? 1e12 : 1 + i * 1e-3),
            Map.entry("one near zero", i -> i == 0 ? 1e-17 : i));

    private static Matrix orthogonal(long seed, int n) {
        return random(seed, n, n).qr().q();
    }

    private static Matrix withEigenvalues(double... values) {
        Matrix q = orthogonal(values.length, values.length);
        return q.timesRow(values).timesTranspose(q).symmetrized();
    }

    private static void assertOrthonormal(Matrix vectors) {
        assertThat(vectors.gram().minus(Matrix.identity(vectors.columns())).maxAbs())
                .isLessThanOrEqualTo(50 * EPSILON);
    }

    private static void assertEigen(Matrix a, SymmetricEigen some, double... expected) {
        double norm = a.norm2();
        double tolerance = 200 * EPSILON * norm;
        double[] values = some.values();
        assertThat(values).hasSize(expected.length).isSorted();
        assertThat(some.vectors().rows()).isEqualTo(a.rows());
        assertThat(some.vectors().columns()).isEqualTo(expected.length);
        assertThat(values).containsExactly(expected, within(tolerance));
        assertOrthonormal(some.vectors());
        Matrix residuals = a.times(some.vectors()).minus(some.vectors().timesRow(values));
        for (int i = 0; i < expected.length; i++) {
            // What is returned was looked at; here it is multiplied in another way, with rounding of its own.
            assertThat(Vectors.norm(residuals.column(i))).isLessThanOrEqualTo(20 * EPSILON * a.norm1());
        }
    }

    private static double[] nearest(double sigma, int k, double... values) {
        return DoubleStream.of(values)
                .boxed()
                .sorted((x, y) -> Double.compare(Math.abs(x - sigma), Math.abs(y - sigma)))
                .limit(k)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
    }

    static List<String> spectra() {
        return SPECTRA.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("spectra")
    void findsEveryEigenvalueAsOftenAsThereIsOne(String name) {
        int n = 200;
        double[] spectrum = IntStream.range(0, n).mapToDouble(SPECTRA.get(name)).toArray();
        Matrix a = withEigenvalues(spectrum);
        double[] all = spectrum.clone();
        Arrays.sort(all);
        for (int k : new int[] {1, 6, 10}) {
            assertEigen(a, a.symmetricEigenLargest(k), Arrays.copyOfRange(all, n - k, n));
            assertEigen(a, a.symmetricEigenSmallest(k), Arrays.copyOf(all, k));
            for (double sigma : new double[] {0.6 * all[n - 1] + 0.4 * all[0] + 1e-3, all[100], 1e6 * all[n - 1]}) {
                double[] values = a.symmetricEigenNearest(k, sigma).values();
                double[] expected = nearest(sigma, k, all);
                // Two may be as near as each other.
                double[] distances = DoubleStream.of(values)
                        .map(x -> Math.abs(x - sigma))
                        .sorted()
                        .toArray();
                assertThat(distances)
                        .containsExactly(
                                DoubleStream.of(expected)
                                        .map(x -> Math.abs(x - sigma))
                                        .sorted()
                                        .toArray(),
                                within(200 * EPSILON * a.norm2() + 2 * Math.ulp(sigma)));
                assertEigen(a, a.symmetricEigenNearest(k, sigma), values);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("spectra")
    void findsEverySingularValueAsOftenAsThereIsOne(String name) {
        int n = 200;
        double[] spectrum = IntStream.range(0, n)
                .mapToDouble(SPECTRA.get(name))
                .map(Math::abs)
                .toArray();
        double[] descending =
                DoubleStream.of(spectrum).map(x -> -x).sorted().map(x -> -x).toArray();
        for (int[] shape : new int[][] {{200, 200}, {350, 200}, {200, 700}}) {
            Matrix u = random(1, shape[0], n).qr().q();
            Matrix v = random(2, shape[1], n).qr().q();
            Matrix a = u.timesRow(spectrum).timesTranspose(v);
            for (int k : new int[] {1, 6, 10}) {
                Svd svd = a.svd(k);
                double tolerance = 200 * EPSILON * descending[0];
                assertThat(svd.singularValues()).containsExactly(Arrays.copyOf(descending, k), within(tolerance));
                assertOrthonormal(svd.u());
                assertOrthonormal(svd.v());
                Matrix left = a.times(svd.v()).minus(svd.u().timesRow(svd.singularValues()));
                Matrix right = a.transposeTimes(svd.u()).minus(svd.v().timesRow(svd.singularValues()));
                assertThat(left.norm()).isLessThanOrEqualTo(tolerance);
                assertThat(right.norm()).isLessThanOrEqualTo(tolerance);
                assertThat(svd.approximation(k).minus(a).norm())
                        .isCloseTo(
                                Vectors.norm(Arrays.copyOfRange(descending, k, n)),
                                within(1e-12 * Vectors.norm(descending)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "1,1", "5,5", "127,3", "128,128", "129,0", "129,17", "300,1", "300,37", "300,38"})
    void everyCountIsThatOfTheWhole(int n, int k) {
        Matrix a = Matrices.symmetric(3, n);
        double[] all = a.symmetricEigen().values();
        if (n == 0) {
            assertThat(a.symmetricEigenLargest(0).values()).isEmpty();
            return;
        }
        assertEigen(a, a.symmetricEigenLargest(k), Arrays.copyOfRange(all, n - k, n));
        assertEigen(a, a.symmetricEigenSmallest(k), Arrays.copyOf(all, k));
        assertEigen(a, a.symmetricEigenNearest(k, 0.3), nearest(0.3, k, all));
        assertThat(a.svd(k).singularValues())
                .containsExactly(Arrays.copyOf(a.singularValues(), k), within(200 * EPSILON * a.norm2()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-310, 1e-300, 1e-150, 1e150, 1e300})
    void scalesAreKept(double scale) {
        int n = 150;
        double[] spectrum =
                IntStream.range(0, n).mapToDouble(i -> 1.0 / (i + 1)).toArray();
        Matrix a = withEigenvalues(spectrum);
        Matrix scaled = a.times(scale);
        double[] values = scaled.symmetricEigenLargest(4).values();
        double[] singular = scaled.svd(4).singularValues();
        double[] near = scaled.symmetricEigenNearest(1, 0.26 * scale).values();
        double tolerance = scale < Double.MIN_NORMAL ? 1e-10 : 1e-13;
        assertThat(DoubleStream.of(values).map(x -> x / scale).toArray())
                .containsExactly(new double[] {1.0 / 4, 1.0 / 3, 1.0 / 2, 1}, within(tolerance));
        assertThat(DoubleStream.of(singular).map(x -> x / scale).toArray())
                .containsExactly(new double[] {1, 1.0 / 2, 1.0 / 3, 1.0 / 4}, within(tolerance));
        assertThat(near[0] / scale).isCloseTo(0.25, within(tolerance));
    }

    /** The inverse of what is nearest is too large for a double. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-200, 1e-310, Double.MIN_VALUE, 0})
    void theNearestMayBeAsNearAsCanBe(double tiny) {
        int n = 150;
        Matrix a = Matrix.generate(n, n, (i, j) -> i != j ? 0 : i == 7 ? tiny : i + 1);
        for (double sigma : new double[] {0, tiny, -tiny}) {
            assertEigen(a, a.symmetricEigenNearest(3, sigma), 0, 1, 2);
        }
    }

    /** The fifth of the harmonic spectrum takes few products; what never converges costs no more than all. */
    @Test
    void productsAreFew() {
        Matrix a = withEigenvalues(
                IntStream.range(0, 400).mapToDouble(i -> 1.0 / (i + 1)).toArray());
        assertThat(Lanczos.eigen(a, 5, Lanczos.Part.LARGEST, 0.0).products()).isBetween(20, 100);
        assertThat(Lanczos.eigen(a, 5, Lanczos.Part.NEAREST, 0.0105).products()).isBetween(20, 100);
        assertThat(GolubKahanLanczos.svd(a, 5).products()).isBetween(40, 200);
        // Of the smallest ones the differences are less than 1e-5 of the largest: all are computed.
        assertThat(Lanczos.eigen(a, 5, Lanczos.Part.SMALLEST, 0.0).products()).isZero();
    }

    @Test
    void isSaidToBeWrongWhatIs() {
        Matrix a = Matrix.identity(4);
        for (int k : new int[] {-1, 5, Integer.MIN_VALUE}) {
            for (DoubleSupplier call : List.<DoubleSupplier>of(
                    () -> a.symmetricEigenLargest(k).values()[0],
                    () -> a.symmetricEigenSmallest(k).values()[0],
                    () -> a.symmetricEigenNearest(k, 1).values()[0],
                    () -> a.svd(k).singularValues()[0])) {
                assertThatIllegalArgumentException()
                        .isThrownBy(call::getAsDouble)
                        .withMessage("k must be from 0 to 4, but is " + k);
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.symmetricEigenNearest(1, Double.NaN))
                .withMessage("sigma must be finite, but is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(2, 3).symmetricEigenLargest(1))
                .withMessage("matrix is not square: 2x3");
        for (int n : new int[] {3, 200}) {
            Matrix skewed = Matrix.generate(n, n, (i, j) -> i < j ? 1 : 0);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> skewed.symmetricEigenLargest(1))
                    .withMessageStartingWith("matrix is not symmetric: ");
            Matrix nan = Matrix.generate(n, n, (i, j) -> i == 1 && j == 1 ? Double.NaN : 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> nan.symmetricEigenSmallest(1))
                    .withMessage("matrix has a NaN at row 1, column 1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> nan.svd(1))
                    .withMessage("matrix has a NaN at row 1, column 1");
        }
    }

    /** What rounding leaves of symmetry is enough, and the mean counts. */
    @Test
    void theSymmetricPartCounts() {
        Matrix a = withEigenvalues(
                IntStream.range(0, 200).mapToDouble(i -> 1.0 / (i + 1)).toArray());
        Matrix rounded = a.plus(Matrix.generate(200, 200, (i, j) -> i < j ? 1e-14 : i > j ? -1e-14 : 0));
        assertThat(rounded.isSymmetric()).isFalse();
        assertEigen(a, rounded.symmetricEigenLargest(3), 1.0 / 3, 1.0 / 2, 1);
    }

    @Test
    @Tag("slow")
    void tenOfManyInRandomMatrices() {
        for (int n = 200; n <= 1000; n += 200) {
            Matrix a = Matrices.symmetric(n, n);
            double[] all = a.symmetricEigen().values();
            assertEigen(a, a.symmetricEigenLargest(10), Arrays.copyOfRange(all, n - 10, n));
            assertEigen(a, a.symmetricEigenNearest(10, 0.1), nearest(0.1, 10, all));
        }
    }
}
