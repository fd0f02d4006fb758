package io.github.rustffi;

/** The squared distances between the rows of two matrices. */
final class SquaredDistances {
    /** Columns of the result that are computed at a time, so that they stay in the cache. */
    private static final int BLOCK = 512;

    private SquaredDistances() {}

    /** Returns those between {@code a} and {@code b}, which have as many columns as each other. */
    static Matrix between(Matrix a, Matrix b) {
        // The inner loop goes over the rows of one of the two: the more, the better. Both ways give the same bits.
        return b.rows() < a.rows() ? compute(b, a).transpose() : compute(a, b);
    }

    /** The inner loop is over independent values, which the JVM compiles to vector code: no sum is reordered. */
    private static Matrix compute(Matrix a, Matrix b) {
        int columns = a.columns();
        int width = b.rows();
        double[] left = a.values();
        double[] right = b.transpose().values();
        double[] distances = Matrix.newValues(a.rows(), width);
        for (int start = 0, end; start < width; start = end) {
            end = start + Math.min(BLOCK, width - start);
            for (int i = 0; i < a.rows(); i++) {
                addRow(left, i * columns, columns, right, width, start, end, distances, i * width);
            }
        }
        return new Matrix(a.rows(), width, distances);
    }

    /** Adds the squares of the differences between a row and those from {@code start} to {@code end}, in order. */
    private static void addRow(
            double[] left, int row, int columns, double[] right, int width, int start, int end, double[] to, int at) {
        int k = 0;
        for (; k <= columns - 4; k += 4) {
            double x0 = left[row + k];
            double x1 = left[row + k + 1];
            double x2 = left[row + k + 2];
            double x3 = left[row + k + 3];
            int right0 = k * width;
            int right1 = right0 + width;
            int right2 = right1 + width;
            int right3 = right2 + width;
            for (int j = start; j < end; j++) {
                double d0 = x0 - right[right0 + j];
                double d1 = x1 - right[right1 + j];
                double d2 = x2 - right[right2 + j];
                double d3 = x3 - right[right3 + j];
                to[at + j] = to[at + j] + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
            }
        }
        for (; k < columns; k++) {
            double x = left[row + k];
            int from = k * width;
            for (int j = start; j < end; j++) {
                double d = x - right[from + j];
                to[at + j] += d * d;
            }
        }
    }
}
