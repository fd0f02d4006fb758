package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import io.github.rustffi.benchmarks.ByName;
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

/**
 * The ten largest eigenvalues, or singular values, with their vectors, of a matrix that has 1/i for i from 1 on. They
 * are looked at before the clock runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FewBenchmark {
    private static final int FEW = 10;

    /** Rows and columns of the matrix. */
    @Param({"512", "2048"})
    public int n;

    /** What is computed: {@code eigen} or {@code svd}. */
    @Param({"eigen", "svd"})
    public String what;

    /** How: {@code rust-ffi}, or {@code whole}, which computes all of them. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<Object> task;

    /** Makes the matrix, and checks that its largest values are found. */
    @Setup
    public void prepare() {
        Matrix q = Matrix.random(n, n, new Random(1)).qr().q();
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = 1.0 / (i + 1);
        }
        Matrix a = q.timesRow(values).timesTranspose(q).symmetrized();
        task = new ByName<Supplier<Object>>(Map.of(
                        "rust-ffi", () -> what.equals("svd") ? a.svd(FEW) : a.symmetricEigenLargest(FEW),
                        "whole", () -> what.equals("svd") ? a.svd() : a.symmetricEigen()))
                .get(peer);
        double[] found = a.svd(FEW).singularValues();
        double[] eigenvalues = a.symmetricEigenLargest(FEW).values();
        for (int i = 0; i < FEW; i++) {
            double expected = values[i];
            if (!(Math.abs(found[i] - expected) + Math.abs(eigenvalues[FEW - 1 - i] - expected) <= 1e-12)) {
                throw new AssertionError(
                        "value " + i + " is " + found[i] + " and " + eigenvalues[FEW - 1 - i] + ", not " + expected);
            }
        }
    }

    /**
     * Computes.
     *
     * @return the values and the vectors
     */
    @Benchmark
    public Object compute() {
        return task.get();
    }
}
