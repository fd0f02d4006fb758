package io.github.rustffi.benchmarks.index;

import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.benchmarks.ByName;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an index does besides plain searches: filters that allow 100 vectors, a hundredth, half, and all but 100; a
 * threshold that ten vectors reach, with and without a number of hits; and 100 vectors replaced, or removed and put
 * again, before a search. The other way is the search alone. Answers are checked before the clock runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StoreBenchmark {
    private static final int K = 10;
    private static final int FEW = 100;

    /** What the index does. */
    @Param("FILTER_HALF")
    public Work work;

    /** How: {@code rust-ffi}, or {@code plain}, which is a search alone. */
    @Param("rust-ffi")
    public String peer;

    private final Embeddings embeddings = new Embeddings(Data.GAUSSIAN);
    private VectorIndex index;
    private IntFunction<long[]> task;
    private long[] few;
    private float[] theirs;
    private int next;

    /** What an index does. */
    public enum Work {
        /** Searches among 100 vectors. */
        FILTER_100,
        /** Searches among a hundredth of the vectors. */
        FILTER_HUNDREDTH,
        /** Searches among half of the vectors. */
        FILTER_HALF,
        /** Searches among all vectors but 100. */
        FILTER_ALL_BUT_100,
        /** Searches for the nearest that reach a threshold. */
        AT_LEAST,
        /** Searches for all that reach a threshold. */
        ALL_AT_LEAST,
        /** Replaces 100 vectors, and searches. */
        PUT,
        /** Removes 100 vectors, puts them again, and searches. */
        REMOVE_AND_PUT
    }

    /** Makes the index, and compares what it finds with all scores, sorted. */
    @Setup
    public void prepare() {
        index = Peers.index(embeddings);
        few = new SplittableRandom(3)
                .longs(0, embeddings.count)
                .distinct()
                .limit(FEW)
                .toArray();
        theirs = new float[FEW * embeddings.dimension];
        for (int i = 0; i < FEW; i++) {
            System.arraycopy(
                    embeddings.vectors,
                    (int) few[i] * embeddings.dimension,
                    theirs,
                    i * embeddings.dimension,
                    embeddings.dimension);
        }
        task = new ByName<IntFunction<long[]>>(Map.of("rust-ffi", task(), "plain", this::search)).get(peer);
        for (int query = 0; query < 2; query++) {
            check(query);
        }
    }

    private IntFunction<long[]> task() {
        return switch (work) {
            case FILTER_100, FILTER_HUNDREDTH, FILTER_HALF, FILTER_ALL_BUT_100 -> {
                SearchOptions options = SearchOptions.nearest(K).filter(filter());
                yield query -> index.search(embeddings.query(query), options).ids();
            }
            case AT_LEAST, ALL_AT_LEAST -> {
                SearchOptions[] options = new SearchOptions[Embeddings.QUERIES];
                for (int query = 0; query < Embeddings.QUERIES; query++) {
                    float tenth = index.search(embeddings.query(query), K).scores()[K - 1];
                    SearchOptions all = work == Work.AT_LEAST ? SearchOptions.nearest(2 * K) : SearchOptions.all();
                    options[query] = all.atLeast(tenth);
                }
                yield query ->
                        index.search(embeddings.query(query), options[query]).ids();
            }
            case PUT ->
                query -> {
                    index.putAll(few, theirs);
                    return search(query);
                };
            case REMOVE_AND_PUT ->
                query -> {
                    index.removeAll(few);
                    index.putAll(few, theirs);
                    return search(query);
                };
        };
    }

    private long[] search(int query) {
        return index.search(embeddings.query(query), K).ids();
    }

    private IdFilter filter() {
        BitSet half = new BitSet();
        half.set(0, embeddings.count);
        SplittableRandom random = new SplittableRandom(4);
        half.stream().filter(id -> random.nextBoolean()).forEach(half::clear);
        return switch (work) {
            case FILTER_100 -> IdFilter.allow(few);
            case FILTER_HUNDREDTH ->
                IdFilter.allow(LongStream.range(0, embeddings.count / 100)
                        .map(i -> 100 * i)
                        .toArray());
            case FILTER_HALF -> IdFilter.allow(half);
            default -> IdFilter.exclude(few);
        };
    }

    private void check(int query) {
        boolean isFiltered = work.name().startsWith("FILTER") && peer.equals("rust-ffi");
        IdFilter filter = isFiltered ? filter() : IdFilter.all();
        long[] expected = Arrays.stream(
                        index.search(embeddings.query(query), embeddings.count).ids())
                .filter(filter::allows)
                .limit(K)
                .toArray();
        long[] found = task.apply(query);
        if (!Arrays.equals(found, expected)) {
            throw new AssertionError(work + " finds " + Arrays.toString(found) + ", not " + Arrays.toString(expected));
        }
        if (!isFiltered) {
            embeddings.check(embeddings.query(query), K, found);
        }
    }

    /**
     * Does the work for one query.
     *
     * @return the ids
     */
    @Benchmark
    public long[] work() {
        next = (next + 1) % Embeddings.QUERIES;
        return task.apply(next);
    }

    /** Closes the index. */
    @TearDown
    public void close() {
        index.close();
    }
}
