package io.github.rustffi.benchmarks.index;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Vectors to search in and queries, the same ones every time. */
final class Embeddings {
    /** The number of queries. */
    static final int QUERIES = 64;

    /** The number of vectors. */
    final int count;

    /** Values of a vector. */
    final int dimension;

    /** The vectors, one after the other. */
    final float[] vectors;

    /** The queries, one after the other. */
    final float[] queries;

    /**
     * Makes vectors and queries.
     *
     * @param data where they come from
     */
    Embeddings(Data data) {
        count = data.count;
        dimension = data.dimension;
        vectors = data.make(count, Data.VECTOR_SEED);
        queries = data.make(QUERIES, Data.QUERY_SEED);
    }

    /**
     * Returns a copy of a vector.
     *
     * @param i its id
     * @return the vector
     */
    float[] vector(int i) {
        return Arrays.copyOfRange(vectors, i * dimension, (i + 1) * dimension);
    }

    /**
     * Returns a copy of a query.
     *
     * @param i its number
     * @return the query
     */
    float[] query(int i) {
        return Arrays.copyOfRange(queries, i * dimension, (i + 1) * dimension);
    }

    /**
     * Checks an answer with dot products in doubles.
     *
     * @param query the query
     * @param k how many vectors were asked for
     * @param ids the answer
     * @throws AssertionError when it is wrong
     */
    void check(float[] query, int k, long[] ids) {
        double[] scores = IntStream.range(0, count)
                .parallel()
                .mapToDouble(i -> score(query, i))
                .toArray();
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        if (ids.length != k || Arrays.stream(ids).distinct().count() != k) {
            throw new AssertionError(ids.length + " ids, or fewer, in place of " + k);
        }
        for (int i = 0; i < k; i++) {
            // Scores of floats may be interchanged where they are almost the same.
            double expected = sorted[count - 1 - i];
            double actual = scores[(int) ids[i]];
            if (!(Math.abs(actual - expected) <= 1e-4 * Math.max(1, Math.abs(expected)))) {
                throw new AssertionError("the score of hit " + i + " is " + actual + ", not " + expected);
            }
        }
    }

    private double score(float[] query, int i) {
        double sum = 0;
        for (int j = 0; j < dimension; j++) {
            sum += (double) query[j] * vectors[i * dimension + j];
        }
        return sum;
    }
}
