package io.github.rustffi.langchain4j;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.ContainsString;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThan;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotIn;
import dev.langchain4j.store.embedding.filter.logical.And;
import dev.langchain4j.store.embedding.filter.logical.Not;
import dev.langchain4j.store.embedding.filter.logical.Or;
import io.github.rustffi.text.Condition;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's filters as conditions. What a filter says about a value is what {@link Filter#test} says about metadata
 * that has it alone; where both are of the same class, that is computed here, without metadata.
 */
final class Filters {
    private static final Metadata NOTHING = new Metadata();

    private Filters() {}

    static Condition condition(Filter filter) {
        // Not instanceof: a subclass may test something else.
        Class<?> type = filter.getClass();
        if (type == And.class) {
            And and = (And) filter;
            return condition(and.left()).and(condition(and.right()));
        }
        if (type == Or.class) {
            Or or = (Or) filter;
            return condition(or.left()).or(condition(or.right()));
        }
        if (type == Not.class) {
            return condition(((Not) filter).expression()).not();
        }
        if (type == IsEqualTo.class) {
            IsEqualTo is = (IsEqualTo) filter;
            return among(filter, is.key(), Set.of(is.comparisonValue()));
        }
        if (type == IsNotEqualTo.class) {
            IsNotEqualTo is = (IsNotEqualTo) filter;
            // It matches where the other one does not, and throws the same.
            return condition(new IsEqualTo(is.key(), is.comparisonValue())).not();
        }
        if (type == IsGreaterThan.class) {
            IsGreaterThan is = (IsGreaterThan) filter;
            return compared(filter, is.key(), is.comparisonValue(), sign -> sign > 0);
        }
        if (type == IsGreaterThanOrEqualTo.class) {
            IsGreaterThanOrEqualTo is = (IsGreaterThanOrEqualTo) filter;
            return compared(filter, is.key(), is.comparisonValue(), sign -> sign >= 0);
        }
        if (type == IsLessThan.class) {
            IsLessThan is = (IsLessThan) filter;
            return compared(filter, is.key(), is.comparisonValue(), sign -> sign < 0);
        }
        if (type == IsLessThanOrEqualTo.class) {
            IsLessThanOrEqualTo is = (IsLessThanOrEqualTo) filter;
            return compared(filter, is.key(), is.comparisonValue(), sign -> sign <= 0);
        }
        if (type == IsIn.class) {
            IsIn is = (IsIn) filter;
            return among(filter, is.key(), is.comparisonValues());
        }
        if (type == IsNotIn.class) {
            IsNotIn is = (IsNotIn) filter;
            return condition(new IsIn(is.key(), is.comparisonValues())).not();
        }
        if (type == ContainsString.class) {
            ContainsString contains = (ContainsString) filter;
            return of(
                    filter,
                    contains.key(),
                    value -> value instanceof String string
                            ? string.contains(contains.comparisonValue())
                            : filter.test(metadata(contains.key(), value)));
        }
        return Condition.ofAll(metadata -> filter.test(Metadata.from(metadata)));
    }

    private static Condition of(Filter filter, String key, Predicate<Object> test) {
        return Condition.of(key, value -> value == null ? filter.test(NOTHING) : test.test(value));
    }

    private static Metadata metadata(String key, Object value) {
        return Metadata.from(Map.of(key, value));
    }

    private static Condition compared(Filter filter, String key, Object other, IntPredicate test) {
        return of(filter, key, value -> {
            OptionalInt sign = sign(value, other);
            return sign.isPresent() ? test.test(sign.getAsInt()) : filter.test(metadata(key, value));
        });
    }

    /** Compares values as filters do; nothing if they are of different classes, or one is not a number. */
    private static OptionalInt sign(Object value, Object other) {
        if (value instanceof String a && other instanceof String b) {
            return OptionalInt.of(a.compareTo(b));
        }
        if (value instanceof Integer a && other instanceof Integer b) {
            return OptionalInt.of(a.compareTo(b));
        }
        if (value instanceof Long a && other instanceof Long b) {
            return OptionalInt.of(a.compareTo(b));
        }
        if (value instanceof UUID a && other instanceof UUID b) {
            return OptionalInt.of(a.compareTo(b));
        }
        if (value instanceof Float a && other instanceof Float b && Float.isFinite(a) && Float.isFinite(b)) {
            return OptionalInt.of(order(a, b));
        }
        if (value instanceof Double a && other instanceof Double b && Double.isFinite(a) && Double.isFinite(b)) {
            return OptionalInt.of(order(a, b));
        }
        return OptionalInt.empty();
    }

    /** Zeros are equal, whatever their signs. */
    private static int order(double a, double b) {
        return a < b ? -1 : a > b ? 1 : 0;
    }

    private static Condition among(Filter filter, String key, Collection<?> values) {
        Class<?> type = onlyClass(values);
        Predicate<Object> test = value -> filter.test(metadata(key, value));
        if (type == String.class || type == Integer.class || type == Long.class || type == UUID.class) {
            Set<?> set = new HashSet<>(values);
            return Condition.ofValues(key, set, value -> {
                if (value == null) {
                    return filter.test(NOTHING);
                }
                return value.getClass() == type ? set.contains(value) : test.test(value);
            });
        }
        return of(filter, key, test);
    }

    /** Returns the class of all values; null if they are of several. */
    private static @Nullable Class<?> onlyClass(Collection<?> values) {
        Class<?> type = null;
        for (Object value : values) {
            if (type != null && value.getClass() != type) {
                return null;
            }
            type = value.getClass();
        }
        return type;
    }
}
