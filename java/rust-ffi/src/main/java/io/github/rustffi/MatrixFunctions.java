package io.github.rustffi;

import java.util.Objects;

/**
 * Functions of square matrices as wholes, not value by value as {@link Matrix#map} has them.
 *
 * <pre>{@code
 * Matrix transition = MatrixFunctions.exp(generator.times(time)); // of a Markov chain in continuous time
 * }</pre>
 */
public final class MatrixFunctions {
    private MatrixFunctions() {}

    /**
     * Returns the exponential: the sum of {@code a.power(k)} over k!, for k from 0 on, as SciPy's {@code expm} does.
     *
     * <p>It is computed by the algorithm of Al-Mohy and Higham (2009), by scaling and squaring, so that it is exact for
     * a matrix that differs from {@code a} by rounding, but for what the squarings add. That of a triangle is one, with
     * a diagonal whose values are correct to the last digits.
     *
     * @param a the matrix
     * @return the exponential, of the same shape: the identity for a matrix of zeros
     * @throws IllegalArgumentException if {@code a} is not square: {@code matrix is not square: 2x3}; if a value is not
     *     finite: {@code matrix has a NaN at row 1, column 2}
     * @throws ArithmeticException if a value of the result, or of one of the exponentials of {@code a} halved once or
     *     more that lead to it, is too large for a double: {@code the largest value of the exponential is beyond
     *     1.7976931348623157E308}
     */
    public static Matrix exp(Matrix a) {
        return Exponential.of(checked(a));
    }

    /** Returns the matrix itself or a copy that nobody writes to, after it has been found square and finite. */
    private static Matrix checked(Matrix a) {
        Objects.requireNonNull(a, "a");
        a.requireSquare();
        Matrix own = a.own();
        own.requireFinite();
        return own;
    }
}
