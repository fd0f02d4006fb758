package io.github.rustffi.text;

import java.util.Objects;

/**
 * A segment that a search has found.
 *
 * @param segment the segment, with a copy of its vector
 * @param score the cosine of the angle between its vector and the query, from -1 to 1
 */
public record Match(Segment segment, float score) {
    /**
     * Creates a match.
     *
     * @param segment the segment
     * @param score the cosine
     * @throws NullPointerException if the segment is null
     */
    public Match {
        Objects.requireNonNull(segment, "segment");
    }
}
