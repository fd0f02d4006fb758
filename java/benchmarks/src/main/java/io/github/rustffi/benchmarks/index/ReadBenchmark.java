package io.github.rustffi.benchmarks.index;

import io.github.rustffi.benchmarks.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A loop in C that only reads the bytes of the vectors, on all processors: the least time that a search can take. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ReadBenchmark {
    private final int threads = Runtime.getRuntime().availableProcessors();
    private ByteBuffer bytes;

    /** Makes the vectors. */
    @Setup
    public void prepare() {
        float[] vectors = new Embeddings().vectors;
        bytes = ByteBuffer.allocateDirect(vectors.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(vectors);
    }

    /**
     * Reads.
     *
     * @return a sum of all that was read
     */
    @Benchmark
    public long read() {
        return Machine.readAll(bytes, threads);
    }
}
