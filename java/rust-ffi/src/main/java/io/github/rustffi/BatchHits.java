package io.github.rustffi;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * What a search for many queries in a {@link VectorIndex} has found, in three arrays: the ids and scores of all hits,
 * and where those of each query begin. As a list, it makes the {@link Hits} of a query when they are asked for.
 *
 * <pre>{@code
 * BatchHits hits = index.searchAll(queries, 1);
 * for (int query = 0; query < hits.size(); query++) {
 *     for (int i = hits.offsets()[query]; i < hits.offsets()[query + 1]; i++) {
 *         use(query, hits.ids()[i], hits.scores()[i]);
 *     }
 * }
 * }</pre>
 *
 * <p>The list cannot be changed. The arrays are its own, not copies: a caller may take them as they are, and who writes
 * to them changes the hits.
 */
public final class BatchHits extends AbstractList<Hits> implements RandomAccess {
    private final long[] ids;
    private final float[] scores;
    private final int[] offsets;

    BatchHits(long[] ids, float[] scores, int[] offsets) {
        this.ids = ids;
        this.scores = scores;
        this.offsets = offsets;
    }

    /**
     * Returns the ids of what was found for the first query, the best first, then those for the second, and so on.
     *
     * @return the list's own array, not a copy
     */
    public long[] ids() {
        return ids;
    }

    /**
     * Returns the score of each hit.
     *
     * @return the list's own array, not a copy
     */
    public float[] scores() {
        return scores;
    }

    /**
     * Returns where the hits of each query begin: those of query i are from {@code offsets()[i]} on, to before
     * {@code offsets()[i + 1]}.
     *
     * @return the list's own array, not a copy, one longer than there are queries
     */
    public int[] offsets() {
        return offsets;
    }

    /**
     * Returns what was found for a query.
     *
     * @param query the number of the query
     * @return the hits, the best first, in arrays of their own
     * @throws IndexOutOfBoundsException if there is no such query
     */
    @Override
    public Hits get(int query) {
        Objects.checkIndex(query, size());
        int from = offsets[query];
        int to = offsets[query + 1];
        return new Hits(Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(scores, from, to));
    }

    /**
     * Returns the number of queries.
     *
     * @return the number
     */
    @Override
    public int size() {
        return offsets.length - 1;
    }
}
