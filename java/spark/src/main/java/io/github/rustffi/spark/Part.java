package io.github.rustffi.spark;

import java.io.Serial;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** What has been computed of the rows of one partition, or of several that follow one another. */
final class Part<T extends Serializable> implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Its place among those of its level: of a single partition, that one's number. */
    final int number;

    /** The first partition that has rows; -1 if none has. */
    final int partition;

    final long rows;
    final int columns;

    /** The number of columns of the right-hand side, where there is one. */
    final int targets;

    /** What is wrong with the rows; null if nothing is. */
    final @Nullable String problem;

    /** Null if there are no rows, or there is a problem. */
    final @Nullable T value;

    Part(int number, int partition, long rows, int columns, int targets, @Nullable String problem, @Nullable T value) {
        this.number = number;
        this.partition = partition;
        this.rows = rows;
        this.columns = columns;
        this.targets = targets;
        this.problem = problem;
        this.value = value;
    }

    static <T extends Serializable> Part<T> empty(int number) {
        return new Part<>(number, -1, 0, 0, 0, null, null);
    }

    static <T extends Serializable> Part<T> unsuitable(int number, String problem) {
        return new Part<>(number, -1, 0, 0, 0, problem, null);
    }
}
