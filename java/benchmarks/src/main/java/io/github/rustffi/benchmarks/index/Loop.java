package io.github.rustffi.benchmarks.index;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The loop that one writes around the dot product of a library: each processor takes a part of the vectors and keeps
 * its best.
 *
 * @param <V> the library's vectors
 */
final class Loop<V> implements Search {
    /**
     * The dot product of a library.
     *
     * @param <V> the library's vectors
     */
    @FunctionalInterface
    interface Dot<V> {
        /**
         * Returns the dot product.
         *
         * @param x a vector
         * @param y a vector
         * @return the dot product
         */
        float of(V x, V y);
    }

    private final List<V> vectors;
    private final Function<float[], V> vector;
    private final Dot<V> dot;
    private final int threads = Runtime.getRuntime().availableProcessors();

    /**
     * Brings the vectors into the library's own form.
     *
     * @param embeddings the vectors
     * @param vector how to bring a vector into that form
     * @param dot the dot product
     */
    Loop(Embeddings embeddings, Function<float[], V> vector, Dot<V> dot) {
        this.vectors = IntStream.range(0, embeddings.count)
                .mapToObj(i -> vector.apply(embeddings.vector(i)))
                .toList();
        this.vector = vector;
        this.dot = dot;
    }

    @Override
    public long[] search(float[] query, int k) {
        V prepared = vector.apply(query);
        List<Best> parts = IntStream.range(0, threads)
                .parallel()
                .mapToObj(thread -> best(prepared, k, thread))
                .toList();
        Best best = new Best(k);
        parts.forEach(best::offerAll);
        return best.ids();
    }

    private Best best(V query, int k, int thread) {
        Best best = new Best(k);
        int end = (int) ((long) vectors.size() * (thread + 1) / threads);
        for (int i = (int) ((long) vectors.size() * thread / threads); i < end; i++) {
            best.offer(dot.of(query, vectors.get(i)), i);
        }
        return best;
    }
}
