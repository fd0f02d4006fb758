package io.github.rustffi;

import org.jspecify.annotations.Nullable;

/**
 * The equation {@code a * x + x * b = c}, through the real Schur forms of a and b (Bartels and Stewart, 1972). That of
 * the forms is split in halves, so that nearly all of the work is products (Jonsson and Kågström, Recursive Blocked
 * Algorithms for Solving Triangular Systems, 2002).
 */
final class Sylvester {
    /** Rows and columns up to which a part is solved block by block. */
    private static final int LEAF = 16;

    private final Matrix left;
    private final Matrix right;
    private final int rows;
    private final int columns;

    /** The right-hand sides, and in their place the solutions. */
    private final double[] values;

    /** Of the power of two by which both matrices have been divided. */
    private final int exponent;

    /** What a pivot has to be larger than. */
    private final double least;

    private Sylvester(Matrix left, Matrix right, double[] values, int exponent, double least) {
        this.least = least;
        this.exponent = exponent;
        this.left = left;
        this.right = right;
        this.values = values;
        rows = left.rows();
        columns = right.rows();
    }

    /** Returns the solution, for square matrices whose shapes suit each other. */
    static Matrix solve(Matrix a, Matrix b, Matrix c) {
        int exponent = Math.max(exponent(a), exponent(b));
        return solve(
                a.timesPowerOfTwo(-exponent).schur(),
                b.timesPowerOfTwo(-exponent).schur(),
                c,
                exponent);
    }

    /** Returns the solution with the transpose of a as b. */
    static Matrix solve(Matrix a, Matrix c) {
        int exponent = exponent(a);
        Schur schur = a.timesPowerOfTwo(-exponent).schur();
        // Upside down, the transpose of a form is the form of the transpose.
        int n = a.rows();
        Matrix q = Matrix.generate(n, n, (i, j) -> schur.q().get(i, n - 1 - j));
        Matrix t = Matrix.generate(n, n, (i, j) -> schur.t().get(n - 1 - j, n - 1 - i));
        Matrix x = solve(schur, new Schur(q, t), c, exponent);
        return c.isSymmetric() ? x.symmetrized() : x;
    }

    private static Matrix solve(Schur a, Schur b, Matrix c, int exponent) {
        int ofRight = exponent(c);
        Matrix inner = a.q().transposeTimes(c.timesPowerOfTwo(-ofRight)).times(b.q());
        double least = Math.max(c.rows(), c.columns()) * Math.ulp(1.0) * Math.max(a.t().maxAbs(), b.t().maxAbs());
        Sylvester equation = new Sylvester(a.t(), b.t(), inner.values(), exponent, least);
        equation.solve(0, equation.rows, 0, equation.columns);
        return a.q().times(inner)
                .timesTranspose(b.q())
                .timesPowerOfTwo(ofRight - exponent)
                .requireInRange("solution");
    }

    /** Returns the solution for two Schur forms of which no eigenvalues add up to zero, however small they are. */
    static Matrix solveForms(Matrix left, Matrix right, Matrix c) {
        Sylvester equation = new Sylvester(left, right, c.toArray(), 0, 0);
        equation.solve(0, equation.rows, 0, equation.columns);
        return new Matrix(equation.rows, equation.columns, equation.values);
    }

    /** Returns the exponent of the largest value: 0 where there is none. */
    static int exponent(Matrix a) {
        double largest = a.rows() == 0 || a.columns() == 0 ? 0 : a.maxAbs();
        return largest == 0 ? 0 : Math.getExponent(largest);
    }

    /** Solves for a part of the unknowns, where those below and on the left are known and taken away. */
    private void solve(int top, int bottom, int first, int end) {
        int height = bottom - top;
        int width = end - first;
        if (height <= LEAF && width <= LEAF) {
            solveLeaf(top, bottom, first, end);
        } else if (height >= width) {
            int middle = middle(left, top, bottom);
            solve(middle, bottom, first, end);
            subtract(
                    left.submatrix(top, middle, middle - top, bottom - middle).times(part(middle, bottom, first, end)),
                    top,
                    first);
            solve(top, middle, first, end);
        } else {
            int middle = middle(right, first, end);
            solve(top, bottom, first, middle);
            subtract(
                    part(top, bottom, first, middle)
                            .times(right.submatrix(first, middle, middle - first, end - middle)),
                    top,
                    middle);
            solve(top, bottom, middle, end);
        }
    }

    /** Returns a row in the middle at which no block of two is cut. */
    static int middle(Matrix form, int first, int end) {
        int middle = (first + end) / 2;
        return form.get(middle, middle - 1) == 0 ? middle : middle + 1;
    }

    private Matrix part(int top, int bottom, int first, int end) {
        double[] part = new double[(bottom - top) * (end - first)];
        for (int i = top; i < bottom; i++) {
            System.arraycopy(values, i * columns + first, part, (i - top) * (end - first), end - first);
        }
        return new Matrix(bottom - top, end - first, part);
    }

    private void subtract(Matrix product, int top, int first) {
        for (int i = 0; i < product.rows(); i++) {
            for (int j = 0; j < product.columns(); j++) {
                values[(top + i) * columns + first + j] -= product.get(i, j);
            }
        }
    }

    /** Solves block by block: from the left to the right, and from the bottom to the top. */
    private void solveLeaf(int top, int bottom, int first, int end) {
        for (int j = first, width; j < end; j += width) {
            width = j + 1 < end && right.get(j + 1, j) != 0 ? 2 : 1;
            for (int i = bottom, height; i > top; i -= height) {
                height = i - 2 >= top && left.get(i - 1, i - 2) != 0 ? 2 : 1;
                solveBlock(i - height, height, bottom, j, width, first);
            }
        }
    }

    private void solveBlock(int row, int height, int bottom, int column, int width, int first) {
        int n = height * width;
        double[][] system = new double[n][n + 1];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                double[] equation = system[i * width + j];
                for (int k = 0; k < height; k++) {
                    equation[k * width + j] += left.get(row + i, row + k);
                }
                for (int k = 0; k < width; k++) {
                    equation[i * width + k] += right.get(column + k, column + j);
                }
                double rest = values[(row + i) * columns + column + j];
                for (int k = row + height; k < bottom; k++) {
                    rest -= left.get(row + i, k) * values[k * columns + column + j];
                }
                for (int k = first; k < column; k++) {
                    rest -= values[(row + i) * columns + k] * right.get(k, column + j);
                }
                equation[n] = rest;
            }
        }
        double[] solution = eliminate(system);
        if (solution == null) {
            throw new SingularMatrixException("a and -b have a common eigenvalue but for rounding: "
                    + eigenvalue(left, row, height) + " of a, and " + eigenvalue(right, column, width) + " of b");
        }
        for (int i = 0; i < height; i++) {
            System.arraycopy(solution, i * width, values, (row + i) * columns + column, width);
        }
    }

    /** Returns the solution of a small system by elimination with complete pivoting, or null where a pivot is small. */
    private double @Nullable [] eliminate(double[][] system) {
        int n = system.length;
        int[] order = new int[n];
        for (int k = 0; k < n; k++) {
            int row = k;
            int column = k;
            order[k] = k;
            for (int i = k; i < n; i++) {
                for (int j = k; j < n; j++) {
                    if (Math.abs(system[i][j]) > Math.abs(system[row][column])) {
                        row = i;
                        column = j;
                    }
                }
            }
            if (!(Math.abs(system[row][column]) > least)) {
                return null;
            }
            double[] pivot = system[row];
            system[row] = system[k];
            system[k] = pivot;
            order[k] = column;
            for (double[] equation : system) {
                double value = equation[k];
                equation[k] = equation[column];
                equation[column] = value;
            }
            for (int i = k + 1; i < n; i++) {
                double factor = system[i][k] / pivot[k];
                for (int j = k + 1; j <= n; j++) {
                    system[i][j] -= factor * pivot[j];
                }
            }
        }
        double[] solution = new double[n];
        for (int k = n - 1; k >= 0; k--) {
            double rest = system[k][n];
            for (int j = k + 1; j < n; j++) {
                rest -= system[k][j] * solution[j];
            }
            solution[k] = rest / system[k][k];
        }
        for (int k = n - 1; k >= 0; k--) {
            double value = solution[k];
            solution[k] = solution[order[k]];
            solution[order[k]] = value;
        }
        return solution;
    }

    private String eigenvalue(Matrix form, int i, int size) {
        double real = Math.scalb(form.get(i, i), exponent);
        if (size == 1) {
            return String.valueOf(real);
        }
        double product = Math.sqrt(Math.abs(form.get(i, i + 1))) * Math.sqrt(Math.abs(form.get(i + 1, i)));
        return real + " + " + Math.scalb(product, exponent) + "i";
    }
}
