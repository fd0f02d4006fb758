package io.github.rustffi.benchmarks.vector;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
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

/** Arithmetic on arrays. A result is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class VectorBenchmark {
    /** What the arrays consist of. */
    public enum Type {
        /** Single precision. */
        FLOAT,
        /** Double precision. */
        DOUBLE
    }

    /** What is computed. */
    @Param
    public Operation operation;

    /** What of. */
    @Param
    public Type type;

    /** Whose library computes it: see {@link Peers}. */
    @Param("rust-ffi")
    public String peer;

    /** Values of an array. */
    @Param("768")
    public int n;

    private DoubleSupplier task;

    /** Makes the arrays and checks that the library computes what it should. */
    @Setup
    public void prepare() {
        Random random = new Random(n);
        double[] x = new double[n];
        double[] y = new double[n];
        float[] floatX = new float[n];
        float[] floatY = new float[n];
        double dot = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < n; i++) {
            floatX[i] = random.nextFloat() * 2 - 1;
            floatY[i] = random.nextFloat() * 2 - 1;
            x[i] = floatX[i];
            y[i] = floatY[i];
            dot += x[i] * y[i];
            xx += x[i] * x[i];
            yy += y[i] * y[i];
        }
        Kernels kernels = Peers.of(peer);
        task = type == Type.FLOAT ? kernels.of(operation, floatX, floatY) : kernels.of(operation, x, y);
        double lengths = Math.sqrt(xx * yy);
        double expected = operation == Operation.DOT ? dot : dot / lengths;
        // What is allowed for the sum of floats of a plain loop.
        double tolerance = (type == Type.FLOAT ? 1e-5 : 1e-13) * (operation == Operation.DOT ? lengths : 1);
        double actual = task.getAsDouble();
        if (!(Math.abs(actual - expected) <= tolerance)) {
            throw new AssertionError(operation + " is " + actual + ", not " + expected);
        }
    }

    /**
     * Computes.
     *
     * @return the result
     */
    @Benchmark
    public double compute() {
        return task.getAsDouble();
    }
}
