package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

class TreeTest {
    private static final int COUNT = 70;

    /** Numbers of parts in an order that is not theirs: that in which a slow network might bring them. */
    private static List<Integer> shuffled(long seed) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            numbers.add(i);
        }
        Collections.shuffle(numbers, new Random(seed));
        return numbers;
    }

    private static Part<String> part(int number) {
        return number % 5 == 3 ? Part.empty(number) : new Part<>(number, number, 1, 2, 0, null, "" + number);
    }

    private static String joined(List<String> values) {
        return "(" + String.join(" ", values) + ")";
    }

    @Test
    void partsArePutTogetherInTheirOrderWhateverTheirArrival() {
        String expected = null;
        for (long seed = 0; seed < 3; seed++) {
            JavaRDD<Part<String>> leaves =
                    LocalSpark.context().parallelize(shuffled(seed), COUNT).map(TreeTest::part);
            Tree<String> tree = Tree.of(leaves, TreeTest::joined);
            assertThat(tree.rows()).isEqualTo(COUNT - COUNT / 5);
            expected = expected == null ? tree.value() : expected;
            assertThat(tree.value()).isEqualTo(expected);
        }
        assertThat(expected)
                .startsWith("(((0 1 2 4 5 6 7) (9 10 11 12 14 15)")
                // The second of two parts of the last level but one has one child.
                .endsWith("(64 65 66 67 69))");
    }

    @Test
    void theProblemIsThatOfTheFirstPartition() {
        JavaRDD<Part<String>> leaves = LocalSpark.context()
                .parallelize(shuffled(4), COUNT)
                .map(number -> number % 20 == 19 ? Part.unsuitable(number, "problem " + number) : part(number));
        assertThatThrownBy(() -> Tree.of(leaves, TreeTest::joined))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("problem 19");
    }
}
