package io.github.rustffi.benchmarks;

import java.nio.ByteBuffer;

/** A loop in C that only reads memory, on all processors: the least time that work on so many values can take. */
public final class Reading {
    private static final int TRIALS = 20;

    private final int threads = Runtime.getRuntime().availableProcessors();
    private final ByteBuffer bytes;
    private final boolean streams;

    /**
     * Finds out which way of reading is the faster one here.
     *
     * @param bytes what is read: what {@link Machine#allocate} has returned, and something has been written to
     */
    public Reading(ByteBuffer bytes) {
        this.bytes = bytes;
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
    public long read() {
        return read(streams);
    }
}
