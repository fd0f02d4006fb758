package io.github.rustffi;

/** Thrown where a matrix has no inverse, so that a system of equations has no unique solution. */
public final class SingularMatrixException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which pivot is zero
     */
    public SingularMatrixException(String message) {
        super(message);
    }
}
