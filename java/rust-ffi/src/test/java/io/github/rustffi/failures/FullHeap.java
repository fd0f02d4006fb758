package io.github.rustffi.failures;

import java.util.Objects;

/** Makes calls while the heap is full. */
final class FullHeap {
    private static final int LARGEST = 1 << 20;
    private static final int HEADER = 16;

    /** Asked for here, so that the JVM need not look for it when there is no memory to do so. */
    private static final Class<?> CAUGHT = OutOfMemoryError.class;

    private static final String WHEN = "with a full heap";
    private static final int MOST_TRIES = 100;

    private final Object[] held = new Object[1 << 16];
    private int count;
    private Object left;

    private FullHeap() {}

    /**
     * Makes the calls.
     *
     * @param bytesLeft bytes that are not taken, so that at each number another step on the way to the exception fails
     */
    static void make(Calls calls, int... bytesLeft) {
        FullHeap heap = new FullHeap();
        Throwable[][] thrown = new Throwable[bytesLeft.length][calls.count()];
        for (int round = 0; round < bytesLeft.length; round++) {
            heap.fill(LARGEST, bytesLeft[round]);
            for (int i = 0; i < calls.count(); i++) {
                // In place of what the call before has left behind.
                heap.fill(HEADER, bytesLeft[round]);
                thrown[round][i] = calls.make(i);
            }
            heap.empty();
        }
        awaitMemory();
        for (Throwable[] round : thrown) {
            for (int i = 0; i < calls.count(); i++) {
                calls.judgeUnlessOfJvm(i, WHEN, round[i]);
            }
        }
        calls.makeAllAfterwards();
    }

    /** Takes all memory but for some bytes, in pieces from the largest size down. */
    private void fill(int largest, int bytesLeft) {
        try {
            left = bytesLeft == 0 ? null : new byte[bytesLeft - HEADER];
        } catch (OutOfMemoryError e) {
            // There are fewer.
        }
        for (int size = largest; size >= HEADER; size = size == HEADER ? 0 : Math.max(size / 8, HEADER)) {
            try {
                for (; count < held.length; count++) {
                    held[count] = new byte[size - HEADER];
                }
            } catch (OutOfMemoryError e) {
                // Smaller ones may still find room.
            }
        }
        left = null;
    }

    private void empty() {
        while (count > 0) {
            count--;
            held[count] = null;
        }
    }

    /** Returns when memory can be had again, which a JVM may still refuse while a thread of its own collects. */
    private static void awaitMemory() {
        for (int i = 1; ; i++) {
            try {
                Objects.requireNonNull(new byte[LARGEST]);
                return;
            } catch (OutOfMemoryError e) {
                if (i == MOST_TRIES) {
                    throw e;
                }
                System.gc();
            }
        }
    }
}
