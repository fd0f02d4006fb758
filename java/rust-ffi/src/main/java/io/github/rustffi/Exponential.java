package io.github.rustffi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The exponential of a matrix by scaling and squaring of a Padé approximant (Al-Mohy and Higham, A New Scaling and
 * Squaring Algorithm for the Matrix Exponential, 2009), with the norms of powers that are there anyway, or cost one
 * product, in the place of estimates.
 */
final class Exponential {
    /** Numbers of terms of the approximants. */
    private static int[] degrees() {
        return new int[] {3, 5, 7, 9, 13};
    }

    /** For each, how large the roots of norms of powers may be. */
    private static double[] largest() {
        return new double[] {1.495585217958292e-2, 2.539398330063230e-1, 9.504178996162932e-1, 2.097847961257068, 4.25};
    }

    /** For each, the reciprocal of the first coefficient of the series of the backward error. */
    private static double[] errors() {
        return new double[] {
            100800.0,
            10059033600.0,
            4487938430976000.0,
            5914384781877411840000.0,
            113250775606021113483283660800000000.0
        };
    }

    /** For each, the coefficients of the numerator. */
    private static double[][] coefficients() {
        return new double[][] {
            {120, 60, 12, 1},
            {30240, 15120, 3360, 420, 30, 1},
            {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1},
            {17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240, 2162160, 110880, 3960, 90, 1},
            {
                64764752532480000.0,
                32382376266240000.0,
                7771770303897600.0,
                1187353796428800.0,
                129060195264000.0,
                10559470521600.0,
                670442572800.0,
                33522128640.0,
                1323241920.0,
                40840800,
                960960,
                16380,
                182,
                1
            }
        };
    }

    /** Up to this exponent of the largest value, no power that is computed is too large for a double. */
    private static final int LARGEST_EXPONENT = 80;

    /** From this norm on, what is too small for a double does not count. */
    private static final double LEAST_NORM = 0x1p-500;

    private static final int THIRTEEN = 4;

    private static final String QUANTITY = "largest value of the exponential";

    private final int n;

    /** By which power of two the matrix is multiplied before its powers are computed. */
    private final int shift;

    private final Matrix a;
    private final Matrix square;
    private final Matrix fourth;
    private final Matrix sixth;

    private Exponential(Matrix matrix) {
        n = matrix.rows();
        shift = -Math.max(0, Math.getExponent(matrix.maxAbs()) - LARGEST_EXPONENT);
        a = matrix.timesPowerOfTwo(shift);
        square = a.times(a);
        fourth = square.times(square);
        sixth = fourth.times(square);
    }

    /** Returns the exponential of a square matrix of finite values. */
    static Matrix of(Matrix a) {
        if (isUpper(a)) {
            return new Exponential(a).value(a);
        }
        Matrix transpose = a.transpose();
        if (isUpper(transpose)) {
            return new Exponential(transpose).value(transpose).transpose();
        }
        if (a.rows() == 2 && a.maxAbs() < 0x1p500) {
            return ofTwo(a);
        }
        return new Exponential(a).value(null);
    }

    /** Returns the exponential of two rows by the formula for them. */
    private static Matrix ofTwo(Matrix a) {
        double mean = a.get(0, 0) / 2 + a.get(1, 1) / 2;
        double half = a.get(0, 0) / 2 - a.get(1, 1) / 2;
        double square = half * half + a.get(0, 1) * a.get(1, 0);
        double root = Math.sqrt(Math.abs(square));
        double even;
        double odd;
        if (square < 0) {
            even = Math.exp(mean) * Math.cos(root);
            odd = Math.exp(mean) * Math.sin(root) / root;
        } else {
            even = Math.exp(mean + root) / 2 + Math.exp(mean - root) / 2;
            odd = slope(mean - root, mean + root);
        }
        Matrix result = Matrix.of(2, 2, even + odd * half, odd * a.get(0, 1), odd * a.get(1, 0), even - odd * half);
        result.requireInRange(QUANTITY);
        return result;
    }

    /** Returns whether there are zeros below the diagonal. */
    private static boolean isUpper(Matrix a) {
        for (int i = 1; i < a.rows(); i++) {
            for (int j = 0; j < i; j++) {
                if (a.get(i, j) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns the exponential, of a triangle if there is one. */
    private Matrix value(@Nullable Matrix triangle) {
        double d4 = root(fourth, 4);
        double d6 = root(sixth, 6);
        double largest = Math.max(d4, d6);
        int degree = 0;
        while (degree < 2 && !suits(degree, largest)) {
            degree++;
        }
        Matrix eighth = null;
        int squarings = 0;
        if (degree == 2) {
            eighth = fourth.times(fourth);
            double d8 = root(eighth, 8);
            largest = Math.max(d6, d8);
            while (degree < THIRTEEN && !suits(degree, largest)) {
                degree++;
            }
            if (degree == THIRTEEN) {
                if (squarings(d8) < squarings(largest)) {
                    largest = Math.min(largest, Math.max(d8, root(fourth.times(sixth), 10)));
                }
                squarings = squarings(largest);
                squarings += more(THIRTEEN, squarings);
            }
        }
        Matrix result = approximant(degree, squarings, eighth);
        for (int left = squarings; ; left--) {
            if (triangle != null) {
                result = withExactDiagonals(result, triangle, left);
            }
            result.requireInRange(QUANTITY);
            if (left == 0) {
                return result;
            }
            result = result.times(result);
        }
    }

    /** Returns the logarithm, to the base 2, of a root of the norm of a power of the matrix. */
    private double root(Matrix power, int exponent) {
        double norm = power.norm1();
        // What is lost of the power of a scaled matrix may be all that counts.
        return (shift != 0 && norm < LEAST_NORM ? log2(a.norm1()) : log2(norm) / exponent) - shift;
    }

    private boolean suits(int degree, double root) {
        return root <= log2(largest()[degree]) && more(degree, 0) == 0;
    }

    /** Returns how often the matrix has to be halved for the approximant of degree 13. */
    private static int squarings(double root) {
        return (int) Math.max(0, Math.ceil(root - log2(largest()[THIRTEEN])));
    }

    /**
     * Returns how often more than it has been the matrix has to be halved, so that the first term of the backward error
     * of an approximant is below the rounding unit, also where powers of the matrix are much smaller than those of its
     * magnitudes.
     */
    private int more(int degree, int squarings) {
        int power = 2 * degrees()[degree] + 1;
        double exponent = -shift - squarings;
        double error = logOfNorm(power) - log2(a.norm1()) + (power - 1) * exponent - log2(errors()[degree]);
        return (int) Math.max(0, Math.ceil((error + 53) / (power - 1)));
    }

    /** Returns the logarithm of the norm of a power of the magnitudes of the scaled matrix. */
    private double logOfNorm(int power) {
        Matrix magnitudes = a.map(Math::abs);
        double[] sums = new double[n];
        Arrays.fill(sums, 1);
        double logarithm = 0;
        for (int i = 0; i < power; i++) {
            sums = magnitudes.transposeTimes(sums);
            double largest = 0;
            for (double sum : sums) {
                largest = Math.max(largest, sum);
            }
            if (largest == 0) {
                return Double.NEGATIVE_INFINITY;
            }
            logarithm += log2(largest);
            for (int j = 0; j < n; j++) {
                sums[j] /= largest;
            }
        }
        return logarithm;
    }

    /** Returns the approximant to the exponential of the matrix halved so often. */
    private Matrix approximant(int degree, int squarings, @Nullable Matrix eighth) {
        int by = -shift - squarings;
        double[] b = coefficients()[degree];
        Matrix[] powers = {
            Matrix.identity(n),
            square.timesPowerOfTwo(2 * by),
            fourth.timesPowerOfTwo(4 * by),
            sixth.timesPowerOfTwo(6 * by),
            null
        };
        if (degree == 3) {
            powers[4] = eighth.timesPowerOfTwo(8 * by);
        }
        Matrix odd;
        Matrix even;
        if (degree == THIRTEEN) {
            Matrix power = powers[3];
            odd = power.times(sum(powers, 0, b[9], b[11], b[13])).plus(sum(powers, b[1], b[3], b[5], b[7]));
            even = power.times(sum(powers, 0, b[8], b[10], b[12])).plus(sum(powers, b[0], b[2], b[4], b[6]));
        } else {
            double[] ofOdd = new double[b.length / 2];
            double[] ofEven = new double[b.length / 2];
            for (int i = 0; i < ofOdd.length; i++) {
                ofOdd[i] = b[2 * i + 1];
                ofEven[i] = b[2 * i];
            }
            odd = sum(powers, ofOdd);
            even = sum(powers, ofEven);
        }
        odd = a.timesPowerOfTwo(by).times(odd);
        odd.requireInRange(QUANTITY);
        even.requireInRange(QUANTITY);
        // (even - odd)⁻¹ (even + odd), of which the identity is taken out.
        return even.minus(odd).solve(odd.times(2)).plus(powers[0]);
    }

    /** Returns multiples of the first powers, added up from the last one on. */
    private static Matrix sum(Matrix[] powers, double... factors) {
        Matrix sum = powers[factors.length - 1].times(factors[factors.length - 1]);
        for (int i = factors.length - 2; i >= 0; i--) {
            if (factors[i] != 0) {
                sum = sum.plus(powers[i].times(factors[i]));
            }
        }
        return sum;
    }

    /** Replaces the diagonal, and the values beside it, by those of the exponential of a triangle halved so often. */
    private Matrix withExactDiagonals(Matrix exponential, Matrix triangle, int halvings) {
        double[] values = exponential.values();
        for (int i = 0; i < n; i++) {
            double one = Math.scalb(triangle.get(i, i), -halvings);
            values[i * n + i] = Math.exp(one);
            if (i + 1 < n) {
                double other = Math.scalb(triangle.get(i + 1, i + 1), -halvings);
                double beside = Math.scalb(triangle.get(i, i + 1), -halvings);
                values[i * n + i + 1] = beside * slope(one, other);
            }
        }
        return exponential;
    }

    /** Returns the divided difference of the exponential function. */
    private static double slope(double x, double y) {
        double half = (y - x) / 2;
        if (Math.abs(half) > 1) {
            return (Math.exp(y) - Math.exp(x)) / (y - x);
        }
        return Math.exp(x + half) * (half == 0 ? 1 : Math.sinh(half) / half);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }
}
