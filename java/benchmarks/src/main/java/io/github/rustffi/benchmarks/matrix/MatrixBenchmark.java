package io.github.rustffi.benchmarks.matrix;

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

/** Linear algebra, heap in and heap out. A result is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
// OpenBLAS factors in several threads with 2 MiB and more on the caller's stack; with a Java thread's usual 1 MiB it
// crashes.
@Fork(value = 1, jvmArgsAppend = "-Xss8m")
public class MatrixBenchmark {
    /** What is computed. */
    @Param
    public Work work;

    /** Whose library computes it: see {@link Peers}. */
    @Param("rust-ffi")
    public String peer;

    /** Columns. */
    @Param("256")
    public int n;

    private Task<?> task;

    /** Makes the problem and checks that the library solves it. */
    @Setup
    public void prepare() {
        Problem problem = work.problem(n);
        task = Peers.of(peer).task(work, problem);
        work.check(problem, task.result());
    }

    /**
     * Computes.
     *
     * @return the result
     */
    @Benchmark
    public Object compute() {
        return task.run().get();
    }
}
