package io.github.rustffi.langchain4j.benchmarks;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.rustffi.langchain4j.RustFfiEmbeddingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The ten nearest of many segments of 384 values, in this store and in that of LangChain4j in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EmbeddingStoreBenchmark {
    private static final int DIMENSION = 384;

    /** The store. */
    @Param({"rust-ffi", "in-memory"})
    public String peer;

    /** The number of segments. */
    @Param({"20000", "200000"})
    public int segments;

    /** The filter: none, one of eight languages, half of all years, or one of as many sources as there are segments. */
    @Param({"none", "language", "years", "source"})
    public String filter;

    private EmbeddingStore<TextSegment> store;
    private EmbeddingSearchRequest[] requests;
    private int next;

    @Setup
    public void fill() {
        store = peer.equals("rust-ffi") ? RustFfiEmbeddingStore.builder().build() : new InMemoryEmbeddingStore<>();
        Random random = new Random(1);
        List<Embedding> embeddings = new ArrayList<>();
        List<TextSegment> texts = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            embeddings.add(embedding(random));
            texts.add(TextSegment.from(
                    "segment " + i,
                    new Metadata()
                            .put("language", "language " + random.nextInt(8))
                            .put("year", 1900 + random.nextInt(100))
                            .put("source", "source " + i)));
        }
        store.addAll(embeddings, texts);
        Filter chosen =
                switch (filter) {
                    case "none" -> null;
                    case "language" -> metadataKey("language").isEqualTo("language 3");
                    case "years" ->
                        metadataKey("year")
                                .isGreaterThan(1989)
                                .or(metadataKey("year").isLessThan(1940));
                    default -> metadataKey("source").isEqualTo("source 77");
                };
        requests = new EmbeddingSearchRequest[16];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = EmbeddingSearchRequest.builder()
                    .queryEmbedding(embedding(random))
                    .maxResults(10)
                    .filter(chosen)
                    .build();
        }
    }

    private static Embedding embedding(Random random) {
        float[] values = new float[DIMENSION];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.from(values);
    }

    @TearDown
    public void close() {
        if (store instanceof RustFfiEmbeddingStore ours) {
            ours.close();
        }
    }

    @Benchmark
    public EmbeddingSearchResult<TextSegment> search() {
        return store.search(requests[next++ % requests.length]);
    }
}
