package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.Matrix;
import java.util.Random;

/** What is computed. Each kind of work makes its problems and checks the results, with products of vectors alone. */
public enum Work {
    /** The product of two square matrices: {c}, row-major. */
    TIMES {
        @Override
        void check(Problem p, double[][] result) {
            double[] z = random(p.columns());
            requireClose(apply(p.a(), apply(p.b(), z)), apply(result[0], z));
        }
    },
    /** The solution of a square system, one right-hand side: {x}. */
    SOLVE {
        @Override
        void check(Problem p, double[][] result) {
            requireClose(p.b(), apply(p.a(), result[0]));
        }
    },
    /** The inverse: {inverse}, row-major. */
    INVERSE {
        @Override
        void check(Problem p, double[][] result) {
            double[] z = random(p.columns());
            requireClose(z, apply(p.a(), apply(result[0], z)));
        }
    },
    /** The determinant: {{determinant}}. */
    DETERMINANT {
        @Override
        void check(Problem p, double[][] result) {
            requireClose(new double[] {eliminated(p.a(), p.columns())}, result[0]);
        }
    },
    /** The LU factors with row interchanges. To be checked, they solve the system: {x}. */
    LU {
        @Override
        void check(Problem p, double[][] result) {
            SOLVE.check(p, result);
        }
    },
    /** The Cholesky factor of a symmetric, positive definite matrix: {l}, row-major, with zeros above the diagonal. */
    CHOLESKY {
        @Override
        Problem problem(int n) {
            return positiveDefinite(n);
        }

        @Override
        void check(Problem p, double[][] result) {
            double[] z = random(p.columns());
            requireClose(apply(p.a(), z), apply(result[0], applyTransposed(result[0], z)));
        }
    },
    /** The least-squares solution by QR of a system of ten times as many equations as unknowns: {x}. */
    LEAST_SQUARES {
        @Override
        Problem problem(int n) {
            return new Problem(10 * n, n, random(10 * n * n), random(10 * n));
        }

        @Override
        void check(Problem p, double[][] result) {
            // The residual is orthogonal to every column.
            requireClose(applyTransposed(p.a(), p.b()), applyTransposed(p.a(), apply(p.a(), result[0])));
        }
    },
    /** Singular values and both sets of vectors, as columns: {u, s, v}, row-major. */
    SVD {
        @Override
        void check(Problem p, double[][] result) {
            double[] z = random(p.columns());
            double[] turned = apply(result[2], z);
            double[] stretched = times(result[1], z);
            requireClose(apply(result[0], stretched), apply(p.a(), turned));
            requireClose(norm(z), norm(turned));
            requireClose(norm(stretched), norm(apply(result[0], stretched)));
        }
    },
    /** Eigenvalues and eigenvectors, as columns, of a symmetric matrix: {values, vectors}, row-major. */
    SYMMETRIC_EIGEN {
        @Override
        Problem problem(int n) {
            return positiveDefinite(n);
        }

        @Override
        void check(Problem p, double[][] result) {
            double[] z = random(p.columns());
            double[] turned = apply(result[1], z);
            requireClose(apply(result[1], times(result[0], z)), apply(p.a(), turned));
            requireClose(norm(z), norm(turned));
        }
    },
    /** Eigenvalues and right eigenvectors of a square matrix. To be checked, the values: {real, imaginary}. */
    EIGEN {
        @Override
        void check(Problem p, double[][] result) {
            int n = p.columns();
            double trace = 0;
            double traceOfSquare = 0;
            for (int i = 0; i < n; i++) {
                trace += p.a()[i * n + i];
                for (int j = 0; j < n; j++) {
                    traceOfSquare += p.a()[i * n + j] * p.a()[j * n + i];
                }
            }
            double sum = 0;
            double imaginary = 0;
            double sumOfSquares = 0;
            double size = 0;
            for (int i = 0; i < n; i++) {
                double re = result[0][i];
                double im = result[1][i];
                sum += re;
                imaginary += im;
                sumOfSquares += re * re - im * im;
                size += re * re + im * im;
            }
            double root = Math.sqrt(size);
            requireClose(new double[] {trace, 0, root}, new double[] {sum, imaginary, root});
            requireClose(new double[] {traceOfSquare, size}, new double[] {sumOfSquares, size});
        }
    };

    /** The part of the largest value by which a result may be off. */
    private static final double TOLERANCE = 1e-9;

    /**
     * Returns a problem, the same one every time.
     *
     * @param n the number of columns
     * @return the problem
     */
    Problem problem(int n) {
        return new Problem(n, n, random(n * n), random(this == TIMES ? n * n : n));
    }

    /**
     * Checks a result.
     *
     * @param p the problem
     * @param result the arrays that this kind of work asks for
     * @throws AssertionError when the result is wrong
     */
    abstract void check(Problem p, double[][] result);

    private static Problem positiveDefinite(int n) {
        Matrix g = Matrix.of(n, n, random(n * n));
        Matrix a = g.times(g.transpose()).plus(Matrix.identity(n).times((double) n));
        return new Problem(n, n, a.toArray(), random(n));
    }

    private static double[] random(int count) {
        return new Random(count).doubles(count, -1, 1).toArray();
    }

    /** Returns the determinant by elimination without pivoting, for which random matrices are good enough. */
    private static double eliminated(double[] matrix, int n) {
        double[] u = matrix.clone();
        double determinant = 1;
        for (int k = 0; k < n; k++) {
            determinant *= u[k * n + k];
            for (int i = k + 1; i < n; i++) {
                double factor = u[i * n + k] / u[k * n + k];
                for (int j = k; j < n; j++) {
                    u[i * n + j] -= factor * u[k * n + j];
                }
            }
        }
        return determinant;
    }

    private static double[] apply(double[] matrix, double[] x) {
        int columns = x.length;
        double[] y = new double[matrix.length / columns];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < columns; j++) {
                y[i] += matrix[i * columns + j] * x[j];
            }
        }
        return y;
    }

    private static double[] applyTransposed(double[] matrix, double[] x) {
        int columns = matrix.length / x.length;
        double[] y = new double[columns];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < columns; j++) {
                y[j] += matrix[i * columns + j] * x[i];
            }
        }
        return y;
    }

    private static double[] times(double[] x, double[] y) {
        double[] product = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            product[i] = x[i] * y[i];
        }
        return product;
    }

    private static double[] norm(double[] x) {
        double sum = 0;
        for (double value : x) {
            sum += value * value;
        }
        return new double[] {Math.sqrt(sum)};
    }

    private static void requireClose(double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new AssertionError(expected.length + " values expected, not " + actual.length);
        }
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= TOLERANCE * largest)) {
                throw new AssertionError("value " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
    }
}
