package io.github.rustffi;

import java.util.Objects;

/**
 * Functions of square matrices as wholes, not value by value as {@link Matrix#map} has them, and equations for
 * matrices.
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

    /**
     * Returns the principal square root: the matrix whose square is {@code a}, and whose eigenvalues have positive real
     * parts, as SciPy's {@code sqrtm} does, by the method of Higham (1987). That of a symmetric matrix is symmetric.
     *
     * <p>There is one where no eigenvalue is zero or negative. The square of the result differs from {@code a} by a
     * small multiple of n·ε times the square of its norm.
     *
     * @param a the matrix
     * @return the root, of the same shape
     * @throws IllegalArgumentException if {@code a} is not square: {@code matrix is not square: 2x3}; if a value is not
     *     finite: {@code matrix has a NaN at row 1, column 2}
     * @throws ArithmeticException if an eigenvalue is zero or negative, perhaps by rounding: {@code the principal
     *     square root is not defined: the eigenvalue -2.0 is on the closed negative real axis}; if a value of the
     *     result is too large for a double
     */
    public static Matrix sqrt(Matrix a) {
        return SquareRoot.of(checked(a));
    }

    /**
     * Returns the principal logarithm: the matrix whose exponential is {@code a}, and whose eigenvalues have imaginary
     * parts between -π and π, as SciPy's {@code logm} does, by the method of Al-Mohy and Higham (2012). That of a
     * symmetric matrix is symmetric.
     *
     * <p>There is one where no eigenvalue is zero or negative.
     *
     * @param a the matrix
     * @return the logarithm, of the same shape: zeros for the identity
     * @throws IllegalArgumentException if {@code a} is not square: {@code matrix is not square: 2x3}; if a value is not
     *     finite: {@code matrix has a NaN at row 1, column 2}
     * @throws ArithmeticException if an eigenvalue is zero or negative, perhaps by rounding: {@code the principal
     *     logarithm is not defined: the eigenvalue -2.0 is on the closed negative real axis}; if a value of the result
     *     or of a square root of {@code a} is too large for a double
     */
    public static Matrix log(Matrix a) {
        return Logarithm.of(checked(a));
    }

    /**
     * Returns the solution x of Sylvester's equation {@code a * x + x * b = c}, as SciPy's {@code solve_sylvester} and
     * LAPACK's {@code dtrsyl} do, through the real Schur forms of a and b.
     *
     * <p>There is one where no eigenvalue of a is the negative of one of b. The residual is a small multiple of n·ε
     * times the norms of a and b and that of x.
     *
     * @param a a square matrix
     * @param b a square matrix
     * @param c a matrix with as many rows as a and as many columns as b
     * @return the solution, of the shape of {@code c}
     * @throws IllegalArgumentException if a or b is not square: {@code a is not square: 2x3}; if the shapes do not
     *     agree: {@code matrix shapes do not agree: 2x2 and 3x3 sylvester 2x2}; if a value is not finite: {@code c has
     *     a NaN at row 1, column 0}
     * @throws SingularMatrixException if the sum of an eigenvalue of a and one of b is at most max(rows, columns)·ε
     *     times the largest magnitude in the forms: {@code a and -b have a common eigenvalue but for rounding: 2.0 of
     *     a, and -2.0 of b}
     * @throws ArithmeticException if a value of the result, or of one of the forms, is too large for a double
     */
    public static Matrix sylvester(Matrix a, Matrix b, Matrix c) {
        Matrix left = checked("a", a);
        Matrix right = checked("b", b);
        return Sylvester.solve(left, right, checked(left, right, "sylvester", c));
    }

    /**
     * Returns the solution x of Lyapunov's equation {@code a * x + x * a.transpose() = c}, as SciPy's
     * {@code solve_continuous_lyapunov} does. That of a symmetric c is symmetric.
     *
     * <p>There is one where no two eigenvalues of a, nor one and itself, add up to zero, such as where all have
     * negative real parts.
     *
     * @param a a square matrix
     * @param c a matrix of the shape of a
     * @return the solution, of the same shape
     * @throws IllegalArgumentException as {@link #sylvester} does: {@code matrix shapes do not agree: 2x2 lyapunov 3x3}
     * @throws SingularMatrixException as {@link #sylvester} does, where b is the transpose of a
     * @throws ArithmeticException if a value of the result, or of the form of a, is too large for a double
     */
    public static Matrix lyapunov(Matrix a, Matrix c) {
        Matrix left = checked("a", a);
        return Sylvester.solve(left, checked(left, left, "lyapunov", c));
    }

    /** The same with a name for the matrix. */
    private static Matrix checked(String name, Matrix a) {
        Objects.requireNonNull(a, name);
        if (a.rows() != a.columns()) {
            throw new IllegalArgumentException(name + " is not square: " + a.shape());
        }
        Matrix own = a.own();
        own.requireFinite(name);
        return own;
    }

    /** Returns a right-hand side that nobody writes to, after it has been found to be one of two matrices. */
    private static Matrix checked(Matrix a, Matrix b, String operation, Matrix c) {
        Objects.requireNonNull(c, "c");
        if (c.rows() != a.rows() || c.columns() != b.rows()) {
            throw Matrix.disagree(a == b ? a.shape() : a.shape() + " and " + b.shape(), operation, c.shape());
        }
        Matrix own = c.own();
        own.requireFinite("c");
        return own;
    }
}
