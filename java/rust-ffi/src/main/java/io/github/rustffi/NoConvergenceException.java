package io.github.rustffi;

/** Thrown where an iteration does not end in a result. No matrix is known for which this happens. */
public final class NoConvergenceException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what does not converge
     */
    public NoConvergenceException(String message) {
        super(message);
    }
}
