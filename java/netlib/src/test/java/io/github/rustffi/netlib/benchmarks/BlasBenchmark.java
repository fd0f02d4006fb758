package io.github.rustffi.netlib.benchmarks;

import dev.ludovic.netlib.blas.BLAS;
import io.github.rustffi.Parallelism;
import io.github.rustffi.netlib.RustBlas;
import java.lang.reflect.Method;
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

/** Operations on square matrices, by Rust, by netlib's Java, and by netlib's Java with the vector module of the JDK. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "--add-modules=jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BlasBenchmark {
    /** Who computes: {@code rust} on one thread, {@code rust-all} on all. */
    @Param({"rust", "rust-all", "Java11BLAS", "VectorBLAS"})
    public String peer;

    /** The order of the matrices. */
    @Param({"64", "250", "500", "1000"})
    public int n;

    private BLAS blas;
    private double[] a;
    private double[] b;
    private double[] c;
    private float[] aOfFloats;
    private float[] bOfFloats;
    private float[] cOfFloats;
    private double[] x;
    private double[] y;

    @Setup
    public void prepare() throws ReflectiveOperationException {
        if (peer.startsWith("rust")) {
            blas = RustBlas.getInstance();
            Parallelism.setThreads(
                    peer.equals("rust") ? 1 : Runtime.getRuntime().availableProcessors());
        } else {
            Method instance = Class.forName("dev.ludovic.netlib.blas." + peer).getMethod("getInstance");
            instance.setAccessible(true);
            blas = (BLAS) instance.invoke(null);
        }
        Random random = new Random(1);
        a = random.doubles((long) n * n).toArray();
        for (int i = 0; i < n; i++) {
            a[i * n + i] += n;
        }
        b = random.doubles((long) n * n).toArray();
        c = new double[n * n];
        x = random.doubles(n).toArray();
        y = new double[n];
        aOfFloats = floats(a);
        bOfFloats = floats(b);
        cOfFloats = new float[n * n];
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    @Benchmark
    public double[] dgemm() {
        blas.dgemm("N", "N", n, n, n, 1, a, n, b, n, 0, c, n);
        return c;
    }

    @Benchmark
    public double[] dgemmAdding() {
        blas.dgemm("T", "N", n, n, n, 1, a, n, b, n, 0.5, c, n);
        return c;
    }

    @Benchmark
    public float[] sgemm() {
        blas.sgemm("N", "N", n, n, n, 1, aOfFloats, n, bOfFloats, n, 0, cOfFloats, n);
        return cOfFloats;
    }

    @Benchmark
    public double[] dsyrk() {
        blas.dsyrk("U", "T", n, n, 1, a, n, 0, c, n);
        return c;
    }

    @Benchmark
    public double[] dtrsm() {
        System.arraycopy(b, 0, c, 0, c.length);
        blas.dtrsm("L", "L", "N", "N", n, n, 1, a, n, c, n);
        return c;
    }

    @Benchmark
    public double[] dgemv() {
        blas.dgemv("N", n, n, 1, a, n, x, 1, 0, y, 1);
        return y;
    }

    @Benchmark
    public double[] dgemvTransposed() {
        blas.dgemv("T", n, n, 1, a, n, x, 1, 0, y, 1);
        return y;
    }
}
