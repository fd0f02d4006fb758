package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import io.github.rustffi.Vectors;
import io.github.rustffi.benchmarks.ByName;
import io.github.rustffi.benchmarks.Machine;
import io.github.rustffi.benchmarks.Reading;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

/** A matrix of some shape times a vector, heap in and heap out. A product is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TimesVectorBenchmark {
    /** Rows and columns of the matrix. */
    @Param("300x300")
    public String shape;

    /** Who computes: {@code rust-ffi}, {@code transposed} for the product of the transpose, {@code java} and others. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<Object> task;

    /** Makes the matrix and the vector, and checks a product. */
    @Setup
    public void prepare() {
        Shape at = Shape.of(shape);
        double[] a =
                new Random(1).doubles((long) at.rows() * at.columns(), -1, 1).toArray();
        double[] x = new Random(2).doubles(at.columns(), -1, 1).toArray();
        double[] z = new Random(3).doubles(at.rows(), -1, 1).toArray();
        Matrix matrix = Matrix.of(at.rows(), at.columns(), a);
        task = new ByName<Supplier<Supplier<Object>>>(Map.of(
                        "rust-ffi", () -> () -> matrix.times(x),
                        "transposed", () -> () -> matrix.transposeTimes(z),
                        "java", () -> () -> loop(a, x, at.rows()),
                        "java-transposed", () -> () -> transposedLoop(a, z, at.columns()),
                        "dot", () -> () -> Vectors.dot(a, x),
                        "read", () -> reading(a)::read))
                .get(peer)
                .get();
        if (task.get() instanceof double[] product) {
            boolean isTransposed = peer.endsWith("transposed");
            requireClose(product, isTransposed ? transposedLoop(a, z, at.columns()) : loop(a, x, at.rows()));
        }
    }

    private static Reading reading(double[] a) {
        ByteBuffer bytes = Machine.allocate((long) a.length * Double.BYTES).order(ByteOrder.nativeOrder());
        bytes.asDoubleBuffer().put(a);
        return new Reading(bytes);
    }

    /** What one writes in Java without a library, if one wants it fast. */
    private static double[] loop(double[] a, double[] x, int rows) {
        double[] product = new double[rows];
        int columns = x.length;
        for (int i = 0, from = 0; i < rows; i++, from += columns) {
            double sum0 = 0;
            double sum1 = 0;
            double sum2 = 0;
            double sum3 = 0;
            int j = 0;
            for (; j <= columns - 4; j += 4) {
                sum0 += a[from + j] * x[j];
                sum1 += a[from + j + 1] * x[j + 1];
                sum2 += a[from + j + 2] * x[j + 2];
                sum3 += a[from + j + 3] * x[j + 3];
            }
            for (; j < columns; j++) {
                sum0 += a[from + j] * x[j];
            }
            product[i] = sum0 + sum1 + sum2 + sum3;
        }
        return product;
    }

    /** The same of a transpose, which adds up multiples of rows. */
    private static double[] transposedLoop(double[] a, double[] x, int columns) {
        double[] product = new double[columns];
        for (int i = 0, from = 0; i < x.length; i++, from += columns) {
            double factor = x[i];
            for (int j = 0; j < columns; j++) {
                product[j] += factor * a[from + j];
            }
        }
        return product;
    }

    private static void requireClose(double[] actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-9 * Math.max(1, Math.abs(expected[i])))) {
                throw new AssertionError("value " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
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
