package io.github.rustffi.spark;

import java.io.Serial;

/**
 * What is wrong with the rows of a partition. A task catches it and returns its message, so that the driver throws an
 * {@link IllegalArgumentException} of its own instead of Spark's exception for a task that failed.
 */
final class UnsuitableRowsException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    UnsuitableRowsException(String message) {
        super(message);
    }
}
