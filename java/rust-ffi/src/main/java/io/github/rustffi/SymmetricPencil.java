package io.github.rustffi;

/**
 * The generalized eigenvalue problem {@code a * x = lambda * b * x} of a symmetric and a positive definite matrix, in
 * the steps of LAPACK's {@code dsygvd}: with the Cholesky factor L of b, it is that of L⁻¹ a L⁻ᵀ.
 */
final class SymmetricPencil {
    /** Of the largest magnitude, the difference across the diagonal that counts as rounding, as in Rust. */
    private static final double ROUNDING = 0x1p-26;

    private SymmetricPencil() {}

    /** Returns the eigenvalues and vectors of two matrices of the same shape. */
    static SymmetricEigen eigen(Matrix a, Matrix b) {
        int n = a.rows();
        double[] left = symmetricPart("matrix", a.own()).values();
        double[] right = symmetricPart("b", b.own()).values();
        // Multiplied by powers of two from both sides, which changes no eigenvalue, b has a diagonal from 1 to 4.
        int[] exponents = new int[n];
        for (int i = 0; i < n; i++) {
            double d = right[i * n + i];
            exponents[i] = d > 0 ? Math.floorDiv(exponent(d), 2) : 0;
        }
        int shift = largestExponent(left, exponents);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int at = i * n + j;
                left[at] = Math.scalb(left[at], -exponents[i] - exponents[j] - shift);
                // What is too large for a double is too large for a positive definite matrix.
                double scaled = Math.scalb(right[at], -exponents[i] - exponents[j]);
                right[at] = Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, scaled));
            }
        }
        Cholesky cholesky = factor(new Matrix(n, n, right));
        Matrix half = cholesky.solveL(new Matrix(n, n, left));
        SymmetricEigen eigen = cholesky.solveL(half.transpose()).symmetrized().symmetricEigen();
        double[] values = eigen.values();
        for (int j = 0; j < n; j++) {
            values[j] = Math.scalb(values[j], shift);
            if (Double.isInfinite(values[j])) {
                throw Matrix.beyond("largest eigenvalue");
            }
        }
        double[] vectors = cholesky.solveLTranspose(eigen.vectors()).values();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                vectors[i * n + j] = Math.scalb(vectors[i * n + j], -exponents[i]);
            }
        }
        return new SymmetricEigen(values, new Matrix(n, n, vectors));
    }

    /** Returns the exponent of the largest value after row and column i have been divided by a power of two each. */
    private static int largestExponent(double[] values, int[] exponents) {
        int n = exponents.length;
        int largest = Integer.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (values[i * n + j] != 0) {
                    largest = Math.max(largest, exponent(values[i * n + j]) - exponents[i] - exponents[j]);
                }
            }
        }
        return largest == Integer.MIN_VALUE ? 0 : largest;
    }

    /** Returns the exponent of a value that is not zero, also of one below the normal ones. */
    private static int exponent(double x) {
        return Math.abs(x) < Double.MIN_NORMAL ? Math.getExponent(x * 0x1p54) - 54 : Math.getExponent(x);
    }

    /** Returns the symmetric part of a matrix that is symmetric but for rounding. */
    private static Matrix symmetricPart(String name, Matrix a) {
        a.requireFinite(name);
        int n = a.rows();
        double[] values = a.values();
        double tolerance = ROUNDING * a.maxAbs();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double value = values[i * n + j];
                double mirrored = values[j * n + i];
                if (value != mirrored && !(Math.abs(value - mirrored) <= tolerance)) {
                    throw notSymmetric(name, a);
                }
            }
        }
        return a.symmetrized();
    }

    /** Returns Rust's exception about a matrix that is not symmetric, with a name for it. */
    private static IllegalArgumentException notSymmetric(String name, Matrix a) {
        try {
            a.ldl();
        } catch (IllegalArgumentException e) {
            return new IllegalArgumentException(e.getMessage().replaceFirst("^matrix", name));
        }
        throw new AssertionError("bug in rust_ffi: a matrix is symmetric in Rust alone");
    }

    private static Cholesky factor(Matrix b) {
        try {
            return b.cholesky();
        } catch (NotPositiveDefiniteException e) {
            throw new NotPositiveDefiniteException(e.getMessage().replaceFirst("^matrix", "b"));
        }
    }
}
