package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;

/** The rows of one partition of a data set as matrices. */
final class Rows implements Iterator<Matrix> {
    private final int partition;
    private final Iterator<Row> rows;
    private long read;

    Rows(int partition, Iterator<Row> rows) {
        this.partition = partition;
        this.rows = rows;
    }

    @Override
    public boolean hasNext() {
        return rows.hasNext();
    }

    @Override
    public Matrix next() {
        if (!rows.hasNext()) {
            throw new NoSuchElementException();
        }
        double[] first = values(rows.next());
        int columns = first.length;
        int most = Blocks.enoughRows(columns);
        double[] block = Arrays.copyOf(first, Math.multiplyExact(columns, Math.min(most, 64)));
        int count = 1;
        while (count < most && rows.hasNext()) {
            double[] row = values(rows.next());
            if (row.length != columns) {
                throw new UnsuitableRowsException("row " + (read - 1) + " of partition " + partition + " has "
                        + row.length + " values, but those before have " + columns);
            }
            int end = (count + 1) * columns;
            if (end > block.length) {
                block = Arrays.copyOf(block, (int) Math.min(2L * block.length, (long) most * columns));
            }
            System.arraycopy(row, 0, block, count * columns, columns);
            count++;
        }
        int length = count * columns;
        return Matrix.of(count, columns, block.length == length ? block : Arrays.copyOf(block, length));
    }

    /** Returns the values of all columns of a row, one after the other. */
    private double[] values(Row row) {
        double[] all = null;
        for (int column = 0; column < row.size(); column++) {
            double[] values = Values.doubles(row, column);
            if (values == null) {
                throw new UnsuitableRowsException(
                        "row " + read + " of partition " + partition + " has " + Values.describe(row, column)
                                + " in column " + row.schema().fieldNames()[column]);
            }
            if (all == null) {
                all = values;
            } else {
                int length = all.length;
                all = Arrays.copyOf(all, length + values.length);
                System.arraycopy(values, 0, all, length, values.length);
            }
        }
        read++;
        return all == null ? new double[0] : all;
    }
}
