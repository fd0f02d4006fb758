package io.github.rustffi.springai.benchmarks;

import io.github.rustffi.springai.RustFfiVectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;

/** The ten nearest of many documents of 384 values, in this store and in Spring AI's simple one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VectorStoreBenchmark {
    private static final int DIMENSION = 384;

    /** The store. */
    @Param({"rust-ffi", "simple"})
    public String peer;

    /** The number of documents. */
    @Param({"20000", "200000"})
    public int documents;

    /** The filter: none, one of eight languages, or half of all years. */
    @Param({"none", "language", "years"})
    public String filter;

    private VectorStore store;
    private SearchRequest request;

    /** A model whose embeddings take next to no time: random ones that follow from the text. */
    private static final class RandomModel implements EmbeddingModel {
        private static float[] embedding(String text) {
            Random random = new Random(text.hashCode());
            float[] values = new float[DIMENSION];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            return values;
        }

        @Override
        public EmbeddingResponse call(EmbeddingRequest request) {
            List<Embedding> embeddings = new ArrayList<>();
            for (String text : request.getInstructions()) {
                embeddings.add(new Embedding(embedding(text), embeddings.size()));
            }
            return new EmbeddingResponse(embeddings);
        }

        @Override
        public float[] embed(Document document) {
            return embedding(document.getText());
        }

        @Override
        public float[] embed(String text) {
            return embedding(text);
        }
    }

    @Setup
    public void fill() {
        EmbeddingModel model = new RandomModel();
        store = peer.equals("rust-ffi")
                ? RustFfiVectorStore.builder(model).batchingStrategy(List::of).build()
                : SimpleVectorStore.builder(model).build();
        Random random = new Random(1);
        List<Document> added = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            added.add(new Document(
                    "document " + i,
                    Map.of("language", "language " + random.nextInt(8), "year", 1900 + random.nextInt(100))));
        }
        store.add(added);
        SearchRequest.Builder builder =
                SearchRequest.builder().query("a query").topK(10).similarityThresholdAll();
        switch (filter) {
            case "language" -> builder.filterExpression("language == 'language 3'");
            case "years" -> builder.filterExpression("year > 1989 || year < 1940");
            default -> {
                // All.
            }
        }
        request = builder.build();
    }

    @TearDown
    public void close() {
        if (store instanceof RustFfiVectorStore ours) {
            ours.close();
        }
    }

    @Benchmark
    public List<Document> search() {
        return store.similaritySearch(request);
    }
}
