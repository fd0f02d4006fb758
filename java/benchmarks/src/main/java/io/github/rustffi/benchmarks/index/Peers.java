package io.github.rustffi.benchmarks.index;

import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.benchmarks.ByName;
import io.github.rustffi.benchmarks.VectorApi;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The ways to search by the names that results bear. None is loaded before it is asked for. */
final class Peers {
    private static final ByName<Function<Embeddings, Search>> PEERS = new ByName<>(Map.of(
            "rust-ffi", embeddings -> search(index(embeddings)),
            "floats",
                    embeddings -> {
                        VectorIndex index = index(embeddings);
                        index.useCodes(false);
                        return search(index);
                    },
            "java", embeddings -> loop(embeddings, Peers::dot),
            "lucene",
                    embeddings -> {
                        VectorApi.requirePresent();
                        return lucene(embeddings);
                    },
            "lucene-scalar",
                    embeddings -> {
                        VectorApi.requireAbsent();
                        return lucene(embeddings);
                    },
            "jvector",
                    embeddings -> {
                        VectorApi.requirePresent();
                        return jvector(embeddings);
                    }));

    private Peers() {}

    /**
     * Returns a way to search.
     *
     * @param name its name
     * @param embeddings the vectors to search in
     * @return the way
     * @throws IllegalArgumentException when there is none of that name
     */
    static Search of(String name, Embeddings embeddings) {
        return PEERS.get(name).apply(embeddings);
    }

    /**
     * Returns an index of the vectors.
     *
     * @param embeddings the vectors
     * @return the index
     */
    static VectorIndex index(Embeddings embeddings) {
        VectorIndex index = VectorIndex.create(embeddings.dimension, VectorIndex.Metric.DOT_PRODUCT);
        index.addAll(embeddings.vectors);
        return index;
    }

    private static Search search(VectorIndex index) {
        return (query, k) -> index.search(query, k).ids();
    }

    private static Search loop(Embeddings embeddings, Loop.Dot<float[]> dot) {
        return new Loop<>(embeddings, UnaryOperator.identity(), dot);
    }

    private static Search lucene(Embeddings embeddings) {
        return loop(embeddings, org.apache.lucene.util.VectorUtil::dotProduct);
    }

    private static Search jvector(Embeddings embeddings) {
        return new Loop<>(
                embeddings,
                VectorizationProvider.getInstance().getVectorTypeSupport()::createFloatVector,
                VectorUtil::dotProduct);
    }

    private static float dot(float[] x, float[] y) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
