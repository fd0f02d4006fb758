package io.github.rustffi.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A passage of text with its id, its vector and its metadata, as a {@link TextStore} keeps it. Immutable, but for the
 * vector's array.
 *
 * <p>A value of the metadata is a {@link String}, {@link Integer}, {@link Long}, {@link Float}, {@link Double},
 * {@link Boolean} or {@link UUID}, or a list of these and of such lists.
 */
public final class Segment {
    /** How deep lists may lie in lists. */
    static final int DEEPEST = 32;

    private final String id;
    private final float[] vector;
    private final @Nullable String text;
    private final Map<String, Object> metadata;

    /**
     * Creates a segment.
     *
     * @param id the id, by which it is replaced and removed
     * @param vector the vector, which is not copied: it must not change before the store has been given the segment
     * @param text the text; null if there is only a vector
     * @param metadata the metadata, which is copied
     * @throws NullPointerException if the id, the vector or the metadata is null, naming it
     * @throws IllegalArgumentException if a key of the metadata is null, or a value is null or of another class than
     *     those above, naming the segment and the key
     */
    public Segment(String id, float[] vector, @Nullable String text, Map<String, ?> metadata) {
        this.id = Objects.requireNonNull(id, "id");
        this.vector = Objects.requireNonNull(vector, "vector");
        this.text = text;
        Objects.requireNonNull(metadata, "metadata");
        Map<String, Object> copy = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            if (key == null) {
                throw new IllegalArgumentException(name(id) + " has metadata without a key: " + value);
            }
            copy.put(key, checked(key, value, 0));
        });
        this.metadata = Map.copyOf(copy);
    }

    /** A segment of what has been checked. */
    Segment(Row row, float[] vector) {
        this.id = row.id;
        this.vector = vector;
        this.text = row.text;
        this.metadata = row.metadata;
    }

    private Object checked(String key, @Nullable Object value, int depth) {
        if (value instanceof List<?> list) {
            if (depth == DEEPEST) {
                throw new IllegalArgumentException(
                        name(id) + " has metadata '" + key + "' of more than " + DEEPEST + " lists in each other");
            }
            List<Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(checked(key, element, depth + 1));
            }
            return List.copyOf(copy);
        }
        if (value instanceof String
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Float
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof UUID) {
            return value;
        }
        throw new IllegalArgumentException(name(id) + " has metadata '" + key + "' "
                + (value == null ? "that is null" : "of " + value.getClass().getName())
                + ", which is none of String, Integer, Long, Float, Double, Boolean, UUID and lists of these");
    }

    /** Returns how messages name a segment. */
    static String name(String id) {
        return "segment '" + id + "'";
    }

    /**
     * Returns the id.
     *
     * @return the id
     */
    public String id() {
        return id;
    }

    /**
     * Returns the vector.
     *
     * @return the segment's own array, not a copy
     */
    public float[] vector() {
        return vector;
    }

    /**
     * Returns the text.
     *
     * @return the text; null if there is only a vector
     */
    public @Nullable String text() {
        return text;
    }

    /**
     * Returns the metadata.
     *
     * @return the metadata, which cannot be changed
     */
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Returns the segment as text, such as {@code segment 'a' of 384 values: The first passage}. */
    @Override
    public String toString() {
        return name(id) + " of " + vector.length + " values" + (text == null ? "" : ": " + text);
    }
}
