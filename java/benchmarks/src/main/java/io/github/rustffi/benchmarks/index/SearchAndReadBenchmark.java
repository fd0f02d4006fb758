package io.github.rustffi.benchmarks.index;

import io.github.rustffi.benchmarks.Machine;
import io.github.rustffi.benchmarks.Reading;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * Exact search, with codes and without, and reading the memory, in turn in one JVM: what the machine's memory gives may
 * change within a second, so that two JVMs, one after the other, do not tell which of them is the faster one. The codes
 * have been made, and answers have been checked, before the clock runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 20, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class SearchAndReadBenchmark {
    private static final int IN_TURN = 10;

    /** What is searched in. */
    @Param("GAUSSIAN")
    public Data data;

    /** How many vectors are to be found. */
    @Param({"10", "1000"})
    public int k;

    private Embeddings embeddings;
    private Search search;
    private Search searchFloats;
    private Reading reading;
    private int next;

    /** Makes the vectors and checks that they are found. */
    @Setup
    public void prepare() {
        embeddings = new Embeddings(data);
        search = Peers.of("rust-ffi", embeddings);
        searchFloats = Peers.of("floats", embeddings);
        for (int i = 0; i < Embeddings.QUERIES; i++) {
            float[] query = embeddings.query(i);
            long[] ids = search.search(query, k);
            if (!Arrays.equals(ids, searchFloats.search(query, k))) {
                throw new AssertionError("other ids without codes for query " + i);
            }
            if (i == 0) {
                embeddings.check(query, k, ids);
            }
        }
        ByteBuffer bytes =
                Machine.allocate((long) embeddings.vectors.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(embeddings.vectors);
        reading = new Reading(bytes);
    }

    /** What an iteration has taken. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Times {
        private long turns;
        private long searches;
        private long searchesOfFloats;
        private long reads;

        /** Begins anew. */
        @Setup(Level.Iteration)
        public void reset() {
            turns = 0;
            searches = 0;
            searchesOfFloats = 0;
            reads = 0;
        }

        /**
         * Returns what a search has taken.
         *
         * @return nanoseconds
         */
        public double searching() {
            return (double) searches / (turns * IN_TURN);
        }

        /**
         * Returns what a search without codes has taken.
         *
         * @return nanoseconds
         */
        public double searchingFloats() {
            return (double) searchesOfFloats / (turns * IN_TURN);
        }

        /**
         * Returns what reading has taken.
         *
         * @return nanoseconds
         */
        public double reading() {
            return (double) reads / (turns * IN_TURN);
        }
    }

    /**
     * Searches some times, as often without codes, then reads as often.
     *
     * @param times where the time of each goes
     * @param blackhole where the results go
     */
    @Benchmark
    public void inTurn(Times times, Blackhole blackhole) {
        times.searches += nanoseconds(blackhole, () -> next(search));
        times.searchesOfFloats += nanoseconds(blackhole, () -> next(searchFloats));
        times.reads += nanoseconds(blackhole, reading::read);
        times.turns++;
    }

    private long next(Search search) {
        next = (next + 1) % Embeddings.QUERIES;
        return search.search(embeddings.query(next), k)[0];
    }

    /** Returns how long the work takes, after a first time that finds in the cache what other work has left there. */
    private static long nanoseconds(Blackhole blackhole, LongSupplier work) {
        blackhole.consume(work.getAsLong());
        long begin = System.nanoTime();
        for (int i = 0; i < IN_TURN; i++) {
            blackhole.consume(work.getAsLong());
        }
        return System.nanoTime() - begin;
    }
}
