package io.github.rustffi.benchmarks.matrix;

import dev.ludovic.netlib.blas.BLAS;
import io.github.rustffi.FloatMatrix;
import io.github.rustffi.benchmarks.ByName;
import io.github.rustffi.benchmarks.NetlibBlas;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Products of matrices of floats, heap in and heap out. A product is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xss8m")
public class FloatTimesBenchmark {
    /** Rows and columns. */
    @Param("256")
    public int n;

    /** Who computes: {@code rust-ffi}, or {@code netlib-openblas}. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<?> task;

    /** Makes the matrices, and checks a product with a vector. */
    @Setup
    public void prepare() {
        float[] a = random(1);
        float[] b = random(2);
        task = new ByName<Supplier<Supplier<?>>>(
                        Map.of("rust-ffi", () -> ours(a, b), "netlib-openblas", () -> openBlas(a, b)))
                .get(peer)
                .get();
        Function<Object, float[]> read = c -> c instanceof FloatMatrix matrix ? matrix.toArray() : (float[]) c;
        check(a, b, read.apply(task.get()));
    }

    private Supplier<FloatMatrix> ours(float[] a, float[] b) {
        FloatMatrix left = FloatMatrix.of(n, n, a);
        FloatMatrix right = FloatMatrix.of(n, n, b);
        return () -> left.times(right);
    }

    /** Columns for rows: the product of the transposes in reverse order is the transpose of the product. */
    private Supplier<float[]> openBlas(float[] a, float[] b) {
        BLAS blas = NetlibBlas.openBlas();
        return () -> {
            float[] c = new float[n * n];
            blas.sgemm("N", "N", n, n, n, 1, b, n, a, n, 0, c, n);
            return c;
        };
    }

    private float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[n * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private void check(float[] a, float[] b, float[] c) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        double[] expected = apply(a, apply(b, ones));
        double[] actual = apply(c, ones);
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-5 * n)) {
                throw new AssertionError("row " + i + " has the sum " + actual[i] + ", not " + expected[i]);
            }
        }
    }

    private double[] apply(float[] matrix, double[] x) {
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                y[i] += matrix[i * n + j] * x[j];
            }
        }
        return y;
    }

    /**
     * Computes.
     *
     * @return the product
     */
    @Benchmark
    public Object compute() {
        return task.get();
    }
}
