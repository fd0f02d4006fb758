package io.github.rustffi.text;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the store keeps of a segment beside its vector. */
final class Row {
    /** The id of the vector in the index, which no other segment has had. */
    final long number;

    final String id;
    final @Nullable String text;
    final Map<String, Object> metadata;

    /** The bytes that it takes in the file of texts; 0 as long as it has not been written there. */
    int bytes;

    Row(long number, String id, @Nullable String text, Map<String, Object> metadata) {
        this.number = number;
        this.id = id;
        this.text = text;
        this.metadata = metadata;
    }
}
