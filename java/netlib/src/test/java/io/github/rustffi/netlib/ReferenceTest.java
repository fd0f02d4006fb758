package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ludovic.netlib.blas.BLAS;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the testers of the reference BLAS, level 2 and 3: all flags, sizes, factors, steps and increments that
 * they try, and larger sizes. A result may differ from that of a plain loop by 16 times the distance from 1 to the next
 * number, times the same sum of magnitudes.
 */
class ReferenceTest {
    private static final double THRESHOLD = 16;

    private static final int[] SIZES = {0, 1, 2, 3, 5, 9};
    private static final int[][] LARGE_SHAPES = {{65, 70, 300}, {130, 33, 17}, {17, 200, 129}, {150, 140, 260}};
    private static final double[] ALPHAS = {0, 1, 0.7f};
    private static final double[] BETAS = {0, 1, 1.3f};
    private static final int[] INCREMENTS = {1, 2, -1, -2};
    private static final String[] TRANSPOSES = {"N", "T", "C"};
    /** What is tried at large sizes. */
    private static final double[] FEW_ALPHAS = {0.7f};

    private static final double[] FEW_BETAS = {0, 1.3f};
    private static final String[] FEW_TRANSPOSES = {"N", "T"};

    private static final String[] HALVES = {"U", "L"};

    private final BLAS blas = RustBlas.getInstance();
    private final Random random = new Random(1);

    @ParameterizedTest
    @EnumSource
    void productsAreThoseOfTheReference(Precision precision) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    products(precision, m, n, k, false);
                }
            }
        }
        for (int[] shape : LARGE_SHAPES) {
            products(precision, shape[0], shape[1], shape[2], true);
        }
    }

    private void products(Precision precision, int m, int n, int k, boolean isLarge) {
        String[] transposes = isLarge ? FEW_TRANSPOSES : TRANSPOSES;
        int more = random.nextInt(3);
        for (String transa : transposes) {
            for (String transb : transposes) {
                boolean isATransposed = !transa.equals("N");
                boolean isBTransposed = !transb.equals("N");
                Part a = matrix(isATransposed ? k : m, isATransposed ? m : k, more)
                        .fill(random);
                Part b = matrix(isBTransposed ? n : k, isBTransposed ? k : n, more)
                        .fill(random);
                for (double alpha : isLarge ? FEW_ALPHAS : ALPHAS) {
                    for (double beta : isLarge ? FEW_BETAS : BETAS) {
                        String what = precision + " " + transa + transb + " " + m + "x" + n + "x" + k + ", alpha "
                                + alpha + ", beta " + beta + ", " + more + " more";
                        Part c = matrix(m, n, more);
                        if (beta != 0) {
                            c.fill(random);
                        }
                        Part before = c.copy();
                        Part aBefore = a.copy();
                        Part bBefore = b.copy();
                        precision.gemm(blas, transa, transb, m, n, k, alpha, a, b, beta, c);
                        c.assertUntouched(before, (i, j) -> true, what);
                        assertThat(a.values).as(what).isEqualTo(aBefore.values);
                        assertThat(b.values).as(what).isEqualTo(bBefore.values);
                        for (int j = 0; j < n; j++) {
                            for (int i = 0; i < m; i++) {
                                Sum sum = new Sum(beta, before.get(i, j));
                                for (int p = 0; p < k; p++) {
                                    sum.add(alpha, a.get(i, p, isATransposed), b.get(p, j, isBTransposed));
                                }
                                sum.assertNear(c.get(i, j), precision, what);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void productsWithTheTransposeAreThoseOfTheReference(Precision precision) {
        for (int n : SIZES) {
            for (int k : SIZES) {
                rankUpdates(precision, n, k, false);
            }
        }
        for (int[] shape : LARGE_SHAPES) {
            rankUpdates(precision, shape[0], shape[2], true);
        }
    }

    private void rankUpdates(Precision precision, int n, int k, boolean isLarge) {
        int more = random.nextInt(3);
        for (String uplo : HALVES) {
            for (String trans : isLarge ? FEW_TRANSPOSES : TRANSPOSES) {
                boolean isTransposed = !trans.equals("N");
                Part a =
                        matrix(isTransposed ? k : n, isTransposed ? n : k, more).fill(random);
                for (double alpha : isLarge ? FEW_ALPHAS : ALPHAS) {
                    for (double beta : isLarge ? FEW_BETAS : BETAS) {
                        String what = precision + " " + uplo + trans + " " + n + "x" + k + ", alpha " + alpha
                                + ", beta " + beta;
                        Part.Region half = Part.Region.of(uplo);
                        Part c = matrix(n, n, more);
                        if (beta != 0) {
                            c.fill(random);
                        }
                        Part before = c.copy();
                        Part aBefore = a.copy();
                        precision.syrk(blas, uplo, trans, n, k, alpha, a, beta, c);
                        c.assertUntouched(before, half, what);
                        assertThat(a.values).as(what).isEqualTo(aBefore.values);
                        for (int j = 0; j < n; j++) {
                            for (int i = 0; i < n; i++) {
                                if (half.has(i, j)) {
                                    Sum sum = new Sum(beta, before.get(i, j));
                                    for (int p = 0; p < k; p++) {
                                        sum.add(alpha, a.get(i, p, isTransposed), a.get(j, p, isTransposed));
                                    }
                                    sum.assertNear(c.get(i, j), precision, what);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void triangularSystemsAreThoseOfTheReference(Precision precision) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                systems(precision, m, n, false);
            }
        }
        for (int[] shape : LARGE_SHAPES) {
            systems(precision, shape[0], shape[1], true);
        }
    }

    private void systems(Precision precision, int m, int n, boolean isLarge) {
        int more = random.nextInt(3);
        for (String side : new String[] {"L", "R"}) {
            boolean isLeft = side.equals("L");
            int order = isLeft ? m : n;
            for (String uplo : HALVES) {
                Part.Region half = Part.Region.of(uplo);
                for (String trans : isLarge ? FEW_TRANSPOSES : TRANSPOSES) {
                    boolean isTransposed = !trans.equals("N");
                    for (String diag : new String[] {"U", "N"}) {
                        boolean isUnit = diag.equals("U");
                        Part a = triangle(order, more, half, isUnit);
                        for (double alpha : isLarge ? FEW_ALPHAS : ALPHAS) {
                            String what = precision + " " + side + uplo + trans + diag + " " + m + "x" + n + ", alpha "
                                    + alpha;
                            Part b = matrix(m, n, more).fill(random);
                            Part before = b.copy();
                            Part aBefore = a.copy();
                            precision.trsm(blas, side, uplo, trans, diag, m, n, alpha, a, b);
                            b.assertUntouched(before, (i, j) -> true, what);
                            assertThat(a.values).as(what).isEqualTo(aBefore.values);
                            // The solution multiplied with the matrix is the right-hand side.
                            for (int j = 0; j < n; j++) {
                                for (int i = 0; i < m; i++) {
                                    Sum sum = new Sum(0, 0);
                                    for (int p = 0; p < order; p++) {
                                        int row = isLeft ? i : p;
                                        int column = isLeft ? p : j;
                                        if (isTransposed) {
                                            int swapped = row;
                                            row = column;
                                            column = swapped;
                                        }
                                        if (half.has(row, column)) {
                                            double factor = row == column && isUnit ? 1 : a.get(row, column);
                                            sum.add(1, factor, isLeft ? b.get(p, j) : b.get(i, p));
                                        }
                                    }
                                    sum.assertNear(alpha == 0 ? 0 : alpha * before.get(i, j), precision, what);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /**
     * Returns a matrix whose other half, and whose diagonal where it is taken for ones, is NaN. Its systems are well
     * conditioned.
     */
    private Part triangle(int order, int more, Part.Region half, boolean isUnit) {
        Part triangle = matrix(order, order, more);
        for (int j = 0; j < order; j++) {
            for (int i = 0; i < order; i++) {
                if (half.has(i, j) && (i != j || !isUnit)) {
                    float value = random.nextFloat() - 0.5f;
                    triangle.values[triangle.at(i, j)] = i == j ? 1 + value : value / order;
                }
            }
        }
        return triangle;
    }

    @ParameterizedTest
    @EnumSource
    void productsWithVectorsAreThoseOfTheReference(Precision precision) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                vectors(precision, m, n);
            }
        }
        // Large enough for Rust.
        vectors(precision, 700, 501);
        vectors(precision, 64, 5001);
        vectors(precision, 5001, 64);
    }

    private void vectors(Precision precision, int m, int n) {
        int more = random.nextInt(3);
        // Netlib asks for the last column up to the place where the next one would begin.
        Part a = matrix(m, n, more).fill(random).lengthened(more);
        for (String trans : TRANSPOSES) {
            boolean isTransposed = !trans.equals("N");
            int inner = isTransposed ? m : n;
            int outer = isTransposed ? n : m;
            for (int incx : INCREMENTS) {
                for (int incy : INCREMENTS) {
                    for (double alpha : ALPHAS) {
                        for (double beta : BETAS) {
                            String what = precision + " " + trans + " " + m + "x" + n + ", incx " + incx + ", incy "
                                    + incy + ", alpha " + alpha + ", beta " + beta;
                            Part x = Part.vector(more, inner, incx).fill(random);
                            Part y = Part.vector(more, outer, incy);
                            if (beta != 0) {
                                y.fill(random);
                            }
                            Part before = y.copy();
                            precision.gemv(blas, trans, m, n, alpha, a, x, beta, y);
                            y.assertUntouched(before, (i, j) -> inner > 0, what);
                            if (inner == 0) {
                                continue;
                            }
                            for (int i = 0; i < outer; i++) {
                                Sum sum = new Sum(beta, before.get(i, 0));
                                for (int p = 0; p < inner; p++) {
                                    sum.add(alpha, a.get(i, p, isTransposed), x.get(p, 0));
                                }
                                sum.assertNear(y.get(i, 0), precision, what);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Returns a matrix of NaN whose array begins before it, and whose columns have some values between them. */
    private Part matrix(int rows, int columns, int more) {
        return Part.matrix(random.nextInt(4), rows, columns, Math.max(1, rows + more));
    }

    /**
     * A sum of products, and the same sum of magnitudes. What is multiplied with zero does not count, even if it is
     * NaN.
     */
    private static final class Sum {
        private double value;
        private double magnitude;

        Sum(double beta, double value) {
            add(1, beta, beta == 0 ? 0 : value);
        }

        void add(double alpha, double a, double b) {
            if (alpha != 0) {
                value += alpha * a * b;
                magnitude += Math.abs(alpha * a * b);
            }
        }

        void assertNear(double result, Precision precision, String what) {
            // Without an assertion for each of the millions that are right.
            if (!(Math.abs(result - value) <= THRESHOLD * precision.epsilon * magnitude)) {
                fail("%s: %s is not near %s, magnitude %s", what, result, value, magnitude);
            }
        }
    }
}
