package io.github.rustffi.benchmarks.index;

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

/** Exact search, one query at a time, on all processors. An answer is checked before the clock runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class IndexBenchmark {
    /** How many vectors are to be found. */
    @Param({"10", "1000"})
    public int k;

    /** Who finds them: see {@link Peers}. */
    @Param("rust-ffi")
    public String peer;

    private final Embeddings embeddings = new Embeddings(Data.GAUSSIAN);
    private Search search;
    private int next;

    /** Makes the vectors and checks that they are found. */
    @Setup
    public void prepare() {
        search = Peers.of(peer, embeddings);
        for (int i = 0; i < 2; i++) {
            embeddings.check(embeddings.query(i), k, search.search(embeddings.query(i), k));
        }
    }

    /**
     * Searches for one query.
     *
     * @return the ids
     */
    @Benchmark
    public long[] search() {
        next = (next + 1) % Embeddings.QUERIES;
        return search.search(embeddings.query(next), k);
    }
}
