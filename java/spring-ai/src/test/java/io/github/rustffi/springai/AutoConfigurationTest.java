package io.github.rustffi.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.springai.examples.WordsModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class AutoConfigurationTest {
    @TempDir
    Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withBean(EmbeddingModel.class, WordsModel::new)
            .withConfiguration(AutoConfigurations.of(RustFfiVectorStoreAutoConfiguration.class));

    /** Takes what is listed on the class path. */
    @Configuration
    @EnableAutoConfiguration
    static class Application {}

    @Test
    void springBootFindsTheConfiguration() {
        new ApplicationContextRunner()
                .withBean(EmbeddingModel.class, WordsModel::new)
                .withUserConfiguration(Application.class)
                .run(context -> assertThat(context).hasSingleBean(RustFfiVectorStore.class));
    }

    @Test
    void aContextThatIsStartedAgainHasTheDocuments() {
        ApplicationContextRunner inDirectory = runner.withPropertyValues(
                "spring.ai.vectorstore.rust-ffi.directory=" + directory,
                "spring.ai.vectorstore.rust-ffi.dimension=256");
        RustFfiVectorStore[] closed = new RustFfiVectorStore[1];
        inDirectory.run(context -> {
            context.getBean(VectorStore.class).add(List.of(new Document("one text")));
            closed[0] = context.getBean(RustFfiVectorStore.class);
        });
        assertThatThrownBy(closed[0]::size)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("the store is closed");
        inDirectory.run(context -> assertThat(context.getBean(VectorStore.class).similaritySearch("one text"))
                .extracting(Document::getText)
                .containsExactly("one text"));
    }

    @Test
    void propertiesSayWhatTheStoreIs() {
        runner.withPropertyValues(
                        "spring.ai.vectorstore.rust-ffi.directory=" + directory,
                        "spring.ai.vectorstore.rust-ffi.save-on-change=false")
                .run(context -> context.getBean(VectorStore.class).add(List.of(new Document("one text"))));
        runner.withPropertyValues("spring.ai.vectorstore.rust-ffi.directory=" + directory)
                .run(context -> assertThat(
                                context.getBean(RustFfiVectorStore.class).size())
                        .isZero());
        runner.withPropertyValues("spring.ai.vectorstore.type=simple")
                .run(context -> assertThat(context).doesNotHaveBean(VectorStore.class));
    }
}
