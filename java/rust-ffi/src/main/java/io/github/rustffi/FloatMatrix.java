package io.github.rustffi;

import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dense matrix of floats, for embeddings and inference: half the memory of a {@link Matrix}, and products in about
 * half its time.
 *
 * <pre>{@code
 * FloatMatrix weights = FloatMatrix.of(new float[][] {{1, 2}, {3, 4}, {5, 6}});
 * FloatMatrix inputs = FloatMatrix.of(new float[][] {{1, 0}, {1, 1}});
 * FloatMatrix outputs = inputs.timesTranspose(weights).plusRow(new float[] {0.5f, 0, 0});
 * int[] classes = outputs.rowArgmax();
 * }</pre>
 *
 * <p>An ordinary immutable value in row-major order, which any thread may use. Arithmetic is that of floats, as IEEE
 * 754 has it: a NaN or an infinity goes where it must. Sums over many values are taken in doubles where that is said.
 * There are no factorizations; {@link #toMatrix()} has them.
 *
 * <p>Exceptions are those of {@link Matrix}: {@code matrix shapes do not agree: 2x3 times 4x2}.
 *
 * @serial exclude
 */
public final class FloatMatrix implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Values and multiplications up to which a loop takes less time than a call to Rust. */
    private static final int SMALL = 64;

    /** Rows and columns that are transposed together, so that both sides stay in the cache. */
    private static final int BLOCK = 32;

    private final int rows;
    private final int columns;
    private final float[] values;

    /** Takes the array over. */
    FloatMatrix(int rows, int columns, float[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /**
     * Returns the matrix with the given rows, which are copied.
     *
     * @param rows the rows; none give a 0x0 matrix
     * @return the matrix
     * @throws IllegalArgumentException if the rows differ in length: {@code row 1 has 3 values, not 2}
     */
    public static FloatMatrix of(float[][] rows) {
        Objects.requireNonNull(rows, "rows");
        int columns = rows.length == 0 ? 0 : Objects.requireNonNull(rows[0], "rows[0]").length;
        float[] values = newValues(rows.length, columns);
        for (int i = 0; i < rows.length; i++) {
            float[] row = rows[i];
            if (row == null) {
                throw new NullPointerException("rows[" + i + "]");
            }
            if (row.length != columns) {
                throw new IllegalArgumentException("row " + i + " has " + row.length + " values, not " + columns);
            }
            System.arraycopy(row, 0, values, i * columns, columns);
        }
        return new FloatMatrix(rows.length, columns, values);
    }

    /**
     * Returns the matrix with the given values, which are copied.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param rowMajor the values, row after row
     * @return the matrix
     * @throws IllegalArgumentException if the number of values is not {@code rows * columns}: {@code a 2x3 matrix does
     *     not have 5 values}
     */
    public static FloatMatrix of(int rows, int columns, float... rowMajor) {
        Objects.requireNonNull(rowMajor, "rowMajor");
        Matrix.requireSize(rows, columns, rowMajor.length);
        return new FloatMatrix(rows, columns, rowMajor.clone());
    }

    /**
     * Returns the matrix of the floats nearest to the values of another: too large ones become infinite.
     *
     * @param a a matrix of doubles
     * @return the matrix
     */
    public static FloatMatrix of(Matrix a) {
        Objects.requireNonNull(a, "a");
        double[] from = a.values();
        float[] values = new float[from.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) from[i];
        }
        return new FloatMatrix(a.rows(), a.columns(), values);
    }

    /**
     * Returns a matrix of zeros.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static FloatMatrix zeros(int rows, int columns) {
        return new FloatMatrix(rows, columns, newValues(rows, columns));
    }

    /**
     * Returns a matrix of equal values.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param value each value
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static FloatMatrix filled(int rows, int columns, float value) {
        float[] values = newValues(rows, columns);
        Arrays.fill(values, value);
        return new FloatMatrix(rows, columns, values);
    }

    /** A function of a position in a matrix. */
    @FunctionalInterface
    public interface Generator {
        /**
         * Returns the value at a position.
         *
         * @param row the row, from 0
         * @param column the column, from 0
         * @return the value
         */
        float valueAt(int row, int column);
    }

    /**
     * Returns a matrix whose values are computed from their positions.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param generator returns the value at a row and a column; it is called once for each, row after row
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static FloatMatrix generate(int rows, int columns, Generator generator) {
        Objects.requireNonNull(generator, "generator");
        float[] values = newValues(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = generator.valueAt(i, j);
            }
        }
        return new FloatMatrix(rows, columns, values);
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows
     */
    public int rows() {
        return rows;
    }

    /**
     * Returns the number of columns.
     *
     * @return the number of columns
     */
    public int columns() {
        return columns;
    }

    /**
     * Returns a value.
     *
     * @param row the row, from zero
     * @param column the column, from zero
     * @return the value
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public float get(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    "no row " + row + ", column " + column + " in a " + shape() + " matrix");
        }
        return values[row * columns + column];
    }

    /**
     * Returns a row.
     *
     * @param row the row, from zero
     * @return a copy of its values
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public float[] row(int row) {
        requireRow(row);
        int from = row * columns;
        return Arrays.copyOfRange(values, from, from + columns);
    }

    /**
     * Returns a column.
     *
     * @param column the column, from zero
     * @return a copy of its values
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public float[] column(int column) {
        if (column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException("no column " + column + " in a " + shape() + " matrix");
        }
        float[] copy = new float[rows];
        for (int i = 0; i < rows; i++) {
            copy[i] = values[i * columns + column];
        }
        return copy;
    }

    /**
     * Returns all values, row after row.
     *
     * @return a copy
     */
    public float[] toArray() {
        return values.clone();
    }

    /**
     * Returns all rows.
     *
     * @return copies
     */
    public float[][] toRows() {
        float[][] copies = new float[rows][];
        Arrays.setAll(copies, this::row);
        return copies;
    }

    /**
     * Returns the same values as doubles, which are exact.
     *
     * @return the matrix
     */
    public Matrix toMatrix() {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return new Matrix(rows, columns, doubles);
    }

    /**
     * Returns the rows of the given indices, in their order; an index may come again.
     *
     * @param indices the rows, from zero
     * @return a matrix of copies
     * @throws IndexOutOfBoundsException if there is no such row
     * @throws IllegalArgumentException if the result has more values than an int counts
     */
    public FloatMatrix selectRows(int... indices) {
        Objects.requireNonNull(indices, "indices");
        float[] selected = newValues(indices.length, columns);
        for (int i = 0; i < indices.length; i++) {
            requireRow(indices[i]);
            System.arraycopy(values, indices[i] * columns, selected, i * columns, columns);
        }
        return new FloatMatrix(indices.length, columns, selected);
    }

    /**
     * Returns the sum of this matrix and another.
     *
     * @param b a matrix of the same shape
     * @return the result
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 plus 3x2}
     */
    public FloatMatrix plus(FloatMatrix b) {
        requireSameShape("plus", b);
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] + b.values[i];
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix less another.
     *
     * @param b a matrix of the same shape
     * @return the result
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 minus 3x2}
     */
    public FloatMatrix minus(FloatMatrix b) {
        requireSameShape("minus", b);
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] - b.values[i];
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns the products of the values of this matrix and those of another at the same places.
     *
     * @param b a matrix of the same shape
     * @return the result
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 element times 3x2}
     */
    public FloatMatrix elementTimes(FloatMatrix b) {
        requireSameShape("element times", b);
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] * b.values[i];
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns the quotients of the values of this matrix and those of another at the same places.
     *
     * @param b a matrix of the same shape
     * @return the result
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 element div 3x2}
     */
    public FloatMatrix elementDiv(FloatMatrix b) {
        requireSameShape("element div", b);
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] / b.values[i];
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a number added to each value.
     *
     * @param s what is added
     * @return the result
     */
    public FloatMatrix plus(float s) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] + s;
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a number subtracted from each value.
     *
     * @param s what is subtracted
     * @return the result
     */
    public FloatMatrix minus(float s) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] - s;
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with each value multiplied by a number.
     *
     * @param s the factor
     * @return the result
     */
    public FloatMatrix times(float s) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] * s;
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with each value divided by a number.
     *
     * @param s the divisor
     * @return the result
     */
    public FloatMatrix div(float s) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] / s;
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with the sign of each value changed.
     *
     * @return the result
     */
    public FloatMatrix unaryMinus() {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = -values[i];
        }
        return new FloatMatrix(rows, columns, result);
    }

    /** A function of a float. */
    @FunctionalInterface
    public interface FloatFunction {
        /**
         * Returns the value of the function.
         *
         * @param x where
         * @return the value
         */
        float apply(float x);
    }

    /**
     * Returns the matrix of what a function makes of each value.
     *
     * @param function called once for each value, row after row
     * @return the result
     */
    public FloatMatrix map(FloatFunction function) {
        Objects.requireNonNull(function, "function");
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = function.apply(values[i]);
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a row added to each row, value by value.
     *
     * @param row a value for each column
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 plus row 1x4}
     */
    public FloatMatrix plusRow(float[] row) {
        Objects.requireNonNull(row, "row");
        requireShape("plus row", row.length == columns, 1, row.length);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] + row[j];
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a row subtracted from each row, value by value.
     *
     * @param row a value for each column
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 minus row 1x4}
     */
    public FloatMatrix minusRow(float[] row) {
        Objects.requireNonNull(row, "row");
        requireShape("minus row", row.length == columns, 1, row.length);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] - row[j];
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a row multiplied with each row, value by value.
     *
     * @param row a value for each column
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 times row 1x4}
     */
    public FloatMatrix timesRow(float[] row) {
        Objects.requireNonNull(row, "row");
        requireShape("times row", row.length == columns, 1, row.length);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] * row[j];
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a row dividing each row, value by value.
     *
     * @param row a value for each column
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 div row 1x4}
     */
    public FloatMatrix divRow(float[] row) {
        Objects.requireNonNull(row, "row");
        requireShape("div row", row.length == columns, 1, row.length);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] / row[j];
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a column added to each column, value by value.
     *
     * @param column a value for each row
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     plus column 4x1}
     */
    public FloatMatrix plusColumn(float[] column) {
        Objects.requireNonNull(column, "column");
        requireShape("plus column", column.length == rows, column.length, 1);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            float s = column[i];
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] + s;
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a column subtracted from each column, value by value.
     *
     * @param column a value for each row
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     minus column 4x1}
     */
    public FloatMatrix minusColumn(float[] column) {
        Objects.requireNonNull(column, "column");
        requireShape("minus column", column.length == rows, column.length, 1);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            float s = column[i];
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] - s;
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a column multiplied with each column, value by value.
     *
     * @param column a value for each row
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     times column 4x1}
     */
    public FloatMatrix timesColumn(float[] column) {
        Objects.requireNonNull(column, "column");
        requireShape("times column", column.length == rows, column.length, 1);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            float s = column[i];
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] * s;
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns this matrix with a column dividing each column, value by value.
     *
     * @param column a value for each row
     * @return the result
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     div column 4x1}
     */
    public FloatMatrix divColumn(float[] column) {
        Objects.requireNonNull(column, "column");
        requireShape("div column", column.length == rows, column.length, 1);
        float[] result = new float[values.length];
        for (int i = 0, at = 0; i < rows; i++) {
            float s = column[i];
            for (int j = 0; j < columns; j++, at++) {
                result[at] = values[at] / s;
            }
        }
        return new FloatMatrix(rows, columns, result);
    }

    /**
     * Returns the product of this matrix and another.
     *
     * <p>Each value is a sum over ascending columns of this matrix, in groups whose sums are then added up; it differs
     * from the exact one by at most n·ε·Σ|a||b|, where n is the number of terms and ε is 2⁻²⁴. With no terms it is
     * zero.
     *
     * @param b a matrix with as many rows as this one has columns
     * @return the product, with the rows of this matrix and the columns of {@code b}
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 times 4x2};
     *     or if the product has more values than an int counts
     */
    public FloatMatrix times(FloatMatrix b) {
        Objects.requireNonNull(b, "b");
        prepare();
        float[] product = room(columns == b.rows, rows, b.columns);
        Natives.timesFloats(rows, columns, values, b.rows, b.columns, b.values, product);
        return new FloatMatrix(rows, b.columns, product);
    }

    /**
     * Returns the product of this matrix and a column vector: the dot products of the rows and {@code x}. The error
     * bound is that of {@link #times(FloatMatrix)}.
     *
     * @param x a value for each column
     * @return a value for each row
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 times 4x1}
     */
    public float[] times(float[] x) {
        Objects.requireNonNull(x, "x");
        float[] product = new float[rows];
        if (x.length == columns && values.length <= SMALL) {
            for (int i = 0, at = 0; i < rows; i++) {
                float sum = 0;
                for (int j = 0; j < columns; j++, at++) {
                    sum += values[at] * x[j];
                }
                product[i] = sum;
            }
            return product;
        }
        prepare();
        Natives.timesFloats(rows, columns, values, x.length, 1, x, product);
        return product;
    }

    /**
     * Returns the product of the transpose of this matrix and another one, without making the transpose. The error
     * bound is that of {@link #times(FloatMatrix)}.
     *
     * @param b a matrix with as many rows as this one has
     * @return the product, with as many rows as this matrix has columns and the columns of {@code b}
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 transpose
     *     times 4x2}; or if the product has more values than an int counts
     */
    public FloatMatrix transposeTimes(FloatMatrix b) {
        Objects.requireNonNull(b, "b");
        prepare();
        float[] product = room(rows == b.rows, columns, b.columns);
        Natives.transposeTimesFloats(rows, columns, values, b.rows, b.columns, b.values, product);
        return new FloatMatrix(columns, b.columns, product);
    }

    /**
     * Returns the product of the transpose of this matrix and a column vector: the sum of the rows, each times a value
     * of {@code x}. The error bound is that of {@link #times(FloatMatrix)}.
     *
     * @param x a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     transpose times 4x1}
     */
    public float[] transposeTimes(float[] x) {
        Objects.requireNonNull(x, "x");
        prepare();
        float[] product = new float[columns];
        Natives.transposeTimesFloats(rows, columns, values, x.length, 1, x, product);
        return product;
    }

    /**
     * Returns the product of this matrix and the transpose of another one, without making the transpose: the dot
     * products of the rows of both. The error bound is that of {@link #times(FloatMatrix)}.
     *
     * @param b a matrix with as many columns as this one has
     * @return the product, with the rows of this matrix and as many columns as {@code b} has rows
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 times
     *     transpose of 4x2}; or if the product has more values than an int counts
     */
    public FloatMatrix timesTranspose(FloatMatrix b) {
        Objects.requireNonNull(b, "b");
        prepare();
        float[] product = room(columns == b.columns, rows, b.rows);
        Natives.timesTransposeFloats(rows, columns, values, b.rows, b.columns, b.values, product);
        return new FloatMatrix(rows, b.rows, product);
    }

    /**
     * Returns the Gram matrix, the product of the transpose of this matrix and itself. It is exactly symmetric, and
     * takes half the time of {@link #transposeTimes(FloatMatrix)}.
     *
     * @return the Gram matrix, with as many rows and columns as this matrix has columns
     * @throws IllegalArgumentException if it has more values than an int counts
     */
    public FloatMatrix gram() {
        prepare();
        float[] gram = newValues(columns, columns);
        Natives.gramOfFloats(rows, columns, values, gram);
        return new FloatMatrix(columns, columns, gram);
    }

    /**
     * Returns the transpose: its rows are the columns of this matrix.
     *
     * @return the transpose
     */
    public FloatMatrix transpose() {
        float[] transpose = new float[values.length];
        for (int top = 0; top < rows; top += BLOCK) {
            int bottom = Math.min(rows, top + BLOCK);
            for (int left = 0; left < columns; left += BLOCK) {
                int right = Math.min(columns, left + BLOCK);
                for (int j = left; j < right; j++) {
                    for (int i = top; i < bottom; i++) {
                        transpose[j * rows + i] = values[i * columns + j];
                    }
                }
            }
        }
        return new FloatMatrix(columns, rows, transpose);
    }

    /**
     * Returns the squared Euclidean distances between the rows of this matrix and those of another: sums of squared
     * differences, never negative, and zero for equal rows.
     *
     * @param b a matrix with as many columns
     * @return a value for each row of this matrix, by row, and each row of {@code b}, by column
     * @throws IllegalArgumentException if the numbers of columns differ: {@code matrix shapes do not agree: 2x3 squared
     *     distances 2x4}; or if the result has more values than an int counts
     */
    public FloatMatrix squaredDistances(FloatMatrix b) {
        Objects.requireNonNull(b, "b");
        requireShape("squared distances", columns == b.columns, b.rows, b.columns);
        float[] distances = newValues(rows, b.rows);
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < b.rows; j++, at++) {
                distances[at] = squaredDistance(values, i * columns, b.values, j * columns, columns);
            }
        }
        return new FloatMatrix(rows, b.rows, distances);
    }

    private static float squaredDistance(float[] x, int xFrom, float[] y, int yFrom, int count) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i <= count - 4; i += 4) {
            float difference0 = x[xFrom + i] - y[yFrom + i];
            float difference1 = x[xFrom + i + 1] - y[yFrom + i + 1];
            float difference2 = x[xFrom + i + 2] - y[yFrom + i + 2];
            float difference3 = x[xFrom + i + 3] - y[yFrom + i + 3];
            sum0 += difference0 * difference0;
            sum1 += difference1 * difference1;
            sum2 += difference2 * difference2;
            sum3 += difference3 * difference3;
        }
        for (; i < count; i++) {
            float difference = x[xFrom + i] - y[yFrom + i];
            sum0 += difference * difference;
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    /**
     * Returns the sum of all values, taken in doubles.
     *
     * @return the sum; 0 of no values
     */
    public double sum() {
        return Vectors.sum(values);
    }

    /**
     * Returns the mean of all values, taken in doubles.
     *
     * @return the mean; NaN of no values
     */
    public double mean() {
        return sum() / values.length;
    }

    /**
     * Returns the Frobenius norm, the root of the sum of all squares, taken in doubles.
     *
     * @return the norm
     */
    public double norm() {
        return Vectors.norm(values);
    }

    /**
     * Returns the sums of the rows, each taken in doubles over ascending columns and then rounded.
     *
     * @return a value for each row
     */
    public float[] rowSums() {
        float[] sums = new float[rows];
        for (int i = 0, at = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++, at++) {
                sum += values[at];
            }
            sums[i] = (float) sum;
        }
        return sums;
    }

    /**
     * Returns the sums of the columns, each taken in doubles over ascending rows and then rounded.
     *
     * @return a value for each column
     */
    public float[] columnSums() {
        double[] sums = new double[columns];
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                sums[j] += values[at];
            }
        }
        float[] rounded = new float[columns];
        for (int j = 0; j < columns; j++) {
            rounded[j] = (float) sums[j];
        }
        return rounded;
    }

    /**
     * Returns the Euclidean norms of the rows, which {@link #divColumn} divides them by to make cosine similarities of
     * dot products.
     *
     * @return a value for each row
     */
    public float[] rowNorms() {
        float[] norms = new float[rows];
        for (int i = 0, at = 0; i < rows; i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++, at++) {
                // Exact, and in range for all floats.
                sum += (double) values[at] * values[at];
            }
            norms[i] = (float) Math.sqrt(sum);
        }
        return norms;
    }

    /**
     * Returns the largest value; NaN if there is one among the values.
     *
     * @return the value
     * @throws IllegalArgumentException if there are no values: {@code the maximum of a 0x3 matrix is not defined}
     */
    public float max() {
        Matrix.requireValues("maximum", shape(), 1, values.length);
        float largest = values[0];
        for (float value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /**
     * Returns the smallest value; NaN if there is one among the values.
     *
     * @return the value
     * @throws IllegalArgumentException if there are no values: {@code the minimum of a 0x3 matrix is not defined}
     */
    public float min() {
        Matrix.requireValues("minimum", shape(), 1, values.length);
        float least = values[0];
        for (float value : values) {
            least = Math.min(least, value);
        }
        return least;
    }

    /**
     * Returns where the largest value of each row is: the first one, or the first NaN if there is one in the row.
     *
     * @return a column for each row, from zero
     * @throws IllegalArgumentException if there are rows but no columns: {@code the argmax of a 3x0 matrix is not
     *     defined}
     */
    public int[] rowArgmax() {
        Matrix.requireValues("argmax", shape(), rows, columns);
        int[] places = new int[rows];
        for (int i = 0; i < rows; i++) {
            int from = i * columns;
            int best = 0;
            for (int j = 1; j < columns && values[from + best] == values[from + best]; j++) {
                if (!(values[from + j] <= values[from + best])) {
                    best = j;
                }
            }
            places[i] = best;
        }
        return places;
    }

    /**
     * Returns the matrix in a file of NumPy's format {@code .npy}: an array of two dimensions, of any integer or
     * floating-point type from 8 to 64 bits or of truth values, in either byte order, in C or Fortran order.
     * Floating-point numbers are rounded to the nearest float; one that is too large for a float, and an integer that
     * no float is exactly, is refused.
     *
     * @param file the file
     * @return the matrix
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, is not as long as its header says, or has
     *     more values than an int counts or one that cannot be converted, which is named with its index; the message
     *     has the file's name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static FloatMatrix readNpy(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        int[] shape = new int[2];
        float[] values = Natives.readNpyMatrixOfFloats(LocalFile.path(file), shape);
        return new FloatMatrix(shape[0], shape[1], values);
    }

    /**
     * Writes this matrix to a file in NumPy's format {@code .npy}, as float32 in C order. A file that is there already
     * is replaced as a whole: it is never seen half written.
     *
     * @param file the file
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public void writeNpy(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        Natives.writeNpyMatrixOfFloats(LocalFile.path(file), rows, columns, values);
    }

    /**
     * Compares shape and values. Values are equal as for {@link Float#equals(Object)}: a NaN equals a NaN, and 0.0 does
     * not equal -0.0.
     */
    @Override
    public boolean equals(Object object) {
        return object instanceof FloatMatrix other
                && rows == other.rows
                && columns == other.columns
                && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(values);
    }

    /** Returns the shape and, line by line, the values; of a large matrix those near its corners. */
    @Override
    public String toString() {
        return Matrix.toString(rows, columns, (i, j) -> Float.toString(values[i * columns + j]));
    }

    /** Returns the values, which the caller must not modify. */
    float[] values() {
        return values;
    }

    /** Returns an array for a product, or an empty one where the shapes do not agree, which Rust then says. */
    private static float[] room(boolean agreed, int rows, int columns) {
        return agreed ? newValues(rows, columns) : new float[0];
    }

    private static float[] newValues(int rows, int columns) {
        return new float[Matrix.size(rows, columns)];
    }

    private void prepare() {
        NativeLibrary.load();
        Crossing.lends(values.length);
    }

    private void requireSameShape(String operation, FloatMatrix b) {
        Objects.requireNonNull(b, "b");
        requireShape(operation, rows == b.rows && columns == b.columns, b.rows, b.columns);
    }

    private void requireShape(String operation, boolean agreed, int bRows, int bColumns) {
        if (!agreed) {
            throw Matrix.disagree(shape(), operation, bRows + "x" + bColumns);
        }
    }

    private String shape() {
        return rows + "x" + columns;
    }

    private void requireRow(int row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("no row " + row + " in a " + shape() + " matrix");
        }
    }

    void write(Serialized.Output out) throws IOException {
        out.size(rows);
        out.size(columns);
        out.floats(values);
    }

    static FloatMatrix read(Serialized.Input in) throws IOException {
        int rows = in.size("rows");
        int columns = in.size("columns");
        return new FloatMatrix(rows, columns, in.floats(rows, columns));
    }

    @Serial
    private Object writeReplace() {
        return new Serialized(this);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw Serialized.withoutProxy();
    }
}
