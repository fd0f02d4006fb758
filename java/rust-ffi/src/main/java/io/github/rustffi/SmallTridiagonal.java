package io.github.rustffi;

/**
 * Eigenvalues of small symmetric matrices in Java by Householder reduction to tridiagonal form (Martin, Reinsch and
 * Wilkinson, 1968) and the implicit QL method (Dubrulle, Martin and Wilkinson, 1968) with Wilkinson's shift, as in
 * EISPACK's {@code imtql2} and LAPACK's {@code dsteqr}; a block of two rows is solved by one rotation.
 *
 * <p>{@link SmallEigen} chooses it, and has looked at the magnitudes before.
 */
final class SmallTridiagonal {
    /** From one row to the next: a constant, so that the JVM checks no index within a loop. */
    private static final int STRIDE = 8;

    /** Steps on one eigenvalue: one or two are the rule. */
    private static final int STEPS = 50;

    /** Of the sum of magnitudes, what an entry beside the diagonal may be left with. */
    private static final double NEGLIGIBLE = 0x1p-63;

    /** The same of the two values on the diagonal, squared. */
    private static final double NEGLIGIBLE_SQUARE = 0x1p-106;

    /** Of the sum of magnitudes, squared: what is shorter is zero but for a rounding error of a rounding error. */
    private static final double LEAST_SQUARE = 0x1p-400;

    private final int n;

    /** The matrix, and then in each row the reflection that has made the rest of it zero. */
    private final double[] a;

    /** Transposed: the vectors. */
    private final double[] z;

    private final double[] diagonal;

    private final double[] beside;

    private SmallTridiagonal(int n, double[] lower, boolean hasVectors) {
        this.n = n;
        a = new double[n * STRIDE];
        z = new double[hasVectors ? n * STRIDE : 0];
        diagonal = new double[STRIDE];
        beside = new double[STRIDE];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double value = lower[i * n + j];
                a[i * STRIDE + j] = value;
                a[j * STRIDE + i] = value;
            }
        }
    }

    /**
     * Writes the eigenvalues of a symmetric matrix in ascending order and, unless there is no room for them, the
     * vectors as columns. Returns false where that is left to Rust: what is in the arrays is then of no meaning.
     *
     * @param lower the matrix, of which the triangle above the diagonal is not read
     * @param magnitude the sum of the magnitudes in this triangle
     */
    static boolean decompose(int n, double[] lower, double magnitude, double[] values, double[] vectors) {
        boolean hasVectors = vectors.length > 0;
        SmallTridiagonal reduced = new SmallTridiagonal(n, lower, hasVectors);
        reduced.reduce(magnitude);
        if (!reduced.iterate(NEGLIGIBLE * magnitude)) {
            return false;
        }
        reduced.write(values, vectors);
        return true;
    }

    private void reduce(double magnitude) {
        double[] a = this.a;
        double[] w = new double[STRIDE];
        double least = LEAST_SQUARE * magnitude * magnitude;
        for (int k = 0; k < n - 2; k++) {
            int row = k * STRIDE;
            double x = a[row + k + 1];
            double rest = 0;
            for (int i = k + 2; i < n; i++) {
                rest += a[row + i] * a[row + i];
            }
            diagonal[k] = a[row + k];
            if (rest <= least) {
                beside[k] = x;
                a[row + k] = 0;
                continue;
            }
            double norm = Math.sqrt(rest + x * x);
            double image = -Math.copySign(norm, x);
            double reciprocal = 1 / (x - image);
            double factor = 1 + Math.abs(x) / norm;
            beside[k] = image;
            a[row + k] = factor;
            a[row + k + 1] = 1;
            for (int i = k + 2; i < n; i++) {
                a[row + i] *= reciprocal;
            }
            double product = 0;
            for (int i = k + 1; i < n; i++) {
                double sum = 0;
                for (int j = k + 1; j < n; j++) {
                    sum += a[i * STRIDE + j] * a[row + j];
                }
                w[i] = factor * sum;
                product += w[i] * a[row + i];
            }
            product *= 0.5 * factor;
            for (int i = k + 1; i < n; i++) {
                w[i] -= product * a[row + i];
            }
            for (int i = k + 1; i < n; i++) {
                double v = a[row + i];
                double u = w[i];
                for (int j = k + 1; j < n; j++) {
                    a[i * STRIDE + j] -= v * w[j] + u * a[row + j];
                }
            }
        }
        diagonal[n - 2] = a[(n - 2) * STRIDE + n - 2];
        diagonal[n - 1] = a[(n - 1) * STRIDE + n - 1];
        beside[n - 2] = a[(n - 2) * STRIDE + n - 1];
        if (z.length > 0) {
            formTransformation();
        }
    }

    /** Multiplies the reflections, the last of which reach least far. */
    private void formTransformation() {
        for (int i = 0; i < n; i++) {
            z[i * STRIDE + i] = 1;
        }
        for (int k = n - 3; k >= 0; k--) {
            double factor = a[k * STRIDE + k];
            if (factor != 0) {
                for (int i = k + 1; i < n; i++) {
                    SmallGeneralEigen.reflect(a, k * STRIDE, factor, z, i * STRIDE, k + 1, n);
                }
            }
        }
    }

    private boolean iterate(double negligible) {
        for (int first = 0; first < n; first++) {
            int steps = 0;
            for (int last; (last = last(first, negligible)) > first; ) {
                if (last == first + 1) {
                    solveTwo(first);
                } else if (++steps > STEPS) {
                    return false;
                } else {
                    step(first, last);
                }
            }
        }
        return true;
    }

    /** Returns the last row of the block that begins at {@code first}: what connects it to the next becomes zero. */
    private int last(int first, double negligible) {
        int last = first;
        while (last < n - 1) {
            double size = Math.abs(beside[last]);
            if (size <= negligible
                    || size * size <= NEGLIGIBLE_SQUARE * Math.abs(diagonal[last] * diagonal[last + 1])) {
                beside[last] = 0;
                break;
            }
            last++;
        }
        return last;
    }

    private void solveTwo(int first) {
        double entry = beside[first];
        double tangent = SmallEigen.tangent((diagonal[first + 1] - diagonal[first]) / (2 * entry));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        diagonal[first] -= tangent * entry;
        diagonal[first + 1] += tangent * entry;
        beside[first] = 0;
        rotate(first, cosine, cosine * tangent);
    }

    private void step(int first, int last) {
        double[] d = diagonal;
        double[] e = beside;
        double half = (d[first + 1] - d[first]) / (2 * e[first]);
        double root = Math.sqrt(half * half + 1);
        double g = d[last] - d[first] + e[first] / (half + Math.copySign(root, half));
        double sine = 1;
        double cosine = 1;
        double p = 0;
        for (int i = last - 1; i >= first; i--) {
            double f = sine * e[i];
            double b = cosine * e[i];
            double square = f * f + g * g;
            if (square == 0) {
                // Of two blocks, the next look at this one sees both.
                e[i + 1] = 0;
                e[last] = 0;
                d[i + 1] -= p;
                return;
            }
            double length = Math.sqrt(square);
            e[i + 1] = length;
            sine = f / length;
            cosine = g / length;
            double before = d[i + 1] - p;
            double r = (d[i] - before) * sine + 2 * cosine * b;
            p = sine * r;
            d[i + 1] = before + p;
            g = cosine * r - b;
            rotate(i, cosine, sine);
        }
        d[first] -= p;
        e[first] = g;
        e[last] = 0;
    }

    /** Rotates two vectors. */
    private void rotate(int i, double cosine, double sine) {
        double[] z = this.z;
        if (z.length > 0) {
            int first = i * STRIDE;
            int second = first + STRIDE;
            for (int k = 0; k < n; k++) {
                double x = z[first + k];
                double y = z[second + k];
                z[first + k] = cosine * x - sine * y;
                z[second + k] = sine * x + cosine * y;
            }
        }
    }

    /** Writes what has been found, in ascending order. */
    private void write(double[] values, double[] vectors) {
        double[] d = diagonal;
        for (int j = 0; j < n; j++) {
            int least = j;
            for (int i = j + 1; i < n; i++) {
                if (d[i] < d[least]) {
                    least = i;
                }
            }
            values[j] = d[least];
            d[least] = d[j];
            if (vectors.length > 0) {
                for (int k = 0; k < n; k++) {
                    vectors[k * n + j] = z[least * STRIDE + k];
                }
                if (least != j) {
                    System.arraycopy(z, j * STRIDE, z, least * STRIDE, n);
                }
            }
        }
    }
}
