package io.github.rustffi.examples;

import io.github.rustffi.Matrix;
import io.github.rustffi.Npz;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Standardizes the columns of a table, and writes it with their means and deviations for Python: {@code TableToNpz
 * table.csv table.npz}. The table has a line with the names of its columns, and commas between its numbers. In Python,
 * {@code numpy.load("table.npz")["table"]} is what has been written.
 */
public final class TableToNpz {
    private TableToNpz() {}

    /**
     * Runs the example.
     *
     * @param args the table and the file to be written
     * @throws IOException if the table cannot be read, or the file not written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: TableToNpz table.csv table.npz");
            System.exit(2);
        }
        Matrix table = Matrix.readCsv(Path.of(args[0]), ',', 1);
        double[] means = new double[table.columns()];
        double[] deviations = new double[table.columns()];
        double[][] rows = table.toRows();
        for (int j = 0; j < table.columns(); j++) {
            double sum = 0;
            for (double[] row : rows) {
                sum += row[j];
            }
            means[j] = sum / rows.length;
            double squares = 0;
            for (double[] row : rows) {
                row[j] -= means[j];
                squares += row[j] * row[j];
            }
            deviations[j] = Math.sqrt(squares / rows.length);
            for (double[] row : rows) {
                row[j] /= deviations[j];
            }
        }
        Npz.builder()
                .add("table", Matrix.of(rows))
                .add("means", means)
                .add("deviations", deviations)
                .write(Path.of(args[1]));
        System.out.printf("%d rows of %d columns%n", table.rows(), table.columns());
    }
}
