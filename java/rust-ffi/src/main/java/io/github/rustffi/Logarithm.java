package io.github.rustffi;

/**
 * The principal logarithm of a matrix, by inverse scaling and squaring of its real Schur form (Al-Mohy and Higham,
 * Improved Inverse Scaling and Squaring Algorithms for the Matrix Logarithm, 2012): square roots until it is near to
 * the identity, and there the Padé approximant of degree 7, in partial fractions. What is on the diagonal, and beside
 * it between real eigenvalues, is set to what it is without the roots, in which digits cancel out.
 */
final class Logarithm {
    /** Up to this distance from the identity the approximant is right to the last digit. */
    private static final double NEAR = 2.64e-1;

    /** Square roots of any matrix of doubles are near to the identity after fewer. */
    private static final int MOST_ROOTS = 1100;

    private Logarithm() {}

    /** Returns the logarithm of a square matrix of finite values. */
    static Matrix of(Matrix a) {
        int exponent = Sylvester.exponent(a);
        // Other matrices stay as they are: those near to the identity have a logarithm near to zero.
        int shift = Math.abs(exponent) > 400 ? exponent : 0;
        Schur schur = a.timesPowerOfTwo(-shift).schur();
        SquareRoot.requireDefined("logarithm", schur.t(), shift);
        Matrix form = ofForm(schur.t());
        Matrix result = schur.q().times(form).timesTranspose(schur.q());
        if (shift != 0) {
            double[] values = result.toArray();
            for (int i = 0; i < a.rows(); i++) {
                values[i * a.rows() + i] += shift * Math.log(2);
            }
            result = new Matrix(a.rows(), a.rows(), values);
        }
        result.requireInRange("logarithm");
        return a.isSymmetric() ? result.symmetrized() : result;
    }

    private static Matrix ofForm(Matrix form) {
        int n = form.rows();
        Matrix root = form;
        int roots = 0;
        Matrix difference = minusIdentity(form, root, roots);
        double norm = difference.norm1();
        while (!(norm <= NEAR)) {
            if (!Double.isFinite(norm)) {
                throw Matrix.beyond("square root");
            }
            if (++roots == MOST_ROOTS) {
                throw new NoConvergenceException("the logarithm does not converge");
            }
            root = SquareRoot.ofForm(root);
            difference = minusIdentity(form, root, roots);
            norm = difference.norm1();
        }
        // Where the Gauss-Legendre rule of seven points has its points, from -1 to 1, and their weights.
        double[] points = {0.0, 0.405845151377397167, 0.741531185599394440, 0.949107912342758525};
        double[] weights = {0.417959183673469388, 0.381830050505118945, 0.279705391489276668, 0.129484966168869693};
        Matrix sum = Matrix.zeros(n, n);
        for (int k = -points.length + 1; k < points.length; k++) {
            double point = (1 + Math.signum(k) * points[Math.abs(k)]) / 2;
            Matrix fraction = Matrix.identity(n).plus(difference.times(point)).solve(difference);
            sum = sum.plus(fraction.times(weights[Math.abs(k)] / 2));
        }
        double[] log = sum.times(Math.scalb(1.0, roots)).toArray();
        for (int i = 0; i < n; i++) {
            if (isBlock(form, i)) {
                double real = form.get(i, i);
                double imaginary = imaginary(form, i);
                double factor = Math.atan2(imaginary, real) / imaginary;
                setBlock(log, form, i, Math.log(Math.hypot(real, imaginary)), factor);
                i++;
            } else {
                log[i * n + i] = Math.log(form.get(i, i));
                if (i > 0 && !isBlock(form, i - 1) && (i < 2 || !isBlock(form, i - 2))) {
                    log[(i - 1) * n + i] = form.get(i - 1, i) * slope(form.get(i - 1, i - 1), form.get(i, i));
                }
            }
        }
        return new Matrix(n, n, log);
    }

    /** Returns the 2^roots-th root of a form minus the identity, its diagonal without cancellation. */
    private static Matrix minusIdentity(Matrix form, Matrix root, int roots) {
        int n = form.rows();
        double[] difference = root.toArray();
        double part = Math.scalb(1.0, -roots);
        for (int i = 0; i < n; i++) {
            if (isBlock(form, i)) {
                double imaginary = imaginary(form, i);
                double length = part * Math.log(Math.hypot(form.get(i, i), imaginary));
                double angle = part * Math.atan2(imaginary, form.get(i, i));
                double sine = Math.sin(angle / 2);
                setBlock(
                        difference,
                        form,
                        i,
                        Math.expm1(length) * Math.cos(angle) - 2 * sine * sine,
                        Math.exp(length) * Math.sin(angle) / imaginary);
                i++;
            } else {
                difference[i * n + i] = Math.expm1(part * Math.log(form.get(i, i)));
            }
        }
        return new Matrix(n, n, difference);
    }

    private static boolean isBlock(Matrix form, int i) {
        return i >= 0 && i + 1 < form.rows() && form.get(i + 1, i) != 0;
    }

    /** Returns the imaginary part of the eigenvalues of a block, which is positive. */
    private static double imaginary(Matrix form, int i) {
        return Math.sqrt(Math.abs(form.get(i, i + 1))) * Math.sqrt(Math.abs(form.get(i + 1, i)));
    }

    /** Sets a block to a function of that of the form: one with that diagonal, and a multiple of what is beside it. */
    private static void setBlock(double[] values, Matrix form, int i, double diagonal, double factor) {
        int n = form.rows();
        values[i * n + i] = diagonal;
        values[i * n + i + 1] = factor * form.get(i, i + 1);
        values[(i + 1) * n + i] = factor * form.get(i + 1, i);
        values[(i + 1) * n + i + 1] = diagonal;
    }

    /** Returns the difference of the logarithms of positive numbers over that of the numbers, or 1/x if they are x. */
    private static double slope(double x, double y) {
        if (x == y) {
            return 1 / x;
        }
        double least = Math.min(x, y);
        double more = Math.max(x, y) - least;
        return more <= least ? Math.log1p(more / least) / more : (Math.log(least + more) - Math.log(least)) / more;
    }
}
