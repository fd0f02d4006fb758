package io.github.rustffi.spark;

import io.github.rustffi.IdFilter;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * Which ids a search in a {@link ShardedIndex} may find: those of a set, or all but those of a set. It is what
 * {@link IdFilter} is for one index, and can be sent to executors. Immutable: what it is made of is copied.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 *
 * @serial exclude
 */
public final class IdSet implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final IdSet ALL = new IdSet(new long[0], true);

    /** In ascending order, each once. */
    private final long[] ids;

    private final boolean isExcluding;

    private IdSet(long[] ids, boolean isExcluding) {
        this.ids = ids;
        this.isExcluding = isExcluding;
    }

    /**
     * Returns the set of all ids.
     *
     * @return the set
     */
    public static IdSet all() {
        return ALL;
    }

    /**
     * Returns the set of these ids and no others.
     *
     * @param ids the ids, in any order
     * @return the set
     */
    public static IdSet allow(long... ids) {
        return new IdSet(sorted(Objects.requireNonNull(ids, "ids")), false);
    }

    /**
     * Returns the set of the ids whose bits are set, and no others.
     *
     * @param ids the bits
     * @return the set
     */
    public static IdSet allow(BitSet ids) {
        return new IdSet(ids(ids), false);
    }

    /**
     * Returns the set of all ids but these.
     *
     * @param ids the ids, in any order
     * @return the set
     */
    public static IdSet exclude(long... ids) {
        return new IdSet(sorted(Objects.requireNonNull(ids, "ids")), true);
    }

    /**
     * Returns the set of all ids but those whose bits are set.
     *
     * @param ids the bits
     * @return the set
     */
    public static IdSet exclude(BitSet ids) {
        return new IdSet(ids(ids), true);
    }

    /**
     * Returns whether an id is in the set.
     *
     * @param id the id
     * @return whether it may be found
     */
    public boolean allows(long id) {
        return Arrays.binarySearch(ids, id) >= 0 != isExcluding;
    }

    boolean isAll() {
        return isExcluding && ids.length == 0;
    }

    /** Returns the filter of an index from which the sorted ids {@code removed} are missing. */
    IdFilter without(long[] removed) {
        if (!isExcluding) {
            return IdFilter.allow(Arrays.stream(ids)
                    .filter(id -> Arrays.binarySearch(removed, id) < 0)
                    .toArray());
        }
        if (ids.length == 0 && removed.length == 0) {
            return IdFilter.all();
        }
        long[] both = Arrays.copyOf(ids, Math.addExact(ids.length, removed.length));
        System.arraycopy(removed, 0, both, ids.length, removed.length);
        return IdFilter.exclude(both);
    }

    /** Returns the ids in ascending order, each once. */
    static long[] sorted(long[] ids) {
        long[] sorted = ids.clone();
        Arrays.sort(sorted);
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[count++] = sorted[i];
            }
        }
        return Arrays.copyOf(sorted, count);
    }

    private static long[] ids(BitSet ids) {
        return Objects.requireNonNull(ids, "ids").stream().asLongStream().toArray();
    }

    /** Returns whether {@code other} is a set that allows the same ids, or excludes them. */
    @Override
    public boolean equals(Object other) {
        return other instanceof IdSet set && isExcluding == set.isExcluding && Arrays.equals(ids, set.ids);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Boolean.hashCode(isExcluding);
    }

    /** Returns what the set is as text, such as {@code allows 3 ids}. */
    @Override
    public String toString() {
        return (isExcluding ? "excludes " : "allows ") + ids.length + (ids.length == 1 ? " id" : " ids");
    }
}
