package io.github.rustffi;

import io.github.rustffi.internal.Natives;

/** Triangles: those in which a factorization is packed, systems of equations with them, and symmetry. */
final class Triangles {
    private Triangles() {}

    /** Returns the lower triangle without its diagonal, which is made of ones. */
    static Matrix unitLower(int rows, int columns, double[] packed) {
        int width = Math.min(rows, columns);
        double[] lower = new double[rows * width];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(packed, i * columns, lower, i * width, Math.min(i, width));
            if (i < width) {
                lower[i * width + i] = 1.0;
            }
        }
        return new Matrix(rows, width, lower);
    }

    /** Returns the upper triangle. */
    static Matrix upper(int rows, int columns, double[] packed) {
        int height = Math.min(rows, columns);
        double[] upper = new double[height * columns];
        for (int i = 0; i < height; i++) {
            System.arraycopy(packed, i * columns + i, upper, i * columns + i, columns - i);
        }
        return new Matrix(height, columns, upper);
    }

    /** Returns the solution x of {@code u * x = b}, for the n x n upper triangle u of some values. */
    static double[] solveUpper(int n, double[] u, int bRows, int bColumns, double[] b) {
        return solve(n, u, true, false, bRows, bColumns, b);
    }

    /** Returns the solution x of {@code l * x = b}, for the n x n lower triangle l of some values. */
    static double[] solveLower(int n, double[] l, int bRows, int bColumns, double[] b) {
        return solve(n, l, false, false, bRows, bColumns, b);
    }

    /** Returns the solution x of {@code l.transpose() * x = b}, for the n x n lower triangle l of some values. */
    static double[] solveLowerTranspose(int n, double[] l, int bRows, int bColumns, double[] b) {
        return solve(n, l, false, true, bRows, bColumns, b);
    }

    private static double[] solve(
            int n, double[] values, boolean isUpper, boolean isTransposed, int bRows, int bColumns, double[] b) {
        double[] small = n == bRows && SmallMatrix.isSquare(n, n)
                ? SmallMatrix.solveTriangular(n, values, isUpper, false, isTransposed, bColumns, b)
                : null;
        if (small != null) {
            return small;
        }
        NativeLibrary.load();
        double[] x = new double[b.length];
        Natives.triangularSolve(false, n, n, values, isUpper, false, isTransposed, bRows, bColumns, b, x);
        return x;
    }

    /** Returns a square matrix with its values above the diagonal replaced by those below. */
    static Matrix mirrored(Matrix a) {
        int n = a.rows();
        double[] values = a.toArray();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                values[j * n + i] = values[i * n + j];
            }
        }
        return new Matrix(n, n, values);
    }
}
