package io.github.rustffi.benchmarks.index;

import io.github.rustffi.FloatMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Where vectors come from. */
public enum Data {
    /** Random vectors. */
    GAUSSIAN(100_000, 768) {
        @Override
        float[] make(int rows, long seed) {
            return gaussian(rows, dimension, seed);
        }
    },
    /** Glosses of WordNet, embedded: what {@code java/benchmarks/embeddings} has written. */
    SENTENCES(90_000, 384) {
        @Override
        float[] make(int rows, long seed) {
            FloatMatrix glosses;
            try {
                glosses = FloatMatrix.readNpy(Path.of("java/benchmarks/target/embeddings/glosses.npy"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            // The queries are glosses too, none of which is searched for.
            int from = seed == QUERY_SEED ? count : 0;
            return Arrays.copyOfRange(glosses.toArray(), from * dimension, (from + rows) * dimension);
        }
    },
    /** Two tight clusters, of which codes rule out little. */
    CLUSTERS(100_000, 768) {
        @Override
        float[] make(int rows, long seed) {
            float[] centres = gaussian(2, dimension, 3);
            float[] values = gaussian(rows, dimension, seed);
            for (int i = 0; i < values.length; i++) {
                values[i] = centres[i % (2 * dimension)] + 1e-3f * values[i];
            }
            return values;
        }
    };

    /** The seed of vectors, and of queries. */
    static final long VECTOR_SEED = 1;

    static final long QUERY_SEED = 2;

    /** The number of vectors. */
    final int count;

    /** Values of a vector. */
    final int dimension;

    Data(int count, int dimension) {
        this.count = count;
        this.dimension = dimension;
    }

    /**
     * Returns vectors, the same ones every time, one after the other.
     *
     * @param rows how many
     * @param seed which ones
     * @return the vectors
     */
    abstract float[] make(int rows, long seed);

    private static float[] gaussian(int rows, int dimension, long seed) {
        float[] values = new float[rows * dimension];
        // Vector by vector, for every JVM that is measured waits for it.
        IntStream.range(0, rows).parallel().forEach(i -> {
            SplittableRandom random = new SplittableRandom(seed << Integer.SIZE | i);
            for (int j = 0; j < dimension; j++) {
                values[i * dimension + j] = (float) random.nextGaussian();
            }
        });
        return values;
    }
}
