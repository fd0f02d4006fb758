package io.github.rustffi.benchmarks.index;

import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Exact search for many queries in one call. The time is that of one query. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TogetherBenchmark {
    /** How many vectors are to be found. */
    @Param({"10", "1000"})
    public int k;

    private final Embeddings embeddings = new Embeddings(Data.GAUSSIAN);
    private VectorIndex index;
    private VectorIndex indexOfFloats;

    /** Makes the vectors and checks that they are found. */
    @Setup
    public void prepare() {
        index = Peers.index(embeddings);
        indexOfFloats = Peers.index(embeddings);
        indexOfFloats.useCodes(false);
        List<Hits> hits = searchAll();
        for (int i = 0; i < Embeddings.QUERIES; i += Embeddings.QUERIES - 1) {
            embeddings.check(embeddings.query(i), k, hits.get(i).ids());
        }
        if (!searchAllFloats().equals(searchAll())) {
            throw new AssertionError("other hits without codes");
        }
    }

    /** Closes the indexes. */
    @TearDown
    public void close() {
        index.close();
        indexOfFloats.close();
    }

    /**
     * Searches for all queries.
     *
     * @return the hits
     */
    @Benchmark
    @OperationsPerInvocation(Embeddings.QUERIES)
    public List<Hits> searchAll() {
        return index.searchAll(embeddings.queries, k);
    }

    /**
     * Searches for all queries without codes.
     *
     * @return the hits
     */
    @Benchmark
    @OperationsPerInvocation(Embeddings.QUERIES)
    public List<Hits> searchAllFloats() {
        return indexOfFloats.searchAll(embeddings.queries, k);
    }
}
