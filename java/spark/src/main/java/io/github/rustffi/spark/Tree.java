package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * What has been computed of each partition, put together on the executors in a tree whose shape depends on the number
 * of partitions alone.
 *
 * <p>The parts 0 to 7 of a level make part 0 of the next one, the parts 8 to 15 part 1, and so on. They come by a
 * shuffle, in the order of their arrival, and are sorted by their number before they are put together: the result has
 * the same bits whatever the time that tasks take. {@code RDD.treeReduce} does not promise that: it merges what it has
 * in the order in which blocks are fetched.
 *
 * <p>The shuffle's files keep the parts, so that walking down the tree again computes no partition anew.
 */
final class Tree<T extends Serializable> {
    /** How many parts are put together at once. */
    static final int FAN = 8;

    /** Computes what belongs to all rows from what belongs to some, at least two, in their order. */
    interface Combine<T> extends Serializable {
        T of(List<T> values);
    }

    /** The children of each part, in their order, from the lowest level to the highest. */
    private final List<JavaPairRDD<Integer, ArrayList<Part<T>>>> levels = new ArrayList<>();

    private final JavaSparkContext context;
    private final int partitions;
    private final Part<T> top;

    private Tree(JavaRDD<Part<T>> leaves, Combine<T> combine) {
        context = JavaSparkContext.fromSparkContext(leaves.context());
        partitions = leaves.getNumPartitions();
        JavaRDD<Part<T>> parts = leaves;
        int count = partitions;
        while (count > 1) {
            count = groups(count);
            JavaPairRDD<Integer, ArrayList<Part<T>>> grouped = parts.mapToPair(
                            part -> new Tuple2<>(part.number / FAN, part))
                    .groupByKey(new HashPartitioner(count))
                    .mapValues(Tree::sorted);
            levels.add(grouped);
            parts = grouped.map(group -> combined(group._1, group._2, combine));
        }
        List<Part<T>> last = parts.collect();
        top = last.isEmpty() ? Part.empty(0) : last.get(0);
    }

    /**
     * Returns the tree over a part for each partition.
     *
     * @throws IllegalArgumentException if there is no row, or something is wrong with one
     */
    static <T extends Serializable> Tree<T> of(JavaRDD<Part<T>> leaves, Combine<T> combine) {
        Tree<T> tree = new Tree<>(leaves, combine);
        requireRows(tree.top);
        return tree;
    }

    /** Returns what belongs to all rows, put together on the driver at once. */
    static <T extends Serializable> T joined(List<Part<T>> parts, Combine<T> combine) {
        return requireRows(combined(0, parts, combine));
    }

    private static <T extends Serializable> T requireRows(Part<T> all) {
        if (all.problem != null) {
            throw new IllegalArgumentException(all.problem);
        }
        if (all.value == null) {
            throw new IllegalArgumentException("the matrix has no rows");
        }
        return all.value;
    }

    /** Returns what has been computed of all rows. */
    T value() {
        return Objects.requireNonNull(top.value, "the value of rows without a problem");
    }

    long rows() {
        return top.rows;
    }

    int columns() {
        return top.columns;
    }

    private static int groups(int count) {
        return (count - 1) / FAN + 1;
    }

    private static <T extends Serializable> ArrayList<Part<T>> sorted(Iterable<Part<T>> parts) {
        ArrayList<Part<T>> sorted = new ArrayList<>(FAN);
        parts.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(part -> part.number));
        return sorted;
    }

    private static <T extends Serializable> Part<T> combined(int number, List<Part<T>> parts, Combine<T> combine) {
        Part<T> first = null;
        long rows = 0;
        List<T> values = new ArrayList<>(parts.size());
        for (Part<T> part : parts) {
            if (part.problem != null) {
                return Part.unsuitable(number, part.problem);
            }
            if (part.value == null) {
                continue;
            }
            if (first == null) {
                first = part;
            }
            String problem = disagreement(first, part);
            if (problem != null) {
                return Part.unsuitable(number, problem);
            }
            rows += part.rows;
            values.add(part.value);
        }
        if (first == null) {
            return Part.empty(number);
        }
        T value = values.size() == 1 ? values.get(0) : combine.of(values);
        return new Part<>(number, first.partition, rows, first.columns, first.targets, null, value);
    }

    private static @Nullable String disagreement(Part<?> first, Part<?> part) {
        if (part.columns != first.columns) {
            return "partition " + part.partition + " has " + part.columns + " columns, but partition " + first.partition
                    + " has " + first.columns;
        }
        if (part.targets != first.targets) {
            return "partition " + part.partition + " has right-hand sides of " + part.targets
                    + " columns, but partition " + first.partition + " has " + first.targets;
        }
        return null;
    }

    /**
     * Returns what each partition multiplies its own orthogonal factor by, for a tree of upper factors: the rows of the
     * product of all orthogonal factors above it that belong to it, times {@code root}. A partition without rows has
     * none.
     */
    static JavaPairRDD<Integer, Matrix> down(Tree<Matrix> tree, Matrix root) {
        JavaPairRDD<Integer, Matrix> factors = tree.context.parallelizePairs(List.of(new Tuple2<>(0, root)), 1);
        for (int level = tree.levels.size() - 1; level >= 0; level--) {
            int below = tree.partitions;
            for (int i = 0; i < level; i++) {
                below = groups(below);
            }
            factors = tree.levels
                    .get(level)
                    .join(factors, new HashPartitioner(groups(below)))
                    .flatMapToPair(node -> children(node._2._1, node._2._2))
                    .partitionBy(new HashPartitioner(below));
        }
        return factors;
    }

    private static Iterator<Tuple2<Integer, Matrix>> children(List<Part<Matrix>> parts, Matrix factor) {
        List<Part<Matrix>> present =
                parts.stream().filter(part -> part.value != null).toList();
        if (present.size() == 1) {
            return List.of(new Tuple2<>(present.get(0).number, factor)).iterator();
        }
        Matrix[] upper = present.stream().map(part -> part.value).toArray(Matrix[]::new);
        Matrix product = Matrix.vstack(upper).qr().q().times(factor);
        List<Tuple2<Integer, Matrix>> children = new ArrayList<>(upper.length);
        int row = 0;
        for (int i = 0; i < upper.length; i++) {
            int rows = upper[i].rows();
            children.add(new Tuple2<>(present.get(i).number, product.submatrix(row, 0, rows, product.columns())));
            row += rows;
        }
        return children.iterator();
    }
}
