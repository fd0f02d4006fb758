package io.github.rustffi.spark;

import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a search in one shard has found for one query, the best first.
 *
 * <p>Two hits of different shards are compared by their scores and then by their ids, as in one index. There is one
 * exception: scores that are both infinite, or both zero or nearly so, because they are too large or too small for a
 * float, are not the same to an index. Hits with such scores bring their vectors, and an index of these says in which
 * order they come.
 */
final class ShardHits implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int shard;
    private final long[] ids;
    private final float[] scores;

    /** The vectors of the hits whose scores do not tell all, one after the other. */
    private final float[] vectors;

    /** The query, if there are vectors. */
    private final float[] query;

    private ShardHits(int shard, long[] ids, float[] scores, float[] vectors, float[] query) {
        this.shard = shard;
        this.ids = ids;
        this.scores = scores;
        this.vectors = vectors;
        this.query = query;
    }

    static ShardHits of(int shard, VectorIndex index, Hits hits, float[] queries, int from) {
        int dimension = index.dimension();
        int count = 0;
        for (float score : hits.scores()) {
            count += isCoarse(score) ? 1 : 0;
        }
        float[] vectors = new float[Math.multiplyExact(count, dimension)];
        int at = 0;
        for (int i = 0; i < hits.size() && at < vectors.length; i++) {
            if (isCoarse(hits.scores()[i])) {
                System.arraycopy(index.get(hits.ids()[i]), 0, vectors, at, dimension);
                at += dimension;
            }
        }
        float[] query = count == 0 ? new float[0] : Arrays.copyOfRange(queries, from, from + dimension);
        return new ShardHits(shard, hits.ids(), hits.scores(), vectors, query);
    }

    int shard() {
        return shard;
    }

    /** Returns whether different scores in double precision may have become this float. */
    private static boolean isCoarse(float score) {
        // The least normal float is also what the next smaller number of as many bits becomes.
        return Math.abs(score) <= Float.MIN_NORMAL || Float.isInfinite(score);
    }

    /** Returns the best of what has been found in all shards. */
    static Hits merged(List<ShardHits> shards, int most, Metric metric, int dimension) {
        List<Cursor> cursors = new ArrayList<>(shards.size());
        long all = 0;
        for (ShardHits hits : shards) {
            cursors.add(new Cursor(hits));
            all += hits.ids.length;
        }
        if (Math.min(all, most) > Integer.MAX_VALUE - 8) {
            throw new OutOfMemoryError(all + " hits are more than an array holds");
        }
        int size = (int) Math.min(all, most);
        long[] ids = new long[size];
        float[] scores = new float[size];
        int count = 0;
        while (count < size) {
            Cursor best = best(cursors, metric);
            float score = best.score();
            long[] next = isCoarse(score) ? tied(cursors, score, metric, dimension) : new long[] {best.take()};
            for (int i = 0; i < next.length && count < size; i++) {
                ids[count] = next[i];
                scores[count++] = score;
            }
        }
        return new Hits(ids, scores);
    }

    /** Returns the one whose next hit is the best. */
    private static Cursor best(List<Cursor> cursors, Metric metric) {
        Cursor best = null;
        for (Cursor cursor : cursors) {
            if (cursor.hasNext() && (best == null || cursor.compareTo(best, metric) < 0)) {
                best = cursor;
            }
        }
        if (best == null) {
            throw new AssertionError("bug in rust_ffi: fewer hits than were counted");
        }
        return best;
    }

    /** Takes all hits with a score, and returns their ids in the order in which they come. */
    private static long[] tied(List<Cursor> cursors, float score, Metric metric, int dimension) {
        List<long[]> ids = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        float[] query = null;
        for (Cursor cursor : cursors) {
            int from = cursor.next;
            int vector = cursor.vector;
            while (cursor.hasNext() && Float.compare(cursor.score(), score) == 0) {
                cursor.take();
            }
            if (cursor.next > from) {
                ids.add(Arrays.copyOfRange(cursor.hits.ids, from, cursor.next));
                vectors.add(Arrays.copyOfRange(cursor.hits.vectors, vector * dimension, cursor.vector * dimension));
                query = cursor.hits.query;
            }
        }
        if (ids.size() == 1 || query == null) {
            // Of one shard, whose index has put them in order.
            return ids.get(0);
        }
        try (VectorIndex index = VectorIndex.create(dimension, metric)) {
            for (int i = 0; i < ids.size(); i++) {
                index.putAll(ids.get(i), vectors.get(i));
            }
            return index.search(query, (int) Math.min(index.size(), Integer.MAX_VALUE))
                    .ids();
        }
    }

    /** Where the hits of a shard that have not been taken begin. */
    private static final class Cursor {
        final ShardHits hits;
        int next;

        /** The number of the next vector. */
        int vector;

        Cursor(ShardHits hits) {
            this.hits = hits;
        }

        boolean hasNext() {
            return next < hits.ids.length;
        }

        float score() {
            return hits.scores[next];
        }

        long take() {
            vector += isCoarse(score()) ? 1 : 0;
            return hits.ids[next++];
        }

        int compareTo(Cursor other, Metric metric) {
            int byScore = metric == Metric.EUCLIDEAN
                    ? Float.compare(score(), other.score())
                    : Float.compare(other.score(), score());
            return byScore != 0 ? byScore : Long.compare(hits.ids[next], other.hits.ids[other.next]);
        }
    }
}
