package io.github.rustffi.text;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata of a segment has to be for a search or a removal. Immutable, if what it is made of is.
 *
 * <pre>{@code
 * Condition recent = Condition.of("year", year -> year instanceof Integer number && number >= 2020);
 * Condition.of("language", "en"::equals).and(recent);
 * }</pre>
 *
 * <p>No condition allows a segment without text, not even one that is negated. Tests are made in order: the right one
 * of {@link #and} and {@link #or} only for segments of which the left one has not decided, and what a test throws is
 * thrown by the search. A test must not change the store.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public abstract class Condition {
    Condition() {}

    /** Clears the bits of the rows that it does not allow. */
    abstract void apply(Rows rows, long[] words);

    /**
     * Returns the condition that a key's value passes a test. It is tested once for each of the different values that
     * there are, and not again for the next segment that has the same.
     *
     * @param key the key
     * @param test the test, which is given null for segments that have no such key; its answer must depend on the value
     *     alone
     * @return the condition
     */
    public static Condition of(String key, Predicate<@Nullable Object> test) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(test, "test");
        return new OfValue(key, Set.of(), test);
    }

    /**
     * Returns the condition that a key's value passes a test that only some values pass: as {@link #of}, but where all
     * values of the key are of the class of these, they are looked up, and no others are tested. That is faster where
     * there are many different ones.
     *
     * @param key the key
     * @param values the values of their class that pass the test, which are equal to no others of it; of a class that a
     *     {@link Segment} may have
     * @param test the test, which is given null for segments that have no such key, and values of other classes; its
     *     answer must depend on the value alone
     * @return the condition
     */
    public static Condition ofValues(String key, Set<?> values, Predicate<@Nullable Object> test) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(test, "test");
        return new OfValue(key, Set.copyOf(values), test);
    }

    /**
     * Returns the condition that the metadata of a segment passes a test, which is made for every segment.
     *
     * @param test the test
     * @return the condition
     */
    public static Condition ofAll(Predicate<Map<String, Object>> test) {
        Objects.requireNonNull(test, "test");
        return new OfAll(test);
    }

    /**
     * Returns the condition that both are met.
     *
     * @param other the other condition
     * @return the condition
     */
    public Condition and(Condition other) {
        Objects.requireNonNull(other, "other");
        return new And(this, other);
    }

    /**
     * Returns the condition that one of both is met.
     *
     * @param other the other condition
     * @return the condition
     */
    public Condition or(Condition other) {
        Objects.requireNonNull(other, "other");
        return new Or(this, other);
    }

    /**
     * Returns the condition that this one is not met.
     *
     * @return the condition
     */
    public Condition not() {
        return new Not(this);
    }

    /** Clears the bits of the places that do not pass. */
    private static void keep(long[] words, IntPredicate passes) {
        for (int word = 0; word < words.length; word++) {
            long kept = words[word];
            for (long left = kept; left != 0; left &= left - 1) {
                int bit = Long.numberOfTrailingZeros(left);
                if (!passes.test(word * 64 + bit)) {
                    kept &= ~(1L << bit);
                }
            }
            words[word] = kept;
        }
    }

    private static final class OfValue extends Condition {
        private static final byte PASSES = 1;
        private static final byte FAILS = 2;

        private final String key;

        /** The values that pass, if they are known; empty otherwise. */
        private final Set<?> passing;

        private final Predicate<@Nullable Object> test;

        OfValue(String key, Set<?> passing, Predicate<@Nullable Object> test) {
            this.key = key;
            this.passing = passing;
            this.test = test;
        }

        @Override
        void apply(Rows rows, long[] words) {
            Columns.View column = rows.columns.of(key, rows);
            if (column == null) {
                new OfAll(metadata -> test.test(metadata.get(key))).apply(rows, words);
                return;
            }
            byte[] answers = new byte[column.size];
            if (!passing.isEmpty() && passing.stream().allMatch(value -> column.hasOnly(value.getClass()))) {
                Arrays.fill(answers, 1, answers.length, FAILS);
                for (Object value : passing) {
                    int code = column.code(value);
                    if (code > 0) {
                        answers[code] = PASSES;
                    }
                }
            }
            keep(words, place -> {
                int code = column.codes[place];
                if (answers[code] == 0) {
                    answers[code] = test.test(column.values[code]) ? PASSES : FAILS;
                }
                return answers[code] == PASSES;
            });
        }
    }

    private static final class OfAll extends Condition {
        private final Predicate<Map<String, Object>> test;

        OfAll(Predicate<Map<String, Object>> test) {
            this.test = test;
        }

        @Override
        void apply(Rows rows, long[] words) {
            keep(words, place -> test.test(rows.metadata(place)));
        }
    }

    private static final class And extends Condition {
        private final Condition left;
        private final Condition right;

        And(Condition left, Condition right) {
            this.left = left;
            this.right = right;
        }

        @Override
        void apply(Rows rows, long[] words) {
            left.apply(rows, words);
            right.apply(rows, words);
        }
    }

    private static final class Or extends Condition {
        private final Condition left;
        private final Condition right;

        Or(Condition left, Condition right) {
            this.left = left;
            this.right = right;
        }

        @Override
        void apply(Rows rows, long[] words) {
            long[] others = words.clone();
            left.apply(rows, words);
            for (int word = 0; word < words.length; word++) {
                others[word] &= ~words[word];
            }
            right.apply(rows, others);
            for (int word = 0; word < words.length; word++) {
                words[word] |= others[word];
            }
        }
    }

    private static final class Not extends Condition {
        private final Condition condition;

        Not(Condition condition) {
            this.condition = condition;
        }

        @Override
        void apply(Rows rows, long[] words) {
            long[] passing = words.clone();
            condition.apply(rows, passing);
            for (int word = 0; word < words.length; word++) {
                words[word] &= ~passing[word];
            }
        }
    }
}
