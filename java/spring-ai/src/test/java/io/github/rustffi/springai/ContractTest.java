package io.github.rustffi.springai;

import io.github.rustffi.springai.examples.WordsModel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.test.vectorstore.BaseVectorStoreTests;
import org.springframework.ai.vectorstore.VectorStore;

/** What Spring AI asks of every store, for one in memory and for one in a directory. */
class ContractTest {
    @Nested
    class InMemory extends BaseVectorStoreTests {
        @Override
        protected void executeTest(Consumer<VectorStore> test) {
            try (RustFfiVectorStore store =
                    RustFfiVectorStore.builder(new WordsModel()).build()) {
                test.accept(store);
            }
        }
    }

    @Nested
    class InADirectory extends BaseVectorStoreTests {
        @TempDir
        Path directory;

        @Override
        protected void executeTest(Consumer<VectorStore> test) {
            try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                    .directory(directory)
                    .build()) {
                test.accept(store);
            }
        }
    }
}
