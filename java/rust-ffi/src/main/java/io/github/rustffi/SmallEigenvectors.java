package io.github.rustffi;

import org.jspecify.annotations.Nullable;

/**
 * Eigenvectors of the real Schur forms of small matrices, by back substitution as in EISPACK's {@code hqr2} and
 * LAPACK's {@code dtrevc}, and those of the matrix.
 */
final class SmallEigenvectors {
    private static final int STRIDE = SmallGeneralEigen.STRIDE;

    /** Components of a vector are divided when one becomes larger. */
    private static final double LARGE = 1e100;

    private final int n;

    /** The real Schur form. */
    private final double[] h;

    /** Transposed: the transformation from the matrix, which may be balanced, to that form. */
    private final double[] q;

    /** What the rows of the vectors are multiplied by; null for ones. */
    private final double @Nullable [] scale;

    /** Real and imaginary parts of a vector of the form, with room for a quotient, and of one of the matrix. */
    private final double[] re = new double[STRIDE + 1];

    private final double[] im = new double[STRIDE + 1];

    private final double[] vectorRe = new double[STRIDE];

    private final double[] vectorIm = new double[STRIDE];

    SmallEigenvectors(int n, double[] h, double[] q, double @Nullable [] scale) {
        this.n = n;
        this.h = h;
        this.q = q;
        this.scale = scale;
    }

    /**
     * Computes the eigenvectors of the real Schur form, and writes those of the matrix, or returns false if one is not
     * finite.
     */
    boolean substitute(double[] real, double[] imaginary, double[] vectors) {
        double norm = 0;
        for (double value : h) {
            double size = Math.abs(value);
            if (size > norm) {
                norm = size;
            }
        }
        double smallest = SmallGeneralEigen.EPSILON * norm;
        for (int j = n - 1; j >= 0; j--) {
            if (imaginary[j] == 0) {
                re[j] = 1;
                substitute(j, real[j], smallest);
                if (!write(j, vectors)) {
                    return false;
                }
            } else {
                int first = j - 1;
                double part = imaginary[first];
                double above = h[first * STRIDE + j];
                double below = h[j * STRIDE + first];
                boolean isAbove = Math.abs(above) >= Math.abs(below);
                re[first] = isAbove ? 1 : -part / below;
                im[first] = 0;
                re[j] = 0;
                im[j] = isAbove ? part / above : 1;
                substitute(first, real[j], part, smallest);
                if (!writePair(first, vectors)) {
                    return false;
                }
                j = first;
            }
        }
        return true;
    }

    /** Completes the eigenvector of a real value, of which component {@code last}, the last but for zeros, is given. */
    private void substitute(int last, double value, double smallest) {
        double[] h = this.h;
        double[] x = re;
        for (int i = last - 1; i >= 0; i--) {
            int row = i * STRIDE;
            double sum = 0;
            // The newest component comes last: the sum of the others need not wait for it.
            for (int k = last; k > i; k--) {
                sum -= h[row + k] * x[k];
            }
            double size;
            if (i == 0 || h[row + i - 1] == 0) {
                double pivot = h[row + i] - value;
                x[i] = sum / (Math.abs(pivot) < smallest ? smallest : pivot);
                size = Math.abs(x[i]);
            } else {
                double other = 0;
                for (int k = last; k > i; k--) {
                    other -= h[row - STRIDE + k] * x[k];
                }
                i--;
                solve(i, value, 0, smallest, other, 0, sum, 0);
                size = Math.max(Math.abs(x[i]), Math.abs(x[i + 1]));
            }
            if (size > LARGE) {
                for (int k = i; k <= last; k++) {
                    x[k] /= size;
                }
            }
        }
    }

    /** The same for the value of a pair with the positive imaginary part, in rows {@code first} and the next. */
    private void substitute(int first, double value, double part, double smallest) {
        double[] h = this.h;
        double[] re = this.re;
        double[] im = this.im;
        for (int i = first - 1; i >= 0; i--) {
            int row = i * STRIDE;
            double sumRe = 0;
            double sumIm = 0;
            for (int k = first + 1; k > i; k--) {
                double entry = h[row + k];
                sumRe -= entry * re[k];
                sumIm -= entry * im[k];
            }
            double size;
            if (i == 0 || h[row + i - 1] == 0) {
                divide(sumRe, sumIm, h[row + i] - value, -part, smallest, i);
                size = Math.max(Math.abs(re[i]), Math.abs(im[i]));
            } else {
                double otherRe = 0;
                double otherIm = 0;
                for (int k = first + 1; k > i; k--) {
                    double entry = h[row - STRIDE + k];
                    otherRe -= entry * re[k];
                    otherIm -= entry * im[k];
                }
                i--;
                solve(i, value, part, smallest, otherRe, otherIm, sumRe, sumIm);
                size = Math.max(
                        Math.max(Math.abs(re[i]), Math.abs(im[i])), Math.max(Math.abs(re[i + 1]), Math.abs(im[i + 1])));
            }
            if (size > LARGE) {
                for (int k = i; k <= first + 1; k++) {
                    re[k] /= size;
                    im[k] /= size;
                }
            }
        }
    }

    /**
     * Solves the system of a block of two rows less an eigenvalue, with the right-hand sides e and f, by elimination
     * with the larger value in the first column as pivot.
     */
    private void solve(
            int top, double value, double part, double smallest, double eRe, double eIm, double fRe, double fIm) {
        int at = top * (STRIDE + 1);
        double a = h[at] - value;
        double b = h[at + 1];
        double c = h[at + STRIDE];
        double d = h[at + STRIDE + 1] - value;
        if (Math.abs(a) + Math.abs(part) >= Math.abs(c)) {
            divide(c, 0, a, -part, smallest, STRIDE);
            double factorRe = re[STRIDE];
            double factorIm = im[STRIDE];
            divide(
                    fRe - (factorRe * eRe - factorIm * eIm),
                    fIm - (factorRe * eIm + factorIm * eRe),
                    d - factorRe * b,
                    -part - factorIm * b,
                    smallest,
                    top + 1);
            divide(eRe - re[top + 1] * b, eIm - im[top + 1] * b, a, -part, smallest, top);
        } else {
            double factorRe = a / c;
            double factorIm = -part / c;
            divide(
                    eRe - (factorRe * fRe - factorIm * fIm),
                    eIm - (factorRe * fIm + factorIm * fRe),
                    b - (factorRe * d + factorIm * part),
                    factorRe * part - factorIm * d,
                    smallest,
                    top + 1);
            re[top] = (fRe - (d * re[top + 1] + part * im[top + 1])) / c;
            im[top] = (fIm - (d * im[top + 1] - part * re[top + 1])) / c;
        }
    }

    /** Divides a complex number by another one that is at least {@code smallest}. */
    private void divide(double xRe, double xIm, double yRe, double yIm, double smallest, int to) {
        if (Math.abs(yRe) + Math.abs(yIm) < smallest) {
            re[to] = xRe / smallest;
            im[to] = xIm / smallest;
        } else {
            double reciprocal = 1 / (yRe * yRe + yIm * yIm);
            re[to] = (xRe * yRe + xIm * yIm) * reciprocal;
            im[to] = (xIm * yRe - xRe * yIm) * reciprocal;
        }
    }

    /** Writes the eigenvector of the matrix that belongs to one of the form, with Euclidean length 1. */
    private boolean write(int j, double[] vectors) {
        double[] q = this.q;
        double[] x = re;
        double[] y = vectorRe;
        double[] scale = this.scale;
        double square = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = j; k >= 0; k--) {
                sum += q[k * STRIDE + i] * x[k];
            }
            if (scale != null) {
                sum *= scale[i];
            }
            y[i] = sum;
            square += sum * sum;
        }
        double reciprocal = 1 / Math.sqrt(square);
        for (int i = 0; i < n; i++) {
            vectors[i * n + j] = y[i] * reciprocal;
        }
        return square > 0 && square <= Double.MAX_VALUE;
    }

    /** The same with a complex one, whose component of the largest magnitude becomes real. */
    private boolean writePair(int j, double[] vectors) {
        double[] q = this.q;
        double[] re = this.re;
        double[] im = this.im;
        double[] yRe = vectorRe;
        double[] yIm = vectorIm;
        double[] scale = this.scale;
        double square = 0;
        double largestSquare = 0;
        int largest = 0;
        for (int i = 0; i < n; i++) {
            double sumRe = 0;
            double sumIm = 0;
            for (int k = j + 1; k >= 0; k--) {
                double entry = q[k * STRIDE + i];
                sumRe += entry * re[k];
                sumIm += entry * im[k];
            }
            if (scale != null) {
                sumRe *= scale[i];
                sumIm *= scale[i];
            }
            yRe[i] = sumRe;
            yIm[i] = sumIm;
            double term = sumRe * sumRe + sumIm * sumIm;
            square += term;
            if (term > largestSquare) {
                largestSquare = term;
                largest = i;
            }
        }
        double reciprocal = 1 / (Math.sqrt(square) * Math.sqrt(largestSquare));
        double cosine = yRe[largest] * reciprocal;
        double sine = yIm[largest] * reciprocal;
        for (int i = 0; i < n; i++) {
            vectors[i * n + j] = cosine * yRe[i] + sine * yIm[i];
            vectors[i * n + j + 1] = cosine * yIm[i] - sine * yRe[i];
        }
        vectors[largest * n + j + 1] = 0;
        return square > 0 && square <= Double.MAX_VALUE;
    }
}
