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

    /** Returns the solution x of {@code u * x = b}, where the values of u below its diagonal are zero. */
    static double[] solveUpper(int n, double[] u, int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        // The upper factor of an LU factorization whose lower one is the identity.
        double[] x = new double[b.length];
        Natives.luSolve(n, n, u, order, bRows, bColumns, b, x);
        return x;
    }

    /** Returns the solution x of {@code l * x = b}, where the values of l above its diagonal are zero. */
    static double[] solveLower(int n, double[] l, int bRows, int bColumns, double[] b) {
        NativeLibrary.load();
        // The system with its rows and columns in reverse order is one with an upper triangle.
        double[] u = new double[l.length];
        for (int i = 0; i < u.length; i++) {
            u[i] = l[u.length - 1 - i];
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = n - 1 - i;
        }
        double[] x = new double[b.length];
        Natives.luSolve(n, n, u, order, bRows, bColumns, b, x);
        double[] reversed = new double[x.length];
        for (int i = 0; i < n; i++) {
            System.arraycopy(x, i * bColumns, reversed, (n - 1 - i) * bColumns, bColumns);
        }
        return reversed;
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
