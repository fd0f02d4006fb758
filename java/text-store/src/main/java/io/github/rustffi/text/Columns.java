package io.github.rustffi.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The metadata by key, for those keys that searches have asked for: of each row the number of its value among the
 * different ones, so that a condition is tested once for each of these. A column grows when it is asked for again.
 */
final class Columns {
    /** More keys than this are looked up row by row. */
    private static final int MOST = 64;

    private final Map<String, Column> columns = new ConcurrentHashMap<>();

    /** What a column has for some rows. */
    static final class View {
        /** The number of each row's value; 0 where there is none. */
        final int[] codes;

        /** The values by their numbers. */
        final @Nullable Object[] values;

        final int size;

        private final Column column;
        private final @Nullable Class<?> type;

        private View(Column column) {
            this.column = column;
            this.codes = column.codes;
            this.values = column.values;
            this.size = column.size;
            this.type = column.type;
        }

        /** Returns whether all values are of one class. */
        boolean hasOnly(Class<?> type) {
            return this.type == type;
        }

        /** Returns the number of a value; 0 if there is none. */
        int code(Object value) {
            int code = column.numberOf(value);
            return code < size ? code : 0;
        }
    }

    private static final class Column {
        private final String key;
        private final Map<Object, Integer> known = new HashMap<>();
        private int[] codes = new int[0];
        private @Nullable Object[] values = new Object[16];
        private int size = 1;
        private int count;

        /** The class of all values; null if there are none, or of several. */
        private @Nullable Class<?> type;

        Column(String key) {
            this.key = key;
        }

        synchronized View of(Rows rows) {
            if (codes.length < rows.count) {
                codes = Arrays.copyOf(codes, rows.rows.length);
            }
            for (; count < rows.count; count++) {
                Object value = rows.metadata(count).get(key);
                codes[count] = value == null ? 0 : code(value);
            }
            return new View(this);
        }

        synchronized int numberOf(Object value) {
            return known.getOrDefault(value, 0);
        }

        private int code(Object value) {
            Integer code = known.get(value);
            if (code != null) {
                return code;
            }
            if (size == values.length) {
                values = Arrays.copyOf(values, size + (size >> 1));
            }
            type = size == 1 || type == value.getClass() ? value.getClass() : null;
            values[size] = value;
            known.put(value, size);
            return size++;
        }
    }

    /** Returns what a key's column has for rows; null if it has none because there are too many. */
    @Nullable
    View of(String key, Rows rows) {
        Column column = columns.get(key);
        if (column == null) {
            if (columns.size() >= MOST) {
                return null;
            }
            column = columns.computeIfAbsent(key, Column::new);
        }
        return column.of(rows);
    }
}
