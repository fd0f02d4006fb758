package io.github.rustffi.springai;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.observation.VectorStoreObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Makes a {@link RustFfiVectorStore} of the application's {@link EmbeddingModel}, unless there is one, or
 * {@code spring.ai.vectorstore.type} says another one than {@code rust-ffi}.
 */
@AutoConfiguration
@ConditionalOnClass(EmbeddingModel.class)
@ConditionalOnProperty(name = "spring.ai.vectorstore.type", havingValue = "rust-ffi", matchIfMissing = true)
@EnableConfigurationProperties(RustFfiVectorStoreProperties.class)
public class RustFfiVectorStoreAutoConfiguration {
    /** Creates the configuration. */
    public RustFfiVectorStoreAutoConfiguration() {}

    /**
     * Returns the store.
     *
     * @param embeddingModel what computes embeddings
     * @param properties what the store is to be
     * @param registry where operations are observed, if there is one
     * @param convention how they are, if there is one
     * @param batching how many documents the model is given at once, if it is said
     * @return the store
     */
    @Bean
    @ConditionalOnMissingBean
    public RustFfiVectorStore rustFfiVectorStore(
            EmbeddingModel embeddingModel,
            RustFfiVectorStoreProperties properties,
            ObjectProvider<ObservationRegistry> registry,
            ObjectProvider<VectorStoreObservationConvention> convention,
            ObjectProvider<BatchingStrategy> batching) {
        RustFfiVectorStore.Builder builder = RustFfiVectorStore.builder(embeddingModel)
                .observationRegistry(registry.getIfUnique(() -> ObservationRegistry.NOOP));
        convention.ifAvailable(builder::customObservationConvention);
        batching.ifUnique(builder::batchingStrategy);
        if (properties.directory() != null) {
            builder.directory(properties.directory());
        }
        if (properties.dimension() != null) {
            builder.dimension(properties.dimension());
        }
        if (properties.saveOnChange() != null) {
            builder.saveOnChange(properties.saveOnChange());
        }
        return builder.build();
    }
}
