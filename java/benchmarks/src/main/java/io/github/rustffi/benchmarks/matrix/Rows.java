package io.github.rustffi.benchmarks.matrix;

/** Matrices as arrays of rows. */
final class Rows {
    private Rows() {}

    static double[][] of(Problem p, double[] values) {
        double[][] rows = new double[p.rows()][p.columns()];
        for (int i = 0; i < p.rows(); i++) {
            System.arraycopy(values, i * p.columns(), rows[i], 0, p.columns());
        }
        return rows;
    }

    static double[] flat(double[][] rows) {
        int columns = rows[0].length;
        double[] flat = new double[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * columns, columns);
        }
        return flat;
    }
}
