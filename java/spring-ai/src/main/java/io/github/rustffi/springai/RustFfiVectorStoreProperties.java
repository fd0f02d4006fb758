package io.github.rustffi.springai;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The properties of the store that Spring Boot makes.
 *
 * @param directory the directory that the store is read from and saved to; null for a store in memory alone
 * @param dimension the number of values of an embedding; null if the first one says it
 * @param saveOnChange whether every change is saved before the method that makes it returns; null for yes
 */
@ConfigurationProperties("spring.ai.vectorstore.rust-ffi")
public record RustFfiVectorStoreProperties(
        @Nullable Path directory,
        @Nullable Integer dimension,
        @Nullable Boolean saveOnChange) {}
