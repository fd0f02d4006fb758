package io.github.rustffi;

/**
 * Eigenvalues and eigenvectors of small general matrices in Java, which takes less time than to call Rust, by the steps
 * that Rust takes: {@linkplain SmallBalance balancing}, Householder reduction to Hessenberg form, Francis' double-shift
 * QR steps and {@linkplain SmallEigenvectors back substitution}, as in EISPACK's {@code orthes} and {@code hqr2}
 * (Wilkinson and Reinsch, Handbook for Automatic Computation, 1971), with the safeguards of LAPACK's {@code dlahqr} and
 * {@code dlanv2}.
 *
 * <p>What {@link SmallMatrix} says of shapes, bounds and what is left to Rust holds here too. Where eigenvalues are
 * sensitive to rounding, their order and the signs of vectors may be others than those of Rust.
 */
final class SmallGeneralEigen {
    private static final int MOST = 8;

    /** From one row to the next: a constant, so that the JVM checks no index within a loop. */
    static final int STRIDE = 8;

    /** Steps on one eigenvalue before the search for it is left to Rust. */
    private static final int STEPS = 300;

    /** The distance from 1 to the next double. */
    static final double EPSILON = 0x1p-52;

    /** What is no larger counts as zero, as in {@code dlahqr}. */
    private static final double TINY = Double.MIN_NORMAL / EPSILON;

    /** Where the squares of a vector have a smaller sum, some of it may have been lost to underflow. */
    private static final double LEAST_SQUARE = 0x1p-900;

    /** By which such a vector is multiplied. */
    private static final double UP = 0x1p800;

    /** Of the error after balancing, as a multiple of n·ε: half of what Rust takes. */
    private static final double BOUND = 5;

    private final int n;

    private final boolean hasVectors;

    /** The matrix, then its Hessenberg form, then its real Schur form. */
    private final double[] h;

    /** Transposed: the transformation from the balanced matrix to that form. */
    private final double[] q;

    /** What the reduction works on: rows and columns before it are triangular, and so are those from {@code end} on. */
    private int start;

    private int end;

    private SmallGeneralEigen(int n, double[] a, boolean hasVectors) {
        this.n = n;
        this.hasVectors = hasVectors;
        h = new double[n * STRIDE];
        q = new double[hasVectors ? n * STRIDE : 0];
        for (int i = 0, from = 0; i < n; i++) {
            for (int j = 0; j < n; j++, from++) {
                h[i * STRIDE + j] = a[from];
            }
        }
    }

    /** Returns whether this class takes a matrix of this shape. */
    static boolean isSmall(int rows, int columns) {
        return rows <= MOST && SmallMatrix.isSquare(rows, columns);
    }

    /**
     * Writes the eigenvalues of a square matrix and the vectors as columns, as {@link Eigen} has them. Returns false
     * where that is left to Rust: what is in the arrays is then of no meaning.
     */
    static boolean decompose(int n, double[] a, double[] real, double[] imaginary, double[] vectors) {
        SmallGeneralEigen eigen = new SmallGeneralEigen(n, a, true);
        SmallBalance balance = new SmallBalance(n, eigen.h);
        if (!eigen.reduce(balance, real, imaginary)) {
            return false;
        }
        SmallEigenvectors eigenvectors = new SmallEigenvectors(n, eigen.h, eigen.q, balance.scale());
        if (!eigenvectors.substitute(real, imaginary, vectors)) {
            return false;
        }
        balance.undoExchanges(vectors);
        return balance.scale() == null || isAccurate(n, a, real, imaginary, vectors);
    }

    /** Writes the eigenvalues alone, which takes less time. */
    static boolean values(int n, double[] a, double[] real, double[] imaginary) {
        SmallGeneralEigen eigen = new SmallGeneralEigen(n, a, false);
        return eigen.reduce(new SmallBalance(n, eigen.h), real, imaginary);
    }

    /** Reduces the matrix to real Schur form, and writes the eigenvalues. */
    private boolean reduce(SmallBalance balance, double[] real, double[] imaginary) {
        if (!SmallMatrix.isInRange(SmallMatrix.magnitude(h)) || !balance.balance()) {
            return false;
        }
        start = balance.start();
        end = balance.end();
        reduceToHessenberg();
        if (!iterate(real, imaginary)) {
            return false;
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += (real[j] + imaginary[j]) * 0;
        }
        // What is not finite times zero is NaN.
        return sum == 0;
    }

    private void reduceToHessenberg() {
        double[] h = this.h;
        // A row for each reflection: its factor, and its vector after the first component, which is 1.
        double[] v = new double[hasVectors ? n * STRIDE : STRIDE];
        int first = hasVectors ? 0 : start;
        int columns = hasVectors ? n : end;
        for (int k = start; k < end - 2; k++) {
            double x = h[(k + 1) * STRIDE + k];
            double rest = 0;
            boolean isZero = true;
            for (int i = k + 2; i < end; i++) {
                double y = h[i * STRIDE + k];
                rest += y * y;
                isZero &= y == 0;
            }
            if (isZero) {
                continue;
            }
            double square = rest + x * x;
            double unit = 1;
            if (square < LEAST_SQUARE) {
                unit = UP;
                x *= unit;
                square = x * x;
                for (int i = k + 2; i < end; i++) {
                    double y = h[i * STRIDE + k] * unit;
                    square += y * y;
                }
            }
            double norm = Math.sqrt(square);
            double image = -Math.copySign(norm, x);
            double reciprocal = 1 / (x - image);
            double factor = 1 + Math.abs(x) / norm;
            int row = hasVectors ? k * STRIDE : 0;
            h[(k + 1) * STRIDE + k] = image / unit;
            v[row + k] = factor;
            v[row + k + 1] = 1;
            for (int i = k + 2; i < end; i++) {
                v[row + i] = h[i * STRIDE + k] * unit * reciprocal;
                h[i * STRIDE + k] = 0;
            }
            for (int j = k + 1; j < columns; j++) {
                double sum = h[(k + 1) * STRIDE + j];
                for (int i = k + 2; i < end; i++) {
                    sum += v[row + i] * h[i * STRIDE + j];
                }
                sum *= factor;
                for (int i = k + 1; i < end; i++) {
                    h[i * STRIDE + j] -= v[row + i] * sum;
                }
            }
            for (int i = first; i < end; i++) {
                reflect(v, row, factor, h, i * STRIDE, k + 1, end);
            }
        }
        if (hasVectors) {
            formTransformation(v);
        }
    }

    /** Multiplies the reflections, the last of which reach least far. */
    private void formTransformation(double[] v) {
        double[] q = this.q;
        for (int i = 0; i < n; i++) {
            q[i * STRIDE + i] = 1;
        }
        for (int k = end - 3; k >= start; k--) {
            double factor = v[k * STRIDE + k];
            if (factor != 0) {
                for (int i = k + 1; i < end; i++) {
                    reflect(v, k * STRIDE, factor, q, i * STRIDE, k + 1, end);
                }
            }
        }
    }

    /** Reflects a part of a row. */
    static void reflect(double[] v, int row, double factor, double[] x, int at, int from, int to) {
        double sum = x[at + from];
        for (int j = from + 1; j < to; j++) {
            sum += x[at + j] * v[row + j];
        }
        sum *= factor;
        for (int j = from; j < to; j++) {
            x[at + j] -= sum * v[row + j];
        }
    }

    /** Reduces the Hessenberg form to real Schur form. */
    private boolean iterate(double[] real, double[] imaginary) {
        double[] h = this.h;
        int steps = 0;
        for (int to = n; to > 0; ) {
            int from = activeStart(to);
            int last = to - 1;
            if (from == last) {
                real[last] = h[last * (STRIDE + 1)];
                imaginary[last] = 0;
                to--;
                steps = 0;
            } else if (from + 1 == last) {
                int at = from * (STRIDE + 1);
                standardize(from);
                real[from] = h[at];
                real[last] = h[at + STRIDE + 1];
                double below = h[at + STRIDE];
                if (below == 0) {
                    imaginary[from] = 0;
                    imaginary[last] = 0;
                } else {
                    double size = Math.sqrt(Math.abs(h[at + 1])) * Math.sqrt(Math.abs(below));
                    imaginary[from] = size;
                    imaginary[last] = -size;
                }
                to -= 2;
                steps = 0;
            } else if (++steps > STEPS) {
                return false;
            } else {
                step(from, to, steps);
            }
        }
        return true;
    }

    /** Returns the row where the block begins that ends before row {@code to}: what is left of it becomes zero. */
    private int activeStart(int to) {
        for (int k = to - 1; k > 0; k--) {
            int at = k * (STRIDE + 1);
            double below = Math.abs(h[at - 1]);
            double corner = h[at];
            double before = h[at - STRIDE - 1];
            if (below <= EPSILON * (Math.abs(corner) + Math.abs(before)) || below <= TINY) {
                if (below <= TINY || isNegligible(below, Math.abs(h[at - STRIDE]), Math.abs(corner), corner - before)) {
                    h[at - 1] = 0;
                    return k;
                }
            }
        }
        return 0;
    }

    /** The criterion of Ahues and Tisseur (LAPACK Working Note 122), which keeps small eigenvalues accurate. */
    private static boolean isNegligible(double below, double above, double corner, double difference) {
        double large = Math.max(below, above);
        double small = Math.min(below, above);
        double first = Math.max(corner, Math.abs(difference));
        double second = Math.min(corner, Math.abs(difference));
        double sum = first + large;
        return small * (large / sum) <= Math.max(TINY, EPSILON * (second * (first / sum)));
    }

    /**
     * Gives the block of rows and columns k and k + 1 the standard form, as {@code dlanv2} does: upper triangular if
     * its eigenvalues are real, otherwise with two equal values on the diagonal.
     */
    private void standardize(int k) {
        double[] h = this.h;
        int at = k * (STRIDE + 1);
        double a = h[at];
        double b = h[at + 1];
        double c = h[at + STRIDE];
        double d = h[at + STRIDE + 1];
        double cosine;
        double sine;
        double p = 0.5 * (a - d);
        if (c == 0) {
            return;
        }
        if (b == 0) {
            cosine = 0;
            sine = 1;
            b = -c;
            c = 0;
            double other = a;
            a = d;
            d = other;
        } else if (a == d && (b > 0) != (c > 0)) {
            return;
        } else {
            double size = Math.max(Math.abs(p), Math.max(Math.abs(b), Math.abs(c)));
            double discriminant = p / size * p + b / size * c;
            if (discriminant >= 4 * EPSILON * size) {
                double root = p + Math.copySign(Math.sqrt(size) * Math.sqrt(discriminant), p);
                double reciprocal = 1 / length(c, root);
                cosine = root * reciprocal;
                sine = c * reciprocal;
                a = d + root;
                d -= b / root * c;
                b -= c;
                c = 0;
            } else {
                double sigma = b + c;
                double difference = a - d;
                double length = length(sigma, difference);
                cosine = Math.sqrt(0.5 * (1 + Math.abs(sigma) / length));
                sine = -(p / (length * cosine)) * Math.copySign(1, sigma);
                double aa = a * cosine + b * sine;
                double bb = -a * sine + b * cosine;
                double cc = c * cosine + d * sine;
                double dd = -c * sine + d * cosine;
                b = bb * cosine + dd * sine;
                c = -aa * sine + cc * cosine;
                double mean = 0.5 * (aa * cosine + cc * sine + (-bb * sine + dd * cosine));
                a = mean;
                d = mean;
                if (c != 0 && b == 0) {
                    b = -c;
                    c = 0;
                    double other = cosine;
                    cosine = -sine;
                    sine = other;
                } else if (c != 0 && (b > 0) == (c > 0)) {
                    double rootOfB = Math.sqrt(Math.abs(b));
                    double rootOfC = Math.sqrt(Math.abs(c));
                    double root = Math.copySign(rootOfB * rootOfC, c);
                    double reciprocal = 1 / Math.sqrt(Math.abs(b + c));
                    a = mean + root;
                    d = mean - root;
                    b -= c;
                    c = 0;
                    double otherCosine = rootOfB * reciprocal;
                    double otherSine = rootOfC * reciprocal;
                    double before = cosine;
                    cosine = before * otherCosine - sine * otherSine;
                    sine = before * otherSine + sine * otherCosine;
                }
            }
        }
        h[at] = a;
        h[at + 1] = b;
        h[at + STRIDE] = c;
        h[at + STRIDE + 1] = d;
        if (hasVectors) {
            rotateRows(h, k, k + 2, n, cosine, sine);
            for (int i = 0; i < k; i++) {
                double x = h[i * STRIDE + k];
                double y = h[i * STRIDE + k + 1];
                h[i * STRIDE + k] = cosine * x + sine * y;
                h[i * STRIDE + k + 1] = cosine * y - sine * x;
            }
            rotateRows(q, k, 0, n, cosine, sine);
        }
    }

    private static double length(double x, double y) {
        double square = x * x + y * y;
        if (square >= LEAST_SQUARE) {
            return Math.sqrt(square);
        }
        double largeX = x * UP;
        double largeY = y * UP;
        return Math.sqrt(largeX * largeX + largeY * largeY) / UP;
    }

    private static void rotateRows(double[] a, int k, int from, int to, double cosine, double sine) {
        int first = k * STRIDE;
        int second = first + STRIDE;
        for (int j = from; j < to; j++) {
            double x = a[first + j];
            double y = a[second + j];
            a[first + j] = cosine * x + sine * y;
            a[second + j] = cosine * y - sine * x;
        }
    }

    /** Does one double-shift QR step on some rows. */
    private void step(int from, int to, int count) {
        double[] h = this.h;
        double[] q = this.q;
        int last = to - 1;
        // The shifts are a pair of conjugates, or one real number twice: its real part, and its imaginary part squared.
        double shift;
        double square;
        int corner = last * (STRIDE + 1);
        if (count % 10 == 0) {
            // Exceptional shifts.
            boolean isFirst = count % 20 == 0;
            int at = isFirst ? from * (STRIDE + 1) : corner;
            double size = isFirst
                    ? Math.abs(h[at + STRIDE]) + Math.abs(h[at + 2 * STRIDE + 1])
                    : Math.abs(h[at - 1]) + Math.abs(h[at - STRIDE - 2]);
            shift = 0.75 * size + h[at];
            square = 0.4375 * size * size;
        } else {
            double half = 0.5 * (h[corner - STRIDE - 1] - h[corner]);
            double discriminant = half * half + h[corner - STRIDE] * h[corner - 1];
            if (discriminant > 0) {
                shift = h[corner] + (half - Math.copySign(Math.sqrt(discriminant), half));
                square = 0;
            } else {
                shift = h[corner] + half;
                square = -discriminant;
            }
        }
        int begin = last - 2;
        double v0;
        double v1;
        double v2;
        for (; ; begin--) {
            int at = begin * (STRIDE + 1);
            double a = h[at] - shift;
            double below = h[at + STRIDE];
            double next = h[at + STRIDE + 1];
            v0 = a * a + square + below * h[at + 1];
            v1 = below * (a + (next - shift));
            v2 = below * h[at + 2 * STRIDE + 1];
            if (begin == from) {
                break;
            }
            double left = Math.abs(h[at - 1]) * (Math.abs(v1) + Math.abs(v2));
            double diagonal = Math.abs(h[at - STRIDE - 1]) + Math.abs(h[at]) + Math.abs(next);
            if (left <= EPSILON * Math.abs(v0) * diagonal) {
                break;
            }
        }
        double sum = Math.abs(v0) + Math.abs(v1) + Math.abs(v2);
        if (sum >= Double.MIN_NORMAL) {
            double reciprocal = 1 / sum;
            v0 *= reciprocal;
            v1 *= reciprocal;
            v2 *= reciprocal;
        }
        int first = hasVectors ? 0 : from;
        int columns = hasVectors ? n : to;
        for (int k = begin; k < last; k++) {
            boolean isThree = k + 2 < to;
            int row = k * STRIDE;
            if (k > begin) {
                v0 = h[row + k - 1];
                v1 = h[row + STRIDE + k - 1];
                v2 = isThree ? h[row + 2 * STRIDE + k - 1] : 0;
            }
            if (v1 == 0 && v2 == 0) {
                continue;
            }
            double sumOfSquares = v0 * v0 + v1 * v1 + v2 * v2;
            double unit = 1;
            if (sumOfSquares < LEAST_SQUARE) {
                unit = UP;
                v0 *= unit;
                v1 *= unit;
                v2 *= unit;
                sumOfSquares = v0 * v0 + v1 * v1 + v2 * v2;
            }
            double norm = Math.sqrt(sumOfSquares);
            double image = -Math.copySign(norm, v0);
            double reciprocal = 1 / (v0 - image);
            double factor = 1 + Math.abs(v0) / norm;
            double w1 = v1 * reciprocal;
            double w2 = v2 * reciprocal;
            if (k > begin) {
                h[row + k - 1] = image / unit;
                h[row + STRIDE + k - 1] = 0;
                if (isThree) {
                    h[row + 2 * STRIDE + k - 1] = 0;
                }
            } else if (k > from) {
                h[row + k - 1] *= 1 - factor;
            }
            int rows = Math.min(k + 4, to);
            if (isThree) {
                reflectThreeRows(h, row, k, columns, w1, w2, factor);
                reflectThreeColumns(h, k, first, rows, w1, w2, factor);
                if (hasVectors) {
                    reflectThreeRows(q, row, 0, n, w1, w2, factor);
                }
            } else {
                reflectTwoRows(h, row, k, columns, w1, factor);
                reflectTwoColumns(h, k, first, rows, w1, factor);
                if (hasVectors) {
                    reflectTwoRows(q, row, 0, n, w1, factor);
                }
            }
        }
    }

    /** Reflects the rows from an index on by the vector {@code {1, w1, w2}}. */
    private static void reflectThreeRows(double[] a, int row, int from, int to, double w1, double w2, double factor) {
        double f1 = factor * w1;
        double f2 = factor * w2;
        int second = row + STRIDE;
        int third = second + STRIDE;
        for (int j = from; j < to; j++) {
            double x = a[row + j];
            double y = a[second + j];
            double z = a[third + j];
            double sum = x + w1 * y + w2 * z;
            a[row + j] = x - factor * sum;
            a[second + j] = y - f1 * sum;
            a[third + j] = z - f2 * sum;
        }
    }

    private static void reflectTwoRows(double[] a, int row, int from, int to, double w1, double factor) {
        double f1 = factor * w1;
        int second = row + STRIDE;
        for (int j = from; j < to; j++) {
            double x = a[row + j];
            double y = a[second + j];
            double sum = x + w1 * y;
            a[row + j] = x - factor * sum;
            a[second + j] = y - f1 * sum;
        }
    }

    /** The last rows come first: the next reflection waits for them. */
    private static void reflectThreeColumns(
            double[] a, int column, int from, int to, double w1, double w2, double factor) {
        double f1 = factor * w1;
        double f2 = factor * w2;
        for (int i = to - 1; i >= from; i--) {
            int at = i * STRIDE + column;
            double x = a[at];
            double y = a[at + 1];
            double z = a[at + 2];
            double sum = x + w1 * y + w2 * z;
            a[at] = x - factor * sum;
            a[at + 1] = y - f1 * sum;
            a[at + 2] = z - f2 * sum;
        }
    }

    private static void reflectTwoColumns(double[] a, int column, int from, int to, double w1, double factor) {
        double f1 = factor * w1;
        for (int i = to - 1; i >= from; i--) {
            int at = i * STRIDE + column;
            double x = a[at];
            double y = a[at + 1];
            double sum = x + w1 * y;
            a[at] = x - factor * sum;
            a[at + 1] = y - f1 * sum;
        }
    }

    /** Returns whether a decomposition is one up to rounding, whose errors the scaling of balancing may magnify. */
    private static boolean isAccurate(int n, double[] a, double[] real, double[] imaginary, double[] vectors) {
        double norm = 0;
        double error = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                norm += a[i * n + j] * a[i * n + j];
                double difference = -real[j] * vectors[i * n + j];
                for (int k = 0; k < n; k++) {
                    difference += a[i * n + k] * vectors[k * n + j];
                }
                if (imaginary[j] > 0) {
                    difference += imaginary[j] * vectors[i * n + j + 1];
                } else if (imaginary[j] < 0) {
                    difference += imaginary[j] * vectors[i * n + j - 1];
                }
                error += difference * difference;
            }
        }
        double bound = BOUND * n * EPSILON;
        return error <= bound * bound * norm;
    }
}
