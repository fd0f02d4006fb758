package io.github.rustffi;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * Which ids a search in a {@link VectorIndex} may find: those of a set, or all but those of a set. Immutable: what it
 * is made of is copied.
 *
 * <pre>{@code
 * IdFilter unseen = IdFilter.exclude(seenByThisUser);
 * Hits hits = index.search(query, SearchOptions.nearest(10).filter(unseen));
 * }</pre>
 *
 * <p>Ids of no vector in the set do not matter. A search with a filter takes no longer than one without, but for a few
 * percent; where it allows few vectors, only these are read. In an index with ids of the caller's own, the id of every
 * vector is looked up in the set.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public final class IdFilter {
    /** What a filter is, in the first number of its code: bits or ids, which are allowed or excluded. */
    private static final int BITS = 0;

    private static final int IDS = 1;
    private static final int EXCLUDED = 2;

    /** Numbers before those of the set. */
    private static final int HEADER = 3;

    private static final IdFilter ALL = new IdFilter(new long[] {IDS | EXCLUDED, 0, 0});

    /**
     * What Rust reads: what the filter is, the id of the first bit, the number of longs that follow, and these. A set
     * is written as bits where that does not take more of them than ids, so equal sets are written in the same way.
     */
    final long[] code;

    private IdFilter(long[] code) {
        this.code = code;
    }

    /**
     * Returns the filter that allows every id.
     *
     * @return the filter
     */
    public static IdFilter all() {
        return ALL;
    }

    /**
     * Returns the filter that allows these ids and no others.
     *
     * @param ids the ids, in any order
     * @return the filter
     */
    public static IdFilter allow(long... ids) {
        return ofIds(ids, 0);
    }

    /**
     * Returns the filter that allows the ids whose bits are set, and no others.
     *
     * @param ids the bits
     * @return the filter
     */
    public static IdFilter allow(BitSet ids) {
        Objects.requireNonNull(ids, "ids");
        return ofBits(ids.toLongArray(), 0);
    }

    /**
     * Returns the filter that allows the ids whose bits are set, and no others: for sets that a {@link BitSet} is too
     * small for.
     *
     * @param words the bits: id i is bit i % 64 of {@code words[i / 64]}, as in {@link BitSet#valueOf(long[])}
     * @return the filter
     */
    public static IdFilter allowBits(long[] words) {
        Objects.requireNonNull(words, "words");
        return ofBits(words, 0);
    }

    /**
     * Returns the filter that allows all ids but these.
     *
     * @param ids the ids, in any order
     * @return the filter
     */
    public static IdFilter exclude(long... ids) {
        return ofIds(ids, EXCLUDED);
    }

    /**
     * Returns the filter that allows all ids but those whose bits are set.
     *
     * @param ids the bits
     * @return the filter
     */
    public static IdFilter exclude(BitSet ids) {
        Objects.requireNonNull(ids, "ids");
        return ofBits(ids.toLongArray(), EXCLUDED);
    }

    /**
     * Returns the filter that allows all ids but those whose bits are set.
     *
     * @param words the bits: id i is bit i % 64 of {@code words[i / 64]}, as in {@link BitSet#valueOf(long[])}
     * @return the filter
     */
    public static IdFilter excludeBits(long[] words) {
        Objects.requireNonNull(words, "words");
        return ofBits(words, EXCLUDED);
    }

    /**
     * Returns whether an id may be found.
     *
     * @param id the id
     * @return whether it is allowed
     */
    public boolean allows(long id) {
        boolean isInSet;
        if ((code[0] & IDS) != 0) {
            isInSet = Arrays.binarySearch(code, HEADER, code.length, id) >= 0;
        } else {
            long word = Math.floorDiv(id, 64L) - code[1] / 64;
            isInSet = word >= 0 && word < code[2] && (code[HEADER + (int) word] >>> id & 1) != 0;
        }
        return isInSet != isExcluding();
    }

    private boolean isExcluding() {
        return (code[0] & EXCLUDED) != 0;
    }

    private static IdFilter ofIds(long[] ids, int excluded) {
        Objects.requireNonNull(ids, "ids");
        long[] sorted = ids.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[count++] = sorted[i];
            }
        }
        if (count == 0) {
            return new IdFilter(code(IDS | excluded, 0, 0));
        }
        long first = Math.floorDiv(sorted[0], 64L);
        long words = Math.floorDiv(sorted[count - 1], 64L) - first + 1;
        if (words > count) {
            long[] code = code(IDS | excluded, 0, count);
            System.arraycopy(sorted, 0, code, HEADER, count);
            return new IdFilter(code);
        }
        long[] code = code(BITS | excluded, first * 64, (int) words);
        for (int i = 0; i < count; i++) {
            code[HEADER + (int) (Math.floorDiv(sorted[i], 64L) - first)] |= 1L << sorted[i];
        }
        return new IdFilter(code);
    }

    private static IdFilter ofBits(long[] words, int excluded) {
        int first = 0;
        int end = words.length;
        while (end > 0 && words[end - 1] == 0) {
            end--;
        }
        while (first < end && words[first] == 0) {
            first++;
        }
        long count = 0;
        for (int i = first; i < end; i++) {
            count += Long.bitCount(words[i]);
        }
        if (end - first <= count && count > 0) {
            long[] code = code(BITS | excluded, first * 64L, end - first);
            System.arraycopy(words, first, code, HEADER, end - first);
            return new IdFilter(code);
        }
        long[] code = code(IDS | excluded, 0, (int) count);
        int at = HEADER;
        for (int i = first; i < end; i++) {
            for (long left = words[i]; left != 0; left &= left - 1) {
                code[at++] = i * 64L + Long.numberOfTrailingZeros(left);
            }
        }
        return new IdFilter(code);
    }

    private static long[] code(int kind, long first, int count) {
        if (count > Integer.MAX_VALUE - 8 - HEADER) {
            throw new OutOfMemoryError("a filter of " + count + " longs is more than an array holds");
        }
        long[] code = new long[HEADER + count];
        code[0] = kind;
        code[1] = first;
        code[2] = count;
        return code;
    }

    /** Returns whether {@code other} is a filter that allows the same set of ids, or excludes it. */
    @Override
    public boolean equals(Object other) {
        return other instanceof IdFilter filter && Arrays.equals(code, filter.code);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(code);
    }

    /** Returns what the filter does as text, such as {@code allows 3 ids}. */
    @Override
    public String toString() {
        long count = code[2];
        if ((code[0] & IDS) == 0) {
            count = Arrays.stream(code, HEADER, code.length).map(Long::bitCount).sum();
        }
        return (isExcluding() ? "excludes " : "allows ") + count + (count == 1 ? " id" : " ids");
    }
}
