/**
 * A vector store for Spring AI: {@link io.github.rustffi.springai.RustFfiVectorStore} searches exactly, with metadata
 * filters, and is kept in a directory.
 */
@NullMarked
package io.github.rustffi.springai;

import org.jspecify.annotations.NullMarked;
