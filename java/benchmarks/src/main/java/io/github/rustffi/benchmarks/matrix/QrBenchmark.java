package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

/** QR factorizations of matrices that are much wider than high. The factors are checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class QrBenchmark {
    /** Rows and columns of the matrix. */
    @Param("10x300000")
    public String shape;

    /** Who computes: {@code rust-ffi}. */
    @Param("rust-ffi")
    public String peer;

    private Matrix a;

    /** Makes the matrix, and checks that the product of the factors is it. */
    @Setup
    public void prepare() {
        Shape at = Shape.of(shape);
        double[] values =
                new Random(1).doubles((long) at.rows() * at.columns(), -1, 1).toArray();
        a = Matrix.of(at.rows(), at.columns(), values);
        var qr = a.qr();
        double difference = qr.q().times(qr.r()).minus(a).norm();
        if (!(difference <= 1e-12 * a.norm())) {
            throw new AssertionError("the product of the factors is off by " + difference);
        }
    }

    /**
     * Computes.
     *
     * @return the factors
     */
    @Benchmark
    public Object compute() {
        return a.qr();
    }
}
