package io.github.rustffi.benchmarks.index;

import io.github.rustffi.VectorIndex;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The first search of a new index, which begins to make the codes, and that of one without codes, in turn. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstSearchBenchmark {
    private static final int K = 10;

    /** What is searched in. */
    @Param("GAUSSIAN")
    public Data data;

    private Embeddings embeddings;

    /** Makes the vectors. */
    @Setup
    public void prepare() {
        embeddings = new Embeddings(data);
    }

    /** What an iteration has taken. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Times {
        private long turns;
        private long withCodes;
        private long withoutCodes;

        /** Begins anew. */
        @Setup(Level.Iteration)
        public void reset() {
            turns = 0;
            withCodes = 0;
            withoutCodes = 0;
        }

        /**
         * Returns what the first search has taken.
         *
         * @return nanoseconds
         */
        public double searching() {
            return (double) withCodes / turns;
        }

        /**
         * Returns what the first search of an index without codes has taken.
         *
         * @return nanoseconds
         */
        public double searchingFloats() {
            return (double) withoutCodes / turns;
        }
    }

    /**
     * Makes an index and searches it once, then another one without codes.
     *
     * @param times where the time of each search goes
     */
    @Benchmark
    public void inTurn(Times times) {
        float[] query = embeddings.query((int) (times.turns % Embeddings.QUERIES));
        long[] ids;
        try (VectorIndex index = Peers.index(embeddings)) {
            long begin = System.nanoTime();
            ids = index.search(query, K).ids();
            times.withCodes += System.nanoTime() - begin;
        }
        try (VectorIndex index = Peers.index(embeddings)) {
            index.useCodes(false);
            long begin = System.nanoTime();
            long[] expected = index.search(query, K).ids();
            times.withoutCodes += System.nanoTime() - begin;
            if (!Arrays.equals(ids, expected)) {
                throw new AssertionError("other ids without codes");
            }
        }
        times.turns++;
    }
}
