package io.github.rustffi;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a search in a {@link VectorIndex} is to find: how many vectors, with what scores, and of which ids. Immutable:
 * each method returns new options.
 *
 * <pre>{@code
 * SearchOptions options = SearchOptions.nearest(10).atLeast(0.7f).filter(IdFilter.exclude(seen));
 * Hits hits = index.search(query, options);
 * }</pre>
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public final class SearchOptions {
    /** What the threshold is, as Rust is told it. */
    private static final int NO_BOUND = 0;

    private static final int AT_LEAST = 1;
    private static final int AT_MOST = 2;

    private static final SearchOptions ALL = new SearchOptions(Long.MAX_VALUE, NO_BOUND, 0, null, null);

    /** The number of vectors to find. */
    final long k;

    final int bound;
    final float threshold;

    /** The codes of all filters, one after the other, if there are any. */
    final long @Nullable [] filters;

    /** For each query the number of its filter, or -1 if all ids may be found; null if the queries share one. */
    final int @Nullable [] own;

    private SearchOptions(long k, int bound, float threshold, long @Nullable [] filters, int @Nullable [] own) {
        this.k = k;
        this.bound = bound;
        this.threshold = threshold;
        this.filters = filters;
        this.own = own;
    }

    /**
     * Returns options to find the {@code k} nearest vectors, or all if there are fewer.
     *
     * @param k the number of vectors to find; a search refuses one that is less than 1
     * @return the options
     */
    public static SearchOptions nearest(int k) {
        return new SearchOptions(k, NO_BOUND, 0, null, null);
    }

    /**
     * Returns options to find all vectors: with {@link #atLeast} or {@link #atMost}, all that are near enough.
     *
     * @return the options
     */
    public static SearchOptions all() {
        return ALL;
    }

    /**
     * Returns these options for vectors whose score is at least so high: for the dot product and the cosine. A search
     * in an index of squared Euclidean distances refuses them.
     *
     * @param score the lowest score, to which those of the hits are compared as they are returned; a search refuses NaN
     * @return the options
     */
    public SearchOptions atLeast(float score) {
        return new SearchOptions(k, AT_LEAST, score, filters, own);
    }

    /**
     * Returns these options for vectors whose score is at most so high: for the Euclidean metric, whose scores are
     * squared distances, so that those within a radius r have at most r². A search in an index of another metric
     * refuses them.
     *
     * @param score the highest score, to which those of the hits are compared as they are returned; a search refuses
     *     NaN
     * @return the options
     */
    public SearchOptions atMost(float score) {
        return new SearchOptions(k, AT_MOST, score, filters, own);
    }

    /**
     * Returns these options for vectors that a filter allows, instead of the filters that were given before.
     *
     * @param filter the filter, for every query
     * @return the options
     */
    public SearchOptions filter(IdFilter filter) {
        Objects.requireNonNull(filter, "filter");
        return new SearchOptions(k, bound, threshold, filter.equals(IdFilter.all()) ? null : filter.code, null);
    }

    /**
     * Returns these options for vectors that each query's own filter allows, instead of the filters that were given
     * before.
     *
     * @param filters the filters: the first for the first query, and so on; a search refuses another number of them
     *     than it has queries
     * @return the options
     * @throws OutOfMemoryError if different filters together have more longs than an array holds
     */
    public SearchOptions filters(List<IdFilter> filters) {
        Objects.requireNonNull(filters, "filters");
        IdFilter[] all = filters.toArray(new IdFilter[0]);
        int[] own = new int[all.length];
        Map<IdFilter, Integer> numbers = new IdentityHashMap<>();
        IdFilter[] different = new IdFilter[all.length];
        long longs = 0;
        for (int i = 0; i < all.length; i++) {
            IdFilter filter = Objects.requireNonNull(all[i], "filter");
            if (filter.equals(IdFilter.all())) {
                own[i] = -1;
                continue;
            }
            Integer known = numbers.putIfAbsent(filter, numbers.size());
            if (known == null) {
                different[numbers.size() - 1] = filter;
                longs += filter.code.length;
            }
            own[i] = known == null ? numbers.size() - 1 : known;
        }
        if (longs > Integer.MAX_VALUE - 8) {
            throw new OutOfMemoryError("filters of " + longs + " longs are more than an array holds");
        }
        long[] code = new long[(int) longs];
        int at = 0;
        for (IdFilter filter : Arrays.copyOf(different, numbers.size())) {
            System.arraycopy(filter.code, 0, code, at, filter.code.length);
            at += filter.code.length;
        }
        return new SearchOptions(k, bound, threshold, code, own);
    }

    /** Returns what is searched for as text, such as {@code 10 nearest, scores at least 0.7, filtered}. */
    @Override
    public String toString() {
        String text = k == Long.MAX_VALUE ? "all" : k + " nearest";
        if (bound != NO_BOUND) {
            text += ", scores at " + (bound == AT_LEAST ? "least " : "most ") + threshold;
        }
        return text + (own != null ? ", filtered for each query" : filters != null ? ", filtered" : "");
    }
}
