package io.github.rustffi.springai;

import io.github.rustffi.text.Condition;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.vectorstore.filter.Filter;

/**
 * Spring AI's filter expressions as conditions. A key that is missing is less than every value, as in
 * {@code SimpleVectorStore}; numbers are compared as numbers, whatever their classes.
 */
final class Filters {
    /** How filters write a date: as a text that is in order of time. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private Filters() {}

    static Condition condition(Filter.@Nullable Operand operand) {
        if (operand instanceof Filter.Group group) {
            return condition(group.content());
        }
        if (!(operand instanceof Filter.Expression expression)) {
            throw new IllegalArgumentException("a filter needs an expression where there is " + operand);
        }
        return switch (expression.type()) {
            case AND -> condition(expression.left()).and(condition(expression.right()));
            case OR -> condition(expression.left()).or(condition(expression.right()));
            case NOT -> condition(expression.left()).not();
            case EQ -> equal(expression);
            case NE -> equal(expression).not();
            case LT -> compared(expression, sign -> sign < 0);
            case LTE -> compared(expression, sign -> sign <= 0);
            case GT -> compared(expression, sign -> sign > 0);
            case GTE -> compared(expression, sign -> sign >= 0);
            case IN -> in(expression);
            case NIN -> in(expression).not();
            case ISNULL -> Condition.of(key(expression), value -> value == null);
            case ISNOTNULL -> Condition.of(key(expression), value -> value != null);
        };
    }

    private static String key(Filter.Expression expression) {
        if (expression.left() instanceof Filter.Key key) {
            String name = key.key().trim();
            boolean isQuoted = name.length() > 1
                    && (name.startsWith("'") && name.endsWith("'") || name.startsWith("\"") && name.endsWith("\""));
            return isQuoted ? name.substring(1, name.length() - 1) : key.key();
        }
        throw new IllegalArgumentException(
                "a filter needs a key on the left of " + expression.type() + ", where there is " + expression.left());
    }

    private static @Nullable Object value(Filter.Expression expression) {
        if (expression.right() instanceof Filter.Value value) {
            return plain(value.value());
        }
        throw new IllegalArgumentException("a filter needs a value on the right of " + expression.type()
                + ", where there is " + expression.right());
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Date date ? DATE.format(date.toInstant()) : value;
    }

    private static Condition equal(Filter.Expression expression) {
        Object wanted = value(expression);
        return wanted != null && isPlain(wanted)
                ? Condition.ofValues(key(expression), Set.of(wanted), value -> isEqual(value, wanted))
                : Condition.of(key(expression), value -> isEqual(value, wanted));
    }

    private static Condition in(Filter.Expression expression) {
        Object wanted = value(expression);
        List<?> all = wanted instanceof List<?> list ? list : List.of(wanted == null ? "" : wanted);
        Set<Object> plain = new HashSet<>();
        all.forEach(one -> plain.add(plain(one)));
        Predicate<@Nullable Object> test = value -> plain.stream().anyMatch(one -> isEqual(value, one));
        return !plain.isEmpty() && plain.stream().allMatch(one -> one != null && isPlain(one))
                ? Condition.ofValues(key(expression), plain, test)
                : Condition.of(key(expression), test);
    }

    private static Condition compared(Filter.Expression expression, IntPredicate test) {
        String key = key(expression);
        Object other = value(expression);
        return Condition.of(key, value -> test.test(sign(key, value, other)));
    }

    /** Returns whether values of the same class are equal if {@link Object#equals} says so, as 0.0 and -0.0 are not. */
    private static boolean isPlain(Object value) {
        return value instanceof String || value instanceof Boolean || value instanceof Number number && isWhole(number);
    }

    private static boolean isEqual(@Nullable Object value, @Nullable Object other) {
        if (value instanceof Number a && other instanceof Number b) {
            return sign(a, b) == 0;
        }
        return value == null ? other == null : value.equals(other);
    }

    @SuppressWarnings("unchecked")
    private static int sign(String key, @Nullable Object value, @Nullable Object other) {
        if (value == null || other == null) {
            return value == other ? 0 : value == null ? -1 : 1;
        }
        if (value instanceof Number a && other instanceof Number b) {
            return sign(a, b);
        }
        if (value.getClass() == other.getClass() && value instanceof Comparable<?> comparable) {
            return ((Comparable<Object>) comparable).compareTo(other);
        }
        throw new IllegalArgumentException("metadata '" + key + "' is " + value + " of "
                + value.getClass().getName() + ", which cannot be compared with " + other + " of "
                + other.getClass().getName());
    }

    private static int sign(Number a, Number b) {
        if (isWhole(a) && isWhole(b)) {
            return Long.compare(a.longValue(), b.longValue());
        }
        double x = a.doubleValue();
        double y = b.doubleValue();
        return x < y ? -1 : x > y ? 1 : x == y ? 0 : Double.compare(x, y);
    }

    private static boolean isWhole(Number number) {
        return number instanceof Integer || number instanceof Long;
    }
}
