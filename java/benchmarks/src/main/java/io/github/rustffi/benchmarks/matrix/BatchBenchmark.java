package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Batch;
import io.github.rustffi.Matrix;
import io.github.rustffi.benchmarks.ByName;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Many small systems of equations, one right-hand side each. All solutions are compared before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {
    private static final int SYSTEMS = 100_000;

    /** Rows of each system. */
    @Param({"4", "16"})
    public int n;

    /** Who solves: {@code rust-ffi}, from arrays of matrices; {@code one-array}; or {@code ejml}, in a loop. */
    @Param("rust-ffi")
    public String peer;

    private Supplier<Object> task;

    /** Makes the systems, and checks that the peer solves them. */
    @Setup
    public void prepare() {
        Random random = new Random(1);
        double[] a = random.doubles((long) SYSTEMS * n * n, -1, 1).toArray();
        for (int i = 0; i < SYSTEMS * n; i++) {
            a[i / n * n * n + i % n * (n + 1)] += 2;
        }
        double[] b = random.doubles((long) SYSTEMS * n, -1, 1).toArray();
        task = new ByName<Supplier<Supplier<Object>>>(Map.of(
                        "rust-ffi", () -> ours(a, b),
                        "one-array", () -> () -> Batch.solve(n, a, 1, b),
                        "ejml", () -> ejml(a, b)))
                .get(peer)
                .get();
        double[] x = values(task.get());
        for (int i = 0; i < b.length; i++) {
            double sum = 0;
            double size = 1;
            for (int j = 0; j < n; j++) {
                double term = a[i * n + j] * x[i / n * n + j];
                sum += term;
                size += Math.abs(term);
            }
            if (!(Math.abs(sum - b[i]) <= 1e-10 * size)) {
                throw new AssertionError("row " + i + " is " + sum + ", not " + b[i]);
            }
        }
    }

    private Supplier<Object> ours(double[] a, double[] b) {
        Matrix[] matrices = new Matrix[SYSTEMS];
        Matrix[] sides = new Matrix[SYSTEMS];
        for (int i = 0; i < SYSTEMS; i++) {
            matrices[i] = Matrix.of(n, n, part(a, i, n * n));
            sides[i] = Matrix.of(n, 1, part(b, i, n));
        }
        return () -> Batch.solve(matrices, sides);
    }

    private Supplier<Object> ejml(double[] a, double[] b) {
        DMatrixRMaj[] matrices = new DMatrixRMaj[SYSTEMS];
        DMatrixRMaj[] sides = new DMatrixRMaj[SYSTEMS];
        for (int i = 0; i < SYSTEMS; i++) {
            matrices[i] = DMatrixRMaj.wrap(n, n, part(a, i, n * n));
            sides[i] = DMatrixRMaj.wrap(n, 1, part(b, i, n));
        }
        return () -> {
            DMatrixRMaj[] solutions = new DMatrixRMaj[SYSTEMS];
            for (int i = 0; i < SYSTEMS; i++) {
                solutions[i] = new DMatrixRMaj(n, 1);
                if (!CommonOps_DDRM.solve(matrices[i], sides[i], solutions[i])) {
                    throw new ArithmeticException("not solved");
                }
            }
            return solutions;
        };
    }

    private static double[] part(double[] values, int i, int size) {
        return Arrays.copyOfRange(values, i * size, (i + 1) * size);
    }

    private static double[] values(Object solutions) {
        if (solutions instanceof Matrix[] matrices) {
            return Arrays.stream(matrices)
                    .flatMapToDouble(x -> Arrays.stream(x.toArray()))
                    .toArray();
        }
        if (solutions instanceof DMatrixRMaj[] matrices) {
            return Arrays.stream(matrices)
                    .flatMapToDouble(x -> Arrays.stream(x.data))
                    .toArray();
        }
        return (double[]) solutions;
    }

    /**
     * Solves all systems.
     *
     * @return the solutions
     */
    @Benchmark
    @OperationsPerInvocation(SYSTEMS)
    public Object compute() {
        return task.get();
    }
}
