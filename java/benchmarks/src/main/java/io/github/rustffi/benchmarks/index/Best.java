package io.github.rustffi.benchmarks.index;

import java.util.Arrays;

/** The best of many, in a heap of numbers: the score in the upper half, its order kept, and the id in the lower. */
final class Best {
    private final long[] heap;
    private int size;

    Best(int k) {
        heap = new long[k];
    }

    /**
     * Takes up a candidate, or not.
     *
     * @param score its score
     * @param id its id
     */
    void offer(float score, int id) {
        int bits = Float.floatToRawIntBits(score);
        long value = (long) (bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | id;
        if (size < heap.length) {
            heap[size++] = value;
            if (size == heap.length) {
                // Sorted in ascending order it is a heap, the worst on top.
                Arrays.sort(heap);
            }
        } else if (value > heap[0]) {
            sink(value);
        }
    }

    private void sink(long value) {
        int at = 0;
        for (int child = 1; child < heap.length; child = 2 * at + 1) {
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = value;
    }

    /**
     * Takes up what another has found.
     *
     * @param other the other
     */
    void offerAll(Best other) {
        for (int i = 0; i < other.size; i++) {
            int ordered = (int) (other.heap[i] >> 32);
            offer(Float.intBitsToFloat(ordered ^ ordered >> 31 & Integer.MAX_VALUE), (int) other.heap[i]);
        }
    }

    /**
     * Returns the ids, the best first.
     *
     * @return the ids
     */
    long[] ids() {
        long[] sorted = Arrays.copyOf(heap, size);
        Arrays.sort(sorted);
        long[] ids = new long[size];
        for (int i = 0; i < size; i++) {
            ids[i] = (int) sorted[size - 1 - i];
        }
        return ids;
    }
}
