package io.github.rustffi;

import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a search in a {@link VectorIndex} has found, the best first.
 *
 * <p>Vectors with the same score come in the order of their ids, but where two scores are both infinite, or both zero,
 * because they are too large or too small for a float, the better one still comes first.
 *
 * <p>The arrays are the record's own, not copies: a caller may take them as they are, and who writes to them changes
 * the hits. Kotlin takes them apart: {@code val (ids, scores) = index.search(query, 10)}.
 *
 * @param ids the ids of the vectors
 * @param scores the score of each
 * @serial exclude
 */
public record Hits(long[] ids, float[] scores) implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates hits.
     *
     * @param ids the ids of the vectors
     * @param scores the score of each
     * @throws NullPointerException if an argument is null, naming it
     * @throws IllegalArgumentException if there are not as many scores as ids
     */
    public Hits {
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(scores, "scores");
        if (ids.length != scores.length) {
            throw new IllegalArgumentException(
                    "ids and scores differ in number: " + ids.length + " and " + scores.length);
        }
    }

    /**
     * Returns the ids of the vectors, the best first.
     *
     * @return the record's own array, not a copy
     */
    @Override
    public long[] ids() {
        return ids;
    }

    /**
     * Returns the score of each vector.
     *
     * @return the record's own array, not a copy
     */
    @Override
    public float[] scores() {
        return scores;
    }

    /**
     * Returns the number of vectors found.
     *
     * @return the number
     */
    public int size() {
        return ids.length;
    }

    /**
     * Returns the ids: {@link #ids()} by the name that Kotlin asks for in {@code val (ids, scores) = hits}.
     *
     * @return the record's own array, not a copy
     */
    public long[] component1() {
        return ids;
    }

    /**
     * Returns the scores: {@link #scores()} by the name that Kotlin asks for in {@code val (ids, scores) = hits}.
     *
     * @return the record's own array, not a copy
     */
    public float[] component2() {
        return scores;
    }

    /** Returns whether {@code other} are the same ids with the same scores in the same order. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Hits hits && Arrays.equals(ids, hits.ids) && Arrays.equals(scores, hits.scores);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Arrays.hashCode(scores);
    }

    /** Returns the hits as text, such as {@code [7: 0.98, 3: 0.51]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < ids.length; i++) {
            text.append(i == 0 ? "" : ", ").append(ids[i]).append(": ").append(scores[i]);
        }
        return text.append(']').toString();
    }

    void write(Serialized.Output out) throws IOException {
        out.size(ids.length);
        out.longs(ids);
        out.floats(scores);
    }

    static Hits read(Serialized.Input in) throws IOException {
        int size = in.size("hits");
        return new Hits(in.longs(size), in.floats(size));
    }

    @Serial
    private Object writeReplace() {
        return new Serialized(this);
    }
}
