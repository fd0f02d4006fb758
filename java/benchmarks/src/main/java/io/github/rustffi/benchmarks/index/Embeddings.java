package io.github.rustffi.benchmarks.index;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Vectors to search in and queries, the same ones every time. */
final class Embeddings {
    /** The number of vectors. */
    static final int COUNT = 100_000;

    /** Values of a vector. */
    static final int DIMENSION = 768;

    /** The number of queries. */
    static final int QUERIES = 64;

    /** The vectors, one after the other. */
    final float[] vectors = random(1, COUNT);

    /** The queries, one after the other. */
    final float[] queries = random(2, QUERIES);

    private static float[] random(long seed, int count) {
        float[] values = new float[count * DIMENSION];
        // Vector by vector, for every JVM that is measured waits for it.
        IntStream.range(0, count).parallel().forEach(i -> {
            SplittableRandom random = new SplittableRandom(seed * COUNT + i);
            for (int j = 0; j < DIMENSION; j++) {
                values[i * DIMENSION + j] = (float) (random.nextDouble() * 2 - 1);
            }
        });
        return values;
    }

    /**
     * Returns a copy of a vector.
     *
     * @param i its id
     * @return the vector
     */
    float[] vector(int i) {
        return Arrays.copyOfRange(vectors, i * DIMENSION, (i + 1) * DIMENSION);
    }

    /**
     * Returns a copy of a query.
     *
     * @param i its number
     * @return the query
     */
    float[] query(int i) {
        return Arrays.copyOfRange(queries, i * DIMENSION, (i + 1) * DIMENSION);
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
        double[] scores = IntStream.range(0, COUNT)
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
            double expected = sorted[COUNT - 1 - i];
            double actual = scores[(int) ids[i]];
            if (!(Math.abs(actual - expected) <= 1e-4)) {
                throw new AssertionError("the score of hit " + i + " is " + actual + ", not " + expected);
            }
        }
    }

    private double score(float[] query, int i) {
        double sum = 0;
        for (int j = 0; j < DIMENSION; j++) {
            sum += (double) query[j] * vectors[i * DIMENSION + j];
        }
        return sum;
    }
}
