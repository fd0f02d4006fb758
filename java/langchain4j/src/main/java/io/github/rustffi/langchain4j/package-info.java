/**
 * An embedding store for LangChain4j: {@link io.github.rustffi.langchain4j.RustFfiEmbeddingStore} searches exactly,
 * with metadata filters, and is kept in a directory.
 */
@NullMarked
package io.github.rustffi.langchain4j;

import org.jspecify.annotations.NullMarked;
