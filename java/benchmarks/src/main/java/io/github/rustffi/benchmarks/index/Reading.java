package io.github.rustffi.benchmarks.index;

import io.github.rustffi.benchmarks.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A loop in C that only reads the bytes of the vectors, on all processors: the least time that a search can take. */
final class Reading {
    private static final int TRIALS = 20;

    private final int threads = Runtime.getRuntime().availableProcessors();
    private final ByteBuffer bytes;
    private final boolean streams;

    /**
     * Copies the vectors to where they are read, and finds out which way of reading is the faster one here.
     *
     * @param embeddings the vectors
     */
    Reading(Embeddings embeddings) {
        bytes = Machine.allocate((long) embeddings.vectors.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(embeddings.vectors);
        if (read(true) != read(false)) {
            throw new AssertionError("both ways read the same");
        }
        long inStreams = Long.MAX_VALUE;
        long inOne = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS; i++) {
            inStreams = Math.min(inStreams, nanoseconds(true));
            inOne = Math.min(inOne, nanoseconds(false));
        }
        streams = inStreams < inOne;
    }

    private long nanoseconds(boolean streams) {
        long begin = System.nanoTime();
        read(streams);
        return System.nanoTime() - begin;
    }

    private long read(boolean streams) {
        return Machine.readAll(bytes, threads, streams);
    }

    /**
     * Reads.
     *
     * @return a sum of all that was read
     */
    long read() {
        return read(streams);
    }
}
