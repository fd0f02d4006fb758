package io.github.rustffi;

/** The triangles of a matrix in which a factorization is packed. */
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
}
