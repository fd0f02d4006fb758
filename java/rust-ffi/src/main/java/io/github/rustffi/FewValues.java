package io.github.rustffi;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The first few of many values, each of them as often as there is one: a Krylov space has one vector of each value, so
 * that after the first ones the next is sought orthogonally to all that are found, until it comes after them.
 */
abstract class FewValues {
    /** The values that are found. */
    double[] found = new double[0];

    /** Returns what is the larger, the earlier a value comes. */
    abstract double key(double value);

    /**
     * Finds the first ones of those that are orthogonal to what is found.
     *
     * @param wanted how many
     * @param enough the key up to which none is of interest
     * @return false if it takes too long
     */
    abstract boolean run(int wanted, double enough);

    /** Finds the first k of all; returns whether it did. */
    final boolean find(int k, int all) {
        if (k == 0) {
            return true;
        }
        if (!run(k, Double.NEGATIVE_INFINITY)) {
            return false;
        }
        while (found.length < all) {
            double last = key(found[order()[k - 1]]);
            int before = found.length;
            if (!run(1, last)) {
                return false;
            }
            if (found.length == before || key(found[before]) <= last) {
                return true;
            }
        }
        return true;
    }

    /** Returns the indices of what is found, the first one first. */
    final Integer[] order() {
        Integer[] order = IntStream.range(0, found.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -key(found[i])));
        return order;
    }
}
