/**
 * Passages of text with metadata beside an exact search of their vectors, for retrieval: what the adapters of
 * frameworks are made of.
 *
 * <p>{@link io.github.rustffi.text.TextStore} keeps {@linkplain io.github.rustffi.text.Segment segments} and finds
 * those nearest to a query, among all or among those whose metadata a {@link io.github.rustffi.text.Condition} allows.
 */
@NullMarked
package io.github.rustffi.text;

import org.jspecify.annotations.NullMarked;
