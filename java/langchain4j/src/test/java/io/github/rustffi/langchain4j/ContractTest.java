package io.github.rustffi.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreIT;
import dev.langchain4j.store.embedding.EmbeddingStoreWithFilteringIT;
import dev.langchain4j.store.embedding.EmbeddingStoreWithRemovalIT;
import dev.langchain4j.store.embedding.EmbeddingStoreWithoutMetadataIT;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What LangChain4j asks of every store, for one in memory and for one in a directory. */
class ContractTest {
    private static final EmbeddingModel MODEL = new Remembering(new AllMiniLmL6V2EmbeddingModel());

    /** A model that computes the embedding of a text once: the contract has few texts. */
    private record Remembering(EmbeddingModel model, Map<String, Embedding> known) implements EmbeddingModel {
        Remembering(EmbeddingModel model) {
            this(model, new ConcurrentHashMap<>());
        }

        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return Response.from(segments.stream()
                    .map(segment -> known.computeIfAbsent(
                            segment.text(), text -> model.embed(text).content()))
                    .toList());
        }
    }

    @Nested
    class Filtering extends EmbeddingStoreWithFilteringIT {
        private final RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().build();

        @AfterEach
        void close() {
            store.close();
        }

        @Override
        protected EmbeddingStore<TextSegment> embeddingStore() {
            return store;
        }

        @Override
        protected EmbeddingModel embeddingModel() {
            return MODEL;
        }

        @Override
        protected boolean supportsContains() {
            return true;
        }
    }

    @Nested
    class FilteringInADirectory extends EmbeddingStoreWithFilteringIT {
        @TempDir
        Path directory;

        private RustFfiEmbeddingStore store;

        @Override
        protected void ensureStoreIsReady() {
            store = RustFfiEmbeddingStore.builder().directory(directory).build();
        }

        @AfterEach
        void close() {
            store.close();
        }

        @Override
        protected EmbeddingStore<TextSegment> embeddingStore() {
            return store;
        }

        @Override
        protected EmbeddingModel embeddingModel() {
            return MODEL;
        }

        @Override
        protected boolean supportsContains() {
            return true;
        }
    }

    @Nested
    class Metadata extends EmbeddingStoreIT {
        private final RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().dimension(384).build();

        @AfterEach
        void close() {
            store.close();
        }

        @Override
        protected EmbeddingStore<TextSegment> embeddingStore() {
            return store;
        }

        @Override
        protected EmbeddingModel embeddingModel() {
            return MODEL;
        }
    }

    @Nested
    class WithoutMetadata extends EmbeddingStoreWithoutMetadataIT {
        private final RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().build();

        @AfterEach
        void close() {
            store.close();
        }

        @Override
        protected EmbeddingStore<TextSegment> embeddingStore() {
            return store;
        }

        @Override
        protected EmbeddingModel embeddingModel() {
            return MODEL;
        }
    }

    @Nested
    class Removal extends EmbeddingStoreWithRemovalIT {
        @TempDir
        Path directory;

        private RustFfiEmbeddingStore store;

        @BeforeEach
        void open() {
            store = RustFfiEmbeddingStore.builder().directory(directory).build();
        }

        @AfterEach
        void close() {
            store.close();
        }

        @Override
        protected EmbeddingStore<TextSegment> embeddingStore() {
            return store;
        }

        @Override
        protected EmbeddingModel embeddingModel() {
            return MODEL;
        }
    }
}
