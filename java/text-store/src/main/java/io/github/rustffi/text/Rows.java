package io.github.rustffi.text;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a store at one moment, in the order of the numbers. Later states share its arrays as long as rows are only
 * added, behind those that it counts. To remove rows changes it: nobody may read it meanwhile.
 */
final class Rows {
    /** The rows; null where one has been removed. */
    final @Nullable Row[] rows;

    /** Their numbers, in ascending order, also of those that have been removed. */
    final long[] numbers;

    /** A bit for each row that is there and has a text. Bits behind {@link #count} do not matter. */
    final long[] texts;

    final int count;

    /** How many of them have been removed. */
    int removed;

    final Columns columns;

    private Rows(@Nullable Row[] rows, long[] numbers, long[] texts, int count, int removed, Columns columns) {
        this.rows = rows;
        this.numbers = numbers;
        this.texts = texts;
        this.count = count;
        this.removed = removed;
        this.columns = columns;
    }

    /** Returns the state without rows. */
    static Rows none() {
        return new Rows(new Row[0], new long[0], new long[0], 0, 0, new Columns());
    }

    /** Returns the state of these rows alone. */
    static Rows of(Collection<Row> rows) {
        return none().plus(List.copyOf(rows));
    }

    /** Returns the state with more rows, whose numbers are greater than those that are there. */
    Rows plus(List<Row> more) {
        int next = Math.addExact(count, more.size());
        int capacity = rows.length;
        if (next > capacity) {
            capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(next, capacity + (capacity >> 1) + 16L));
        }
        @Nullable Row[] rows = capacity == this.rows.length ? this.rows : Arrays.copyOf(this.rows, capacity);
        long[] numbers = capacity == this.rows.length ? this.numbers : Arrays.copyOf(this.numbers, capacity);
        long[] texts = capacity == this.rows.length ? this.texts : Arrays.copyOf(this.texts, capacity / 64 + 1);
        int at = count;
        for (Row row : more) {
            rows[at] = row;
            numbers[at] = row.number;
            if (row.text == null) {
                texts[at / 64] &= ~(1L << at);
            } else {
                texts[at / 64] |= 1L << at;
            }
            at++;
        }
        return new Rows(rows, numbers, texts, next, removed, columns);
    }

    /** Returns the place of a number, or a negative number if there is none. */
    private int place(long number) {
        // Numbers are given one by one, so that most stores have them in one piece.
        if (count > 0) {
            long place = number - numbers[0];
            if (place >= 0 && place < count && numbers[(int) place] == number) {
                return (int) place;
            }
        }
        return Arrays.binarySearch(numbers, 0, count, number);
    }

    @Nullable
    Row get(long number) {
        int place = place(number);
        return place < 0 ? null : rows[place];
    }

    void remove(long number) {
        int place = place(number);
        if (place >= 0 && rows[place] != null) {
            rows[place] = null;
            texts[place / 64] &= ~(1L << place);
            removed++;
        }
    }

    /** Returns the first place of a number that is at least so great. */
    int from(long number) {
        int place = Arrays.binarySearch(numbers, 0, count, number);
        return place < 0 ? -1 - place : place;
    }

    /** Returns the places of those that have a text, as bits. */
    long[] withText() {
        long[] words = Arrays.copyOf(texts, (count + 63) / 64);
        if (count % 64 != 0) {
            words[count / 64] &= -1L >>> -count;
        }
        return words;
    }

    Map<String, Object> metadata(int place) {
        Row row = rows[place];
        return row == null ? Map.of() : row.metadata;
    }
}
