package io.github.rustffi.netlib;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

/**
 * A matrix in a part of an array, column by column, or a vector in every so many-th place. What lies in between is NaN,
 * so that it shows in every result that it was read for.
 */
final class Part {
    final double[] values;
    final int offset;
    final int step;
    private final int rows;
    private final int columns;
    private final boolean isVector;

    private Part(double[] values, int offset, int rows, int columns, int step, boolean isVector) {
        this.values = values;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.step = step;
        this.isVector = isVector;
    }

    /** Returns a matrix of NaN, in an array that ends with its last value. */
    static Part matrix(int offset, int rows, int columns, int step) {
        int length = rows == 0 || columns == 0 ? 0 : (columns - 1) * step + rows;
        double[] values = new double[offset + length];
        Arrays.fill(values, Double.NaN);
        return new Part(values, offset, rows, columns, step, false);
    }

    /** Returns a matrix in an array, of which only the place is known. */
    static Part of(double[] values, int offset, int step) {
        return new Part(values, offset, 0, 0, step, false);
    }

    /** Returns a vector of NaN, in an array that ends with its last value. */
    static Part vector(int offset, int length, int increment) {
        double[] values = new double[offset + (length == 0 ? 0 : (length - 1) * Math.abs(increment) + 1)];
        Arrays.fill(values, Double.NaN);
        return new Part(values, offset, length, 1, increment, true);
    }

    /** Sets all values to random floats from -0.5 to 0.5. */
    Part fill(Random random) {
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                values[at(i, j)] = random.nextFloat() - 0.5f;
            }
        }
        return this;
    }

    /** Returns the same in an array with more values at its end. */
    Part lengthened(int more) {
        double[] longer = Arrays.copyOf(values, values.length + more);
        Arrays.fill(longer, values.length, longer.length, Double.NaN);
        return new Part(longer, offset, rows, columns, step, isVector);
    }

    /** Returns where a value is. */
    int at(int row, int column) {
        if (isVector) {
            return offset + (step < 0 ? (row - rows + 1) * step : row * step);
        }
        return offset + row + column * step;
    }

    double get(int row, int column) {
        return values[at(row, column)];
    }

    double get(int row, int column, boolean isTransposed) {
        return isTransposed ? get(column, row) : get(row, column);
    }

    Part copy() {
        return new Part(values.clone(), offset, rows, columns, step, isVector);
    }

    float[] floats() {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    void set(float[] floats) {
        for (int i = 0; i < floats.length; i++) {
            values[i] = floats[i];
        }
    }

    /**
     * Asserts that the array is as it was before, but for what belongs to the matrix and is on one side of its
     * diagonal.
     */
    void assertUntouched(Part before, Region changed, String what) {
        double[] expected = before.values.clone();
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                if (changed.has(i, j)) {
                    expected[at(i, j)] = values[at(i, j)];
                }
            }
        }
        assertThat(values).as(what).isEqualTo(expected);
    }

    /** Which values of a matrix are meant. */
    interface Region {
        boolean has(int row, int column);

        static Region of(String uplo) {
            return uplo.equals("U") ? (i, j) -> i <= j : (i, j) -> i >= j;
        }
    }
}
