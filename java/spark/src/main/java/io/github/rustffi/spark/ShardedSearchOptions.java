package io.github.rustffi.spark;

import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a search in a {@link ShardedIndex} is to find: how many vectors, with what scores, and of which ids. It is what
 * {@link SearchOptions} is for one index, and can be sent to executors. Immutable: each method returns new options.
 *
 * <pre>{@code
 * ShardedSearchOptions options = ShardedSearchOptions.nearest(10).atLeast(0.7f).filter(IdSet.exclude(seen));
 * List<Hits> hits = index.search(queries, options);
 * }</pre>
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 *
 * @serial exclude
 */
public final class ShardedSearchOptions implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final ShardedSearchOptions ALL = new ShardedSearchOptions(null, null, null, IdSet.all(), null);

    /** The number of vectors to find; null if all. */
    private final @Nullable Integer k;

    private final @Nullable Float lowest;
    private final @Nullable Float highest;
    private final IdSet filter;

    /** A set for each query; null if they share one. */
    private final @Nullable ArrayList<IdSet> filters;

    private ShardedSearchOptions(
            @Nullable Integer k,
            @Nullable Float lowest,
            @Nullable Float highest,
            IdSet filter,
            @Nullable ArrayList<IdSet> filters) {
        this.k = k;
        this.lowest = lowest;
        this.highest = highest;
        this.filter = filter;
        this.filters = filters;
    }

    /**
     * Returns options to find the {@code k} nearest vectors, or all if there are fewer.
     *
     * @param k the number of vectors to find; a search refuses one that is less than 1
     * @return the options
     */
    public static ShardedSearchOptions nearest(int k) {
        return new ShardedSearchOptions(k, null, null, IdSet.all(), null);
    }

    /**
     * Returns options to find all vectors: with {@link #atLeast} or {@link #atMost}, all that are near enough.
     *
     * @return the options
     */
    public static ShardedSearchOptions all() {
        return ALL;
    }

    /**
     * Returns these options for vectors whose score is at least so high, as {@link SearchOptions#atLeast} does.
     *
     * @param score the lowest score, for the dot product and the cosine; a search refuses NaN
     * @return the options
     */
    public ShardedSearchOptions atLeast(float score) {
        return new ShardedSearchOptions(k, score, null, filter, filters);
    }

    /**
     * Returns these options for vectors whose score is at most so high, as {@link SearchOptions#atMost} does.
     *
     * @param score the highest score, for the Euclidean metric; a search refuses NaN
     * @return the options
     */
    public ShardedSearchOptions atMost(float score) {
        return new ShardedSearchOptions(k, null, score, filter, filters);
    }

    /**
     * Returns these options for vectors of a set of ids, instead of the sets that were given before.
     *
     * @param ids the set, for every query
     * @return the options
     */
    public ShardedSearchOptions filter(IdSet ids) {
        return new ShardedSearchOptions(k, lowest, highest, Objects.requireNonNull(ids, "ids"), null);
    }

    /**
     * Returns these options for vectors of each query's own set of ids, instead of the sets that were given before.
     *
     * @param ids the sets: the first for the first query, and so on; a search refuses another number of them than it
     *     has queries, and a search with a data set of queries refuses them
     * @return the options
     */
    public ShardedSearchOptions filters(List<IdSet> ids) {
        Objects.requireNonNull(ids, "ids");
        ArrayList<IdSet> all = new ArrayList<>(ids.size());
        for (IdSet set : ids) {
            all.add(Objects.requireNonNull(set, "set of ids"));
        }
        return new ShardedSearchOptions(k, lowest, highest, IdSet.all(), all);
    }

    boolean hasOwnFilters() {
        return filters != null;
    }

    /** Returns the number of vectors to find at most. */
    int most() {
        return k == null ? Integer.MAX_VALUE : k;
    }

    /** Returns the options for one index from which ids are missing. */
    SearchOptions in(long[] removed) {
        SearchOptions options = k == null ? SearchOptions.all() : SearchOptions.nearest(k);
        if (lowest != null) {
            options = options.atLeast(lowest);
        } else if (highest != null) {
            options = options.atMost(highest);
        }
        if (filters == null) {
            return options.filter(filter.without(removed));
        }
        List<IdFilter> own = new ArrayList<>(filters.size());
        filters.forEach(set -> own.add(set.without(removed)));
        return options.filters(own);
    }
}
