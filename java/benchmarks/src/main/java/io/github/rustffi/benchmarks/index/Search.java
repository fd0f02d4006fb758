package io.github.rustffi.benchmarks.index;

/** Exact search for the vectors with the greatest dot products, on all processors. */
@FunctionalInterface
public interface Search {
    /**
     * Returns the ids of the nearest vectors, the best first.
     *
     * @param query the query
     * @param k how many
     * @return the ids
     */
    long[] search(float[] query, int k);
}
