package io.github.rustffi;

import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrapTest {
    /** Operations that check the values of a matrix, or of right-hand sides b, before they compute with them. */
    private static Map<String, BiFunction<Matrix, Matrix, double[]>> checking() {
        Map<String, BiFunction<Matrix, Matrix, double[]>> all = new LinkedHashMap<>();
        Matrix whole = random(3, 48, 48);
        Matrix definite = positiveDefinite(4, 48);
        all.put("eigen", (a, b) -> a.eigen().vectors().toArray());
        all.put("schur", (a, b) -> a.schur().t().toArray());
        all.put("hessenberg", (a, b) -> a.hessenberg().h().toArray());
        all.put("sylvester", (a, b) -> MatrixFunctions.sylvester(a, a, a).toArray());
        all.put("lyapunov", (a, b) -> MatrixFunctions.lyapunov(a, a).toArray());
        all.put("log", (a, b) -> MatrixFunctions.log(a).toArray());
        all.put("sqrt", (a, b) -> MatrixFunctions.sqrt(a).toArray());
        all.put("exp", (a, b) -> MatrixFunctions.exp(a.div(a.norm1())).toArray());
        all.put("svd", (a, b) -> a.svd().u().toArray());
        all.put("lu", (a, b) -> a.lu().u().toArray());
        all.put("symmetricEigen", (a, b) -> a.symmetricEigen().values());
        all.put("symmetricEigen of two", (a, b) -> a.symmetricEigen(a).values());
        all.put("cholesky", (a, b) -> a.cholesky().l().toArray());
        all.put("ldl", (a, b) -> a.gram().minus(a.gram().times(2)).ldl().l().toArray());
        all.put("qrTriangle", (a, b) -> a.qrTriangle().toArray());
        all.put("qr", (a, b) -> a.qr().r().toArray());
        all.put("pivotedQr", (a, b) -> a.pivotedQr().r().toArray());
        all.put("solve", (a, b) -> a.solve(b).toArray());
        all.put("inverse", (a, b) -> a.inverse().toArray());
        all.put("determinant", (a, b) -> new double[] {a.determinant()});
        all.put("leastSquares", (a, b) -> a.leastSquares(b).toArray());
        all.put("pseudoInverse", (a, b) -> a.pseudoInverse().toArray());
        all.put("rank", (a, b) -> new double[] {a.rank()});
        all.put("conditionNumber", (a, b) -> new double[] {a.conditionNumber()});
        all.put("singularValues", (a, b) -> a.singularValues());
        all.put("symmetricEigenvalues", (a, b) -> a.symmetricEigenvalues());
        all.put("symmetricEigenLargest", (a, b) -> a.symmetricEigenLargest(2).values());
        all.put("svd of a few", (a, b) -> a.svd(2).singularValues());
        all.put("eigenvalues", (a, b) -> a.eigenvalues().toArray());
        all.put("solveRight", (a, b) -> a.solveRight(b.transpose()).toArray());
        all.put("solveTriangular", (a, b) -> a.solveTriangular(Matrix.Triangle.UPPER, b)
                .toArray());
        all.put("norm2", (a, b) -> new double[] {a.norm2()});
        all.put("power", (a, b) -> a.power(-1).toArray());
        all.put("Pca", (a, b) -> Pca.of(a).components().toArray());
        all.put("solve of Lu", (a, b) -> whole.lu().solve(b).toArray());
        all.put("solve of Cholesky", (a, b) -> definite.cholesky().solve(b).toArray());
        all.put("solveL", (a, b) -> definite.cholesky().solveL(b).toArray());
        all.put("solve of Qr", (a, b) -> whole.qr().solve(b).toArray());
        all.put("solveR", (a, b) -> whole.qr().solveR(b).toArray());
        all.put("solve of Svd", (a, b) -> whole.svd().solve(b).toArray());
        return all;
    }

    @Test
    void aWrappedMatrixIsAViewOfItsArray() {
        double[] values = {1, 2, 3, 4, 5, 6};
        Matrix a = Matrix.wrap(2, 3, values);
        Matrix reshaped = a.reshape(3, 2);
        assertThat(a).isEqualTo(Matrix.of(2, 3, values)).hasSameHashCodeAs(Matrix.of(2, 3, values));
        values[5] = -6;
        assertThat(a.get(1, 2)).isEqualTo(-6);
        assertThat(reshaped.get(2, 1)).isEqualTo(-6);
        assertThat(a).isEqualTo(Matrix.of(2, 3, values)).hasSameHashCodeAs(Matrix.of(2, 3, values));
        assertThat(a.sum()).isEqualTo(9);
    }

    @Test
    void resultsAreNoViews() throws Exception {
        double[] values = {4, 1, 1, 3};
        Matrix a = Matrix.wrap(2, 2, values);
        Matrix read = (Matrix) SerializationTest.read(SerializationTest.written(a));
        List<Matrix> results =
                List.of(a.power(1), a.transpose(), Matrix.hstack(a), a.selectRows(0, 1), a.times(1), read);
        List<double[]> before = results.stream().map(Matrix::toArray).toList();
        assertThat(a.toArray()).isNotSameAs(values);
        values[0] = 99;
        assertThat(results.stream().map(Matrix::toArray).toList())
                .usingRecursiveComparison()
                .isEqualTo(before);
        assertThat(SerializationTest.read(SerializationTest.written(a))).isEqualTo(Matrix.of(2, 2, 99, 1, 1, 3));
    }

    @Test
    void aWrappedMatrixTakesNoMemory() {
        double[] values = new double[1_000_000];
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Matrix.wrap(1000, 1000, values);
        long before = threads.getCurrentThreadAllocatedBytes();
        Matrix a = Matrix.wrap(1000, 1000, values);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
        assertThat(a.get(999, 999)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 48})
    void operationsComputeTheSameAndWriteNothing(int n) {
        double[] values = positiveDefinite(1, n).toArray();
        double[] right = random(2, n == 5 ? 5 : 48, 2).toArray();
        double[] before = values.clone();
        double[] rightBefore = right.clone();
        checking().forEach((name, operation) -> {
            if (n == 5 && name.startsWith("solve") && !name.equals("solve")) {
                return; // these are about matrices of size 48
            }
            double[] expected = operation.apply(Matrix.of(n, n, values), Matrix.of(n, 2, right));
            double[] result = operation.apply(Matrix.wrap(n, n, values), Matrix.wrap(n, 2, right));
            assertThat(bits(result)).as(name).isEqualTo(bits(expected));
            assertThat(values).as(name).containsExactly(before);
            assertThat(right).as(name).containsExactly(rightBefore);
        });
    }

    @Test
    void theNumberOfValuesIsThatOfTheShape() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.wrap(2, 3, new double[5]))
                .withMessage("a 2x3 matrix does not have 5 values");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Matrix.wrap(-2, -3, new double[6]))
                .withMessage("a matrix cannot be -2x-3");
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> Matrix.wrap(2, 3, null))
                .withMessage("rowMajor");
    }

    /** In a JVM of its own, which a write at the wrong moment might end. Not all collectors pin arrays. */
    @ParameterizedTest
    @Tag("slow")
    @ValueSource(strings = {"G1", "Serial", "Shenandoah"})
    void everyCallEndsWhateverIsWrittenMeanwhile(String collector) throws Exception {
        // Not every JVM has Shenandoah.
        List<String> options = List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:+Use" + collector + "GC");
        Child.Result child = Child.run(options, Written.class);
        assertThat(child.output()).endsWith("all calls have ended\n");
        assertThat(child.exit()).isZero();
    }

    /**
     * Calls every operation while another thread writes to its matrix: NaN, infinity, huge values, and the old ones.
     */
    static final class Written {
        private static final long NANOSECONDS = 10_000_000_000L;
        private static final long LONGEST_NANOSECONDS = 60_000_000_000L;
        private static final int[] SIZES = {5, 48, 48, 160};
        private static final double[] STRANGE = {Double.NaN, Double.POSITIVE_INFINITY, 1e300, -1e-300, 0.0};

        private static volatile double[] written = {};
        private static volatile double[] original = {};
        private static volatile String current = "";
        private static volatile long since;

        public static void main(String[] args) {
            start(Written::write);
            start(Written::watch);
            Map<String, Integer> outcomes = new TreeMap<>();
            Map<String, BiFunction<Matrix, Matrix, double[]>> operations = checking();
            List<String> names = new ArrayList<>(operations.keySet());
            Map<Integer, Matrix> definite = new TreeMap<>();
            for (int n : SIZES) {
                definite.put(n, positiveDefinite(1, n));
            }
            long begin = System.nanoTime();
            for (int i = 0; System.nanoTime() - begin < NANOSECONDS || i < names.size() * SIZES.length; i++) {
                String name = names.get(i % names.size());
                int n = name.startsWith("solve") ? 48 : SIZES[i / names.size() % SIZES.length];
                double[] values = definite.get(n).toArray();
                // The right-hand sides are written to, where these are what is checked.
                boolean isOfRight = name.contains(" of ") || name.equals("solveL") || name.equals("solveR");
                double[] right = random(i, n, n).toArray();
                original = (isOfRight ? right : values).clone();
                written = isOfRight ? right : values;
                since = System.nanoTime();
                current = name;
                String outcome = "result";
                try {
                    operations.get(name).apply(Matrix.wrap(n, n, values), Matrix.wrap(n, n, right));
                } catch (IllegalArgumentException | ArithmeticException e) {
                    outcome = e.getClass().getSimpleName();
                }
                current = "";
                outcomes.merge(outcome, 1, Integer::sum);
            }
            System.out.println(outcomes);
            boolean isTried =
                    outcomes.getOrDefault("result", 0) > 0 && outcomes.getOrDefault("IllegalArgumentException", 0) > 0;
            System.out.print(isTried ? "all calls have ended\n" : "nothing was written in time\n");
            System.exit(0);
        }

        private static void start(Runnable work) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }

        private static void write() {
            Random random = new Random(1);
            while (true) {
                double[] before = original;
                double[] values = written;
                if (values.length == 0 || values.length != before.length) {
                    continue;
                }
                int at = random.nextInt(values.length);
                values[at] = STRANGE[random.nextInt(STRANGE.length)];
                pause(random);
                // The check has to find nothing now and then.
                values[at] = before[at];
                pause(random);
            }
        }

        /** Waits up to a millisecond, mostly much less: calls take as different times. */
        private static void pause(Random random) {
            long nanoseconds = 1L << random.nextInt(21);
            for (long begin = System.nanoTime(); System.nanoTime() - begin < nanoseconds; ) {
                Thread.onSpinWait();
            }
        }

        private static void watch() {
            while (true) {
                String name = current;
                if (!name.isEmpty() && System.nanoTime() - since > LONGEST_NANOSECONDS) {
                    System.out.println(name + " does not end");
                    Runtime.getRuntime().halt(1);
                }
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
