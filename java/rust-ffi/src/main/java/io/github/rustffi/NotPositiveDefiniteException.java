package io.github.rustffi;

/** Thrown where a symmetric matrix has no Cholesky factor, since it is not positive definite. */
public final class NotPositiveDefiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which pivot is not positive
     */
    public NotPositiveDefiniteException(String message) {
        super(message);
    }
}
