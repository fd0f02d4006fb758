package io.github.rustffi;

import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.Direct;
import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Pieces;
import io.github.rustffi.internal.Reduction;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable dense matrix of doubles.
 *
 * <p>It is an ordinary object over one array in row-major order: nothing to close, and safe to share between threads.
 * No operation modifies its arguments. Only a matrix that {@linkplain #wrap wraps} an array of the caller's is as
 * immutable as that is.
 *
 * <pre>{@code
 * Matrix a = Matrix.of(new double[][] {{2, 1}, {1, 3}});
 * double[] x = a.solve(new double[] {3, 5}); // 0.8, 1.4
 * a.times(x);                                // 3, 5
 * a.minusRow(a.columnMeans());               // the columns without their means
 * }</pre>
 *
 * <p><b>Values.</b> Sums and products follow IEEE 754, NaN and infinity included. Factorizations and everything that
 * solves reject a matrix with a NaN or an infinity with an {@link IllegalArgumentException} that gives the first
 * position: {@code matrix has a NaN at row 1, column 2}, or {@code b has a NaN at row 1, column 0} for right-hand
 * sides.
 *
 * <p><b>Shapes.</b> Shapes that do not suit an operation are an {@link IllegalArgumentException} with both, before any
 * work is done: {@code matrix shapes do not agree: 2x3 times 4x2}. A matrix may have no rows or no columns and then
 * behaves as NumPy's do: an empty sum is zero, an empty product is one.
 *
 * <p><b>Rows and columns.</b> Nothing is broadcast: {@code plusRow} adds a row to each row, and {@code rowSums} returns
 * a sum for each row. Where an extreme value is asked for, a NaN is the result, as in NumPy.
 *
 * <p><b>Memory.</b> A matrix has at most as many values as an array. A problem for which there is no memory is an
 * {@link OutOfMemoryError}, after which the JVM goes on as before.
 *
 * <p><b>Reproducibility.</b> On the same processor, the same input gives the same bits: whatever {@link Parallelism}
 * says, and however many threads compute at the same time.
 *
 * <p><b>Arrays.</b> A matrix copies the arrays that it is given, and hands out copies; so do the factorizations. The
 * one exception is {@link #wrap}: its matrix is a view of the caller's array, and so is what {@link #reshape} makes of
 * it. What is written to the array is seen by every later call, {@link #equals}, {@link #hashCode} and serialization
 * included: as a key of a map it has to stay as it is. What is read from a stream has an array of its own. A call
 * during which another thread writes to the array returns a result of old and new values, or throws one of the
 * exceptions that it documents; nothing worse happens.
 *
 * <p><b>Serialization.</b> Matrices, also those of floats, factorizations, {@link LeastSquares},
 * {@link Standardization}, {@link Pca} and {@link Hits} are {@link Serializable}, in a form that later versions read. A
 * stream is checked as it is read: one that none of their values has written is an {@link java.io.EOFException} or an
 * {@link InvalidObjectException}. The native library takes no part in it. Kryo, which Spark may be told to use, takes
 * them by its {@code JavaSerializer}.
 *
 * <p>Products, solutions and factorizations throw the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()}
 * where the native library cannot be loaded. What takes less time than a call to Rust is computed in Java.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 *
 * @serial exclude
 */
public final class Matrix implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Rows and columns that {@link #toString()} shows of a larger matrix, half of them from each end. */
    private static final int SHOWN = 8;

    /** Values up to which a product with a vector is over before a call to Rust would have begun. */
    private static final int SMALL = 400;

    /** The same for one row or two, where as much has to be copied again of the vector. */
    private static final int SMALL_ROW = 640;

    private final int rows;
    private final int columns;
    private final double[] values;

    /** Whether the array is the caller's, who may write to it at any time. */
    private final boolean isShared;

    /** Takes the array over. */
    Matrix(int rows, int columns, double[] values) {
        this(rows, columns, values, false);
    }

    private Matrix(int rows, int columns, double[] values, boolean isShared) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
        this.isShared = isShared;
    }

    /**
     * Returns the matrix with the given rows, which are copied.
     *
     * @param rows the rows; none give a 0x0 matrix
     * @return the matrix
     * @throws IllegalArgumentException if the rows differ in length: {@code row 1 has 3 values, not 2}
     */
    public static Matrix of(double[][] rows) {
        Objects.requireNonNull(rows, "rows");
        int columns = rows.length == 0 ? 0 : Objects.requireNonNull(rows[0], "rows[0]").length;
        double[] values = newValues(rows.length, columns);
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            if (row == null) {
                throw new NullPointerException("rows[" + i + "]");
            }
            if (row.length != columns) {
                throw new IllegalArgumentException("row " + i + " has " + row.length + " values, not " + columns);
            }
            System.arraycopy(row, 0, values, i * columns, columns);
        }
        return new Matrix(rows.length, columns, values);
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
    public static Matrix of(int rows, int columns, double... rowMajor) {
        Objects.requireNonNull(rowMajor, "rowMajor");
        requireSize(rows, columns, rowMajor.length);
        return new Matrix(rows, columns, rowMajor.clone());
    }

    /**
     * Returns a matrix over the given array, which is not copied: a view. Whoever has the array can change the matrix,
     * as the documentation of this class says under Arrays.
     *
     * <p>No operation writes to the array. One that checks the values before it computes with them, such as a
     * factorization, does both on a copy outside of the Java heap, which takes as much memory as the array for the time
     * of the call.
     *
     * <pre>{@code
     * double[] samples = new double[1000 * 3];
     * Matrix view = Matrix.wrap(1000, 3, samples); // no second array
     * }</pre>
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param rowMajor the values, row after row
     * @return the matrix
     * @throws IllegalArgumentException if the number of values is not {@code rows * columns}: {@code a 2x3 matrix does
     *     not have 5 values}
     */
    public static Matrix wrap(int rows, int columns, double[] rowMajor) {
        Objects.requireNonNull(rowMajor, "rowMajor");
        requireSize(rows, columns, rowMajor.length);
        return new Matrix(rows, columns, rowMajor, true);
    }

    /**
     * Returns a matrix of zeros.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static Matrix zeros(int rows, int columns) {
        return new Matrix(rows, columns, newValues(rows, columns));
    }

    /**
     * Returns an identity matrix: ones on the diagonal, zeros elsewhere.
     *
     * @param n the number of rows and of columns
     * @return the matrix
     * @throws IllegalArgumentException if {@code n} is negative, or its square more than an int holds
     */
    public static Matrix identity(int n) {
        Matrix identity = zeros(n, n);
        for (int i = 0; i < n; i++) {
            identity.values[i * n + i] = 1.0;
        }
        return identity;
    }

    /**
     * Returns a square matrix with the given diagonal and zeros elsewhere.
     *
     * @param d the diagonal
     * @return the matrix
     * @throws IllegalArgumentException if the square of the length is more than an int holds
     */
    public static Matrix diagonal(double... d) {
        Objects.requireNonNull(d, "d");
        Matrix diagonal = zeros(d.length, d.length);
        for (int i = 0; i < d.length; i++) {
            diagonal.values[i * d.length + i] = d[i];
        }
        return diagonal;
    }

    /** Computes the value at each position of a matrix: see {@link #generate(int, int, Generator)}. */
    @FunctionalInterface
    public interface Generator {
        /**
         * Returns the value at a position.
         *
         * @param row the row, from 0
         * @param column the column, from 0
         * @return the value
         */
        double valueAt(int row, int column);
    }

    /**
     * Returns a matrix whose values are computed from their positions.
     *
     * <pre>{@code
     * Matrix hilbert = Matrix.generate(5, 5, (i, j) -> 1.0 / (i + j + 1));
     * }</pre>
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param generator returns the value at a row and a column; it is called once for each, row after row
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static Matrix generate(int rows, int columns, Generator generator) {
        Objects.requireNonNull(generator, "generator");
        double[] values = newValues(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = generator.valueAt(i, j);
            }
        }
        return new Matrix(rows, columns, values);
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
    public static Matrix filled(int rows, int columns, double value) {
        double[] values = newValues(rows, columns);
        Arrays.fill(values, value);
        return new Matrix(rows, columns, values);
    }

    /**
     * Returns a matrix of one row.
     *
     * @param row its values, which are copied
     * @return the matrix
     */
    public static Matrix ofRow(double... row) {
        Objects.requireNonNull(row, "row");
        return new Matrix(1, row.length, row.clone());
    }

    /**
     * Returns a matrix of one column.
     *
     * @param column its values, which are copied
     * @return the matrix
     */
    public static Matrix ofColumn(double... column) {
        Objects.requireNonNull(column, "column");
        return new Matrix(column.length, 1, column.clone());
    }

    /**
     * Returns a matrix of random values, distributed uniformly from 0, inclusive, to 1, exclusive.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param random where the values come from, row after row: {@link RandomGenerator#nextDouble()}
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static Matrix random(int rows, int columns, RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        double[] values = newValues(rows, columns);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble();
        }
        return new Matrix(rows, columns, values);
    }

    /**
     * Returns a matrix of random values, normally distributed with mean 0 and standard deviation 1.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @param random where the values come from, row after row: {@link RandomGenerator#nextGaussian()}
     * @return the matrix
     * @throws IllegalArgumentException if a number is negative, or their product more than an int holds
     */
    public static Matrix gaussian(int rows, int columns, RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        double[] values = newValues(rows, columns);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return new Matrix(rows, columns, values);
    }

    /**
     * Returns matrices side by side.
     *
     * @param blocks the matrices, from left to right; none give a 0x0 matrix
     * @return the matrix of all their columns
     * @throws IllegalArgumentException if they differ in their number of rows: {@code matrix shapes do not agree: 2x3
     *     hstack 3x3}; if the result has more values than an int counts
     */
    public static Matrix hstack(Matrix... blocks) {
        return Blocks.hstack(blocks);
    }

    /**
     * Returns matrices one below the other.
     *
     * @param blocks the matrices, from top to bottom; none give a 0x0 matrix
     * @return the matrix of all their rows
     * @throws IllegalArgumentException if they differ in their number of columns: {@code matrix shapes do not agree:
     *     2x3 vstack 2x4}; if the result has more values than an int counts
     */
    public static Matrix vstack(Matrix... blocks) {
        return Blocks.vstack(blocks);
    }

    /**
     * Returns the matrix that is made of blocks: those of each row side by side, and the rows one below the other.
     *
     * <pre>{@code
     * Matrix kkt = Matrix.block(new Matrix[][] {{h, a.transpose()}, {a, Matrix.zeros(m, m)}});
     * }</pre>
     *
     * @param blocks the rows of blocks; none give a 0x0 matrix
     * @return the matrix
     * @throws IllegalArgumentException if the blocks of a row differ in their number of rows, or the rows in their
     *     number of columns, as {@link #hstack} and {@link #vstack} say; if the result has more values than an int
     *     counts
     */
    public static Matrix block(Matrix[][] blocks) {
        return Blocks.block(blocks);
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
     * Returns one value.
     *
     * @param row its row, from 0
     * @param column its column, from 0
     * @return the value
     * @throws IndexOutOfBoundsException if the matrix has no such row or column: {@code no row 2, column 0 in a 2x2
     *     matrix}
     */
    public double get(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    "no row " + row + ", column " + column + " in a " + shape() + " matrix");
        }
        return values[row * columns + column];
    }

    /**
     * Returns a copy of one row.
     *
     * @param row the row, from 0
     * @return its values
     * @throws IndexOutOfBoundsException if the matrix has no such row: {@code no row 2 in a 2x2 matrix}
     */
    public double[] row(int row) {
        requireRow(row);
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /**
     * Returns a copy of one column.
     *
     * @param column the column, from 0
     * @return its values
     * @throws IndexOutOfBoundsException if the matrix has no such column: {@code no column 2 in a 2x2 matrix}
     */
    public double[] column(int column) {
        requireColumn(column);
        double[] copy = new double[rows];
        for (int i = 0; i < rows; i++) {
            copy[i] = values[i * columns + column];
        }
        return copy;
    }

    /**
     * Returns a copy of all values in row-major order.
     *
     * @return the values, row after row
     */
    public double[] toArray() {
        return values.clone();
    }

    /**
     * Returns a copy of all rows.
     *
     * @return an array for each row
     */
    public double[][] toRows() {
        double[][] copy = new double[rows][];
        Arrays.setAll(copy, this::row);
        return copy;
    }

    /**
     * Returns a copy of a block.
     *
     * @param row the first row of the block
     * @param column the first column of the block
     * @param rows the number of its rows
     * @param columns the number of its columns
     * @return the block
     * @throws IndexOutOfBoundsException if the block reaches out of the matrix, with both shapes: {@code no 2x2 block
     *     at row 1, column 0 in a 2x2 matrix}
     */
    public Matrix submatrix(int row, int column, int rows, int columns) {
        if (!fits(row, rows, this.rows) || !fits(column, columns, this.columns)) {
            throw new IndexOutOfBoundsException("no " + rows + "x" + columns + " block at row " + row + ", column "
                    + column + " in a " + shape() + " matrix");
        }
        double[] block = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values, (row + i) * this.columns + column, block, i * columns, columns);
        }
        return new Matrix(rows, columns, block);
    }

    /**
     * Returns the rows with the given indices, in their order. An index may occur more than once.
     *
     * @param rows the rows, from 0
     * @return a matrix with a row for each index
     * @throws IndexOutOfBoundsException if the matrix has no such row: {@code no row 2 in a 2x2 matrix}
     * @throws IllegalArgumentException if the result has more values than an int counts
     */
    public Matrix selectRows(int... rows) {
        Objects.requireNonNull(rows, "rows");
        double[] selected = newValues(rows.length, columns);
        for (int i = 0; i < rows.length; i++) {
            requireRow(rows[i]);
            System.arraycopy(values, rows[i] * columns, selected, i * columns, columns);
        }
        return new Matrix(rows.length, columns, selected);
    }

    /**
     * Returns the columns with the given indices, in their order. An index may occur more than once.
     *
     * @param columns the columns, from 0
     * @return a matrix with a column for each index
     * @throws IndexOutOfBoundsException if the matrix has no such column: {@code no column 2 in a 2x2 matrix}
     * @throws IllegalArgumentException if the result has more values than an int counts
     */
    public Matrix selectColumns(int... columns) {
        Objects.requireNonNull(columns, "columns");
        int[] indices = columns.clone();
        for (int column : indices) {
            requireColumn(column);
        }
        double[] selected = newValues(rows, indices.length);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < indices.length; j++) {
                selected[i * indices.length + j] = values[i * this.columns + indices[j]];
            }
        }
        return new Matrix(rows, indices.length, selected);
    }

    /**
     * Returns the values of this matrix, row after row, as a matrix of another shape. Of a {@linkplain #wrap view} it
     * is a view, too.
     *
     * @param rows the number of rows
     * @param columns the number of columns
     * @return the matrix
     * @throws IllegalArgumentException if the number of values is not {@code rows * columns}: {@code a 4x2 matrix does
     *     not have 6 values}
     */
    public Matrix reshape(int rows, int columns) {
        requireSize(rows, columns, values.length);
        return new Matrix(rows, columns, values, isShared);
    }

    /**
     * Returns a copy of the diagonal, of a matrix of any shape.
     *
     * @return min(rows, columns) values
     */
    public double[] diagonal() {
        double[] diagonal = new double[Math.min(rows, columns)];
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = values[i * columns + i];
        }
        return diagonal;
    }

    /**
     * Returns this matrix with zeros below the diagonal.
     *
     * @return a matrix of the same shape
     */
    public Matrix upperTriangle() {
        double[] triangle = new double[values.length];
        for (int i = 0; i < Math.min(rows, columns); i++) {
            System.arraycopy(values, i * columns + i, triangle, i * columns + i, columns - i);
        }
        return new Matrix(rows, columns, triangle);
    }

    /**
     * Returns this matrix with zeros above the diagonal.
     *
     * @return a matrix of the same shape
     */
    public Matrix lowerTriangle() {
        double[] triangle = new double[values.length];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values, i * columns, triangle, i * columns, Math.min(i + 1, columns));
        }
        return new Matrix(rows, columns, triangle);
    }

    /**
     * Returns the sum of this matrix and another.
     *
     * @param b a matrix of the same shape
     * @return the sum
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 plus 3x2}
     */
    public Matrix plus(Matrix b) {
        requireSameShape("plus", b);
        return new Matrix(rows, columns, ElementWise.plus(values, b.values));
    }

    /**
     * Returns the difference of this matrix and another.
     *
     * @param b a matrix of the same shape
     * @return the difference
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 minus 3x2}
     */
    public Matrix minus(Matrix b) {
        requireSameShape("minus", b);
        return new Matrix(rows, columns, ElementWise.minus(values, b.values));
    }

    /**
     * Returns this matrix with each value multiplied by a number.
     *
     * @param s the factor
     * @return the product
     */
    public Matrix times(double s) {
        return new Matrix(rows, columns, ElementWise.times(values, s));
    }

    /**
     * Returns this matrix with a number added to each value.
     *
     * @param s the number
     * @return the sum
     */
    public Matrix plus(double s) {
        return new Matrix(rows, columns, ElementWise.plus(values, s));
    }

    /**
     * Returns this matrix with a number subtracted from each value.
     *
     * @param s the number
     * @return the difference
     */
    public Matrix minus(double s) {
        return new Matrix(rows, columns, ElementWise.plus(values, -s));
    }

    /**
     * Returns this matrix with each value divided by a number: rounded once, not multiplied by the reciprocal.
     *
     * @param s the divisor
     * @return the quotient
     */
    public Matrix div(double s) {
        return new Matrix(rows, columns, ElementWise.div(values, s));
    }

    /**
     * Returns this matrix with the sign of each value changed: {@code -a} in Kotlin.
     *
     * @return the negative
     */
    public Matrix unaryMinus() {
        return new Matrix(rows, columns, ElementWise.negate(values));
    }

    /**
     * Returns the product of this matrix and another, value by value. The product of matrices is
     * {@link #times(Matrix)}.
     *
     * @param b a matrix of the same shape
     * @return the product
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 element times 3x2}
     */
    public Matrix elementTimes(Matrix b) {
        requireSameShape("element times", b);
        return new Matrix(rows, columns, ElementWise.times(values, b.values));
    }

    /**
     * Returns the quotient of this matrix and another, value by value.
     *
     * @param b a matrix of the same shape
     * @return the quotient
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 element div 3x2}
     */
    public Matrix elementDiv(Matrix b) {
        requireSameShape("element div", b);
        return new Matrix(rows, columns, ElementWise.div(values, b.values));
    }

    /**
     * Returns the matrix of a function of each value.
     *
     * <pre>{@code
     * Matrix roots = a.map(Math::sqrt);
     * }</pre>
     *
     * @param function the function; it is called once for each value, row after row
     * @return the results, in a matrix of the same shape
     */
    public Matrix map(DoubleUnaryOperator function) {
        Objects.requireNonNull(function, "function");
        return new Matrix(rows, columns, ElementWise.map(values, function));
    }

    /**
     * Returns the matrix of a function of each value and the one at the same place in another matrix.
     *
     * <pre>{@code
     * Matrix larger = a.zip(b, Math::max);
     * }</pre>
     *
     * @param b a matrix of the same shape
     * @param function the function of a value of this matrix and one of {@code b}; it is called once for each pair, row
     *     after row
     * @return the results, in a matrix of the same shape
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 zip 3x2}
     */
    public Matrix zip(Matrix b, DoubleBinaryOperator function) {
        Objects.requireNonNull(function, "function");
        requireSameShape("zip", b);
        return new Matrix(rows, columns, ElementWise.zip(values, b.values, function));
    }

    /**
     * Returns this matrix with a row added to each of its rows.
     *
     * @param row a value for each column
     * @return the sum
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 plus row 1x2}
     */
    public Matrix plusRow(double[] row) {
        requireRow("plus", row);
        return new Matrix(rows, columns, ElementWise.plusRow(values, row));
    }

    /**
     * Returns this matrix with a row subtracted from each of its rows.
     *
     * @param row a value for each column
     * @return the difference
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 minus row 1x2}
     */
    public Matrix minusRow(double[] row) {
        requireRow("minus", row);
        return new Matrix(rows, columns, ElementWise.minusRow(values, row));
    }

    /**
     * Returns this matrix with each row multiplied by a row, value by value: column j is scaled by {@code row[j]}.
     *
     * @param row a value for each column
     * @return the product
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 times row 1x2}
     */
    public Matrix timesRow(double[] row) {
        requireRow("times", row);
        return new Matrix(rows, columns, ElementWise.timesRow(values, row));
    }

    /**
     * Returns this matrix with each row divided by a row, value by value: column j is divided by {@code row[j]}.
     *
     * @param row a value for each column
     * @return the quotient
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 div row 1x2}
     */
    public Matrix divRow(double[] row) {
        requireRow("div", row);
        return new Matrix(rows, columns, ElementWise.divRow(values, row));
    }

    /**
     * Returns this matrix with a column added to each of its columns.
     *
     * @param column a value for each row
     * @return the sum
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     plus column 3x1}
     */
    public Matrix plusColumn(double[] column) {
        requireColumn("plus", column);
        return new Matrix(rows, columns, ElementWise.plusColumn(columns, values, column));
    }

    /**
     * Returns this matrix with a column subtracted from each of its columns.
     *
     * @param column a value for each row
     * @return the difference
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     minus column 3x1}
     */
    public Matrix minusColumn(double[] column) {
        requireColumn("minus", column);
        return new Matrix(rows, columns, ElementWise.minusColumn(columns, values, column));
    }

    /**
     * Returns this matrix with each column multiplied by a column, value by value: row i is scaled by
     * {@code column[i]}.
     *
     * @param column a value for each row
     * @return the product
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     times column 3x1}
     */
    public Matrix timesColumn(double[] column) {
        requireColumn("times", column);
        return new Matrix(rows, columns, ElementWise.timesColumn(columns, values, column));
    }

    /**
     * Returns this matrix with each column divided by a column, value by value: row i is divided by {@code column[i]}.
     *
     * @param column a value for each row
     * @return the quotient
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     div column 3x1}
     */
    public Matrix divColumn(double[] column) {
        requireColumn("div", column);
        return new Matrix(rows, columns, ElementWise.divColumn(columns, values, column));
    }

    /**
     * Returns the product of this matrix and another.
     *
     * <p>Each value is a sum over ascending columns of this matrix, in groups whose sums are then added up; it differs
     * from the exact one by at most n·ε·Σ|a||b| where n is the number of terms. With no terms it is zero. A matrix of
     * one column is multiplied as {@link #times(double[])} does.
     *
     * @param b a matrix with as many rows as this one has columns
     * @return the product, with the rows of this matrix and the columns of {@code b}
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 times 4x2};
     *     or if the product has more values than an int counts
     */
    public Matrix times(Matrix b) {
        Objects.requireNonNull(b, "b");
        if (b.columns == 1 && columns == b.rows) {
            return new Matrix(rows, 1, times(b.values));
        }
        if (columns == b.rows && SmallMatrix.isProduct(rows, columns, b.columns)) {
            return new Matrix(rows, b.columns, SmallMatrix.times(rows, columns, values, b.columns, b.values));
        }
        prepare();
        double[] product = room(columns == b.rows, rows, b.columns);
        Natives.times(rows, columns, values, b.rows, b.columns, b.values, product);
        return new Matrix(rows, b.columns, product);
    }

    /**
     * Returns the product of this matrix and a column vector: the sum of the products of each row and {@code x}, in an
     * order that depends on the shape alone. The error bound is that of {@link #times(Matrix)}.
     *
     * @param x a value for each column
     * @return a value for each row
     * @throws IllegalArgumentException if the length is not the number of columns: {@code matrix shapes do not agree:
     *     2x3 times 4x1}
     */
    public double[] times(double[] x) {
        Objects.requireNonNull(x, "x");
        double[] product = new double[rows];
        if (x.length == columns && values.length <= (rows <= 2 ? SMALL_ROW : SMALL)) {
            SmallProduct.times(values, x, product);
            return product;
        }
        NativeLibrary.load();
        if (rows == 1 && Crossing.directly(values.length, x.length)) {
            product[0] = Direct.ROW.call(Reduction.DOT, values, x);
            return product;
        }
        if (!Crossing.lends(values.length)) {
            if (x.length == columns && SmallProduct.isByEight(rows, columns)) {
                SmallProduct.timesByEight(values, x, product);
                return product;
            }
            if (Pieces.times(columns, values, x, product)) {
                return product;
            }
        }
        Natives.times(rows, columns, values, x.length, 1, x, product);
        return product;
    }

    /**
     * Returns the product of the transpose of this matrix and another one, without making the transpose. The error
     * bound is that of {@link #times(Matrix)}.
     *
     * @param b a matrix with as many rows as this one has
     * @return the product, with as many rows as this matrix has columns and the columns of {@code b}
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 transpose
     *     times 4x2}; or if the product has more values than an int counts
     */
    public Matrix transposeTimes(Matrix b) {
        Objects.requireNonNull(b, "b");
        if (rows == b.rows && SmallMatrix.isProduct(columns, rows, b.columns)) {
            return new Matrix(
                    columns, b.columns, SmallMatrix.transposeTimes(rows, columns, values, b.columns, b.values));
        }
        prepare();
        double[] product = room(rows == b.rows, columns, b.columns);
        Natives.transposeTimes(rows, columns, values, b.rows, b.columns, b.values, product);
        return new Matrix(columns, b.columns, product);
    }

    /**
     * Returns the product of the transpose of this matrix and a column vector: the sum of the rows, each times a value
     * of {@code x}, over ascending rows. The error bound is that of {@link #times(Matrix)}.
     *
     * @param x a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException if the length is not the number of rows: {@code matrix shapes do not agree: 2x3
     *     transpose times 4x1}
     */
    public double[] transposeTimes(double[] x) {
        Objects.requireNonNull(x, "x");
        double[] product = new double[columns];
        if (x.length == rows && (rows == 1 || values.length <= SMALL)) {
            SmallProduct.transposeTimes(values, x, product);
            return product;
        }
        NativeLibrary.load();
        if (!Crossing.lends(values.length) && x.length == rows) {
            if (SmallProduct.isOneByOne(rows, columns)) {
                SmallProduct.transposeTimes(values, x, product);
                return product;
            }
            if (Pieces.transposeTimes(columns, values, x, product)) {
                return product;
            }
        }
        Natives.transposeTimes(rows, columns, values, x.length, 1, x, product);
        return product;
    }

    /**
     * Returns the product of this matrix and the transpose of another one, without making the transpose: the dot
     * products of the rows of both. The error bound is that of {@link #times(Matrix)}.
     *
     * @param b a matrix with as many columns as this one has
     * @return the product, with the rows of this matrix and as many columns as {@code b} has rows
     * @throws IllegalArgumentException if the shapes do not agree: {@code matrix shapes do not agree: 2x3 times
     *     transpose of 4x2}; or if the product has more values than an int counts
     */
    public Matrix timesTranspose(Matrix b) {
        Objects.requireNonNull(b, "b");
        if (columns == b.columns && SmallMatrix.isProduct(rows, columns, b.rows)) {
            return new Matrix(rows, b.rows, SmallMatrix.timesTranspose(rows, columns, values, b.rows, b.values));
        }
        prepare();
        double[] product = room(columns == b.columns, rows, b.rows);
        Natives.timesTranspose(rows, columns, values, b.rows, b.columns, b.values, product);
        return new Matrix(rows, b.rows, product);
    }

    /**
     * Returns the Gram matrix, the product of the transpose of this matrix and itself: the dot products of all columns.
     * It is exactly symmetric, and takes half the time of {@link #transposeTimes(Matrix)}, whose values it has.
     *
     * @return the Gram matrix, with as many rows and columns as this matrix has columns
     * @throws IllegalArgumentException if it has more values than an int counts
     */
    public Matrix gram() {
        if (SmallMatrix.isProduct(columns, rows, columns)) {
            return new Matrix(columns, columns, SmallMatrix.transposeTimes(rows, columns, values, columns, values));
        }
        prepare();
        double[] gram = newValues(columns, columns);
        Natives.gram(rows, columns, values, gram);
        return new Matrix(columns, columns, gram);
    }

    /**
     * Returns the Kronecker product: the matrix of blocks {@code b.times(get(i, j))}.
     *
     * @param b a matrix
     * @return the product, with {@code rows() * b.rows()} rows and {@code columns() * b.columns()} columns
     * @throws IllegalArgumentException if the product has more values than an int counts
     */
    public Matrix kronecker(Matrix b) {
        Objects.requireNonNull(b, "b");
        double[] product = newValues((long) rows * b.rows, (long) columns * b.columns);
        int at = 0;
        for (int i = 0; i < rows; i++) {
            for (int p = 0; p < b.rows; p++) {
                for (int j = 0; j < columns; j++) {
                    double s = values[i * columns + j];
                    for (int q = 0; q < b.columns; q++) {
                        product[at++] = s * b.values[p * b.columns + q];
                    }
                }
            }
        }
        return new Matrix(rows * b.rows, columns * b.columns, product);
    }

    /**
     * Returns the outer product of two vectors: the matrix of {@code x[i] * y[j]}.
     *
     * @param x a value for each row
     * @param y a value for each column
     * @return the product
     * @throws IllegalArgumentException if it has more values than an int counts
     */
    public static Matrix outer(double[] x, double[] y) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(y, "y");
        double[] product = newValues(x.length, y.length);
        for (int i = 0; i < x.length; i++) {
            double s = x[i];
            for (int j = 0, row = i * y.length; j < y.length; j++) {
                product[row + j] = s * y[j];
            }
        }
        return new Matrix(x.length, y.length, product);
    }

    /**
     * Returns a power of this matrix, which has to be square, by repeated squaring: at most 2 log₂ k products. The
     * power 0 is the identity. A negative power is that of the inverse.
     *
     * @param k the exponent
     * @return the product of k such matrices
     * @throws IllegalArgumentException if this matrix is not square: {@code matrix is not square: 2x3}; if {@code k} is
     *     negative and a value is not finite
     * @throws SingularMatrixException if {@code k} is negative and a pivot is zero
     * @throws ArithmeticException if {@code k} is negative and a value of the inverse is too large for a double
     */
    public Matrix power(int k) {
        requireSquare();
        if (k == 0) {
            return identity(rows);
        }
        Matrix square = k < 0 ? inverse() : own();
        Matrix power = null;
        for (long rest = Math.abs((long) k); ; square = square.times(square)) {
            if (rest % 2 == 1) {
                power = power == null ? square : power.times(square);
            }
            rest /= 2;
            if (rest == 0) {
                return power;
            }
        }
    }

    /**
     * Returns the squares of the Euclidean distances between the rows of this matrix and those of another.
     *
     * <p>They are sums of squared differences, over ascending columns: none is negative, and that of equal rows is
     * zero. The relative error is at most (columns + 2)·2<sup>-53</sup>, unless a square underflows.
     *
     * <pre>{@code
     * int[] nearest = points.squaredDistances(centres).rowArgmin();
     * }</pre>
     *
     * @param b a matrix with as many columns
     * @return a matrix with a row for each row of this one and a column for each row of {@code b}
     * @throws IllegalArgumentException if the numbers of columns differ: {@code matrix shapes do not agree: 2x3 squared
     *     distances 2x4}; if the result has more values than an int counts
     */
    public Matrix squaredDistances(Matrix b) {
        Objects.requireNonNull(b, "b");
        if (columns != b.columns) {
            throw disagree(shape(), "squared distances", b.shape());
        }
        return SquaredDistances.between(this, b);
    }

    /**
     * Returns the transpose: its rows are the columns of this matrix.
     *
     * @return the transpose
     */
    public Matrix transpose() {
        final int block = 16;
        double[] transpose = new double[values.length];
        // By blocks that the cache holds, since one of the two arrays is walked across its rows.
        for (int top = 0, bottom; top < rows; top = bottom) {
            bottom = top + Math.min(block, rows - top);
            for (int left = 0, right; left < columns; left = right) {
                right = left + Math.min(block, columns - left);
                for (int j = left; j < right; j++) {
                    for (int i = top; i < bottom; i++) {
                        transpose[j * rows + i] = values[i * columns + j];
                    }
                }
            }
        }
        return new Matrix(columns, rows, transpose);
    }

    /**
     * Returns the symmetric part of this matrix: the mean of every value and its mirror image, which is their value
     * where the two are equal.
     *
     * <p>{@link #cholesky()} and {@link #symmetricEigen()} do that by themselves for what rounding leaves of symmetry,
     * and their results have the same bits.
     *
     * @return a matrix that equals its transpose
     * @throws IllegalArgumentException if this matrix is not square: {@code matrix is not square: 2x3}
     */
    public Matrix symmetrized() {
        requireSquare();
        final int block = 16;
        double[] symmetric = new double[values.length];
        // By blocks that the cache holds, since mirror images are walked across the rows.
        for (int top = 0, bottom; top < rows; top = bottom) {
            bottom = top + Math.min(block, rows - top);
            for (int left = 0, right; left < bottom; left = right) {
                right = left + Math.min(block, columns - left);
                for (int i = top; i < bottom; i++) {
                    for (int j = left; j < right && j <= i; j++) {
                        double mean = mean(values[i * columns + j], values[j * columns + i]);
                        symmetric[i * columns + j] = mean;
                        symmetric[j * columns + i] = mean;
                    }
                }
            }
        }
        return new Matrix(rows, columns, symmetric);
    }

    /**
     * Returns the mean of two values across the diagonal from each other, as Rust computes it in {@code matrix/mod.rs}.
     */
    static double mean(double x, double y) {
        // Half of a subnormal number may not be one, and zeros may differ in their signs.
        return x == y && x != 0.0 ? x : 0.5 * x + 0.5 * y;
    }

    /**
     * Returns the sum of the diagonal, of a matrix of any shape.
     *
     * @return the trace
     */
    public double trace() {
        double sum = 0.0;
        for (int i = 0; i < Math.min(rows, columns); i++) {
            sum += values[i * columns + i];
        }
        return sum;
    }

    /**
     * Returns the sum of all values; of none, it is zero.
     *
     * <p>The sum is pairwise, in an order that depends on the shape alone. For n values, the error is at most (13 +
     * log₂ n)·u·Σ|a| with u = 2<sup>-53</sup>. This holds for the sums and means of rows and columns too, where n is
     * their number of values.
     *
     * @return the sum
     */
    public double sum() {
        return Reductions.sum(values, 0, values.length, false);
    }

    /**
     * Returns the sum of each row.
     *
     * @return a value for each row
     */
    public double[] rowSums() {
        return Reductions.rowSums(rows, columns, values, false);
    }

    /**
     * Returns the sum of each column.
     *
     * @return a value for each column
     */
    public double[] columnSums() {
        return Reductions.columnSums(rows, columns, values, false);
    }

    /**
     * Returns the mean of all values: their sum, as {@link #sum()} computes it, divided by their number. Of none, it is
     * NaN.
     *
     * @return the mean
     */
    public double mean() {
        return sum() / values.length;
    }

    /**
     * Returns the mean of each row. Where there are no columns, it is NaN.
     *
     * @return a value for each row
     */
    public double[] rowMeans() {
        return ElementWise.div(rowSums(), columns);
    }

    /**
     * Returns the mean of each column. Where there are no rows, it is NaN.
     *
     * @return a value for each column
     */
    public double[] columnMeans() {
        return ElementWise.div(columnSums(), rows);
    }

    /**
     * Returns the smallest value; NaN if one is NaN, as NumPy does.
     *
     * @return the minimum
     * @throws IllegalArgumentException if there are no values: {@code the minimum of a 0x3 matrix is not defined}
     */
    public double min() {
        requireValues("minimum", 1, values.length);
        return Reductions.min(values, 0, values.length);
    }

    /**
     * Returns the smallest value of each row; NaN where one is NaN.
     *
     * @return a value for each row
     * @throws IllegalArgumentException if there are rows, but no columns: {@code the minimum of a 2x0 matrix is not
     *     defined}
     */
    public double[] rowMinima() {
        requireValues("minimum", rows, columns);
        return Reductions.rowMinima(rows, columns, values);
    }

    /**
     * Returns the smallest value of each column; NaN where one is NaN.
     *
     * @return a value for each column
     * @throws IllegalArgumentException if there are columns, but no rows: {@code the minimum of a 0x3 matrix is not
     *     defined}
     */
    public double[] columnMinima() {
        requireValues("minimum", columns, rows);
        return Reductions.columnMinima(columns, values);
    }

    /**
     * Returns the largest value; NaN if one is NaN, as NumPy does.
     *
     * @return the maximum
     * @throws IllegalArgumentException if there are no values: {@code the maximum of a 0x3 matrix is not defined}
     */
    public double max() {
        requireValues("maximum", 1, values.length);
        return Reductions.max(values, 0, values.length);
    }

    /**
     * Returns the largest value of each row; NaN where one is NaN.
     *
     * @return a value for each row
     * @throws IllegalArgumentException if there are rows, but no columns: {@code the maximum of a 2x0 matrix is not
     *     defined}
     */
    public double[] rowMaxima() {
        requireValues("maximum", rows, columns);
        return Reductions.rowMaxima(rows, columns, values);
    }

    /**
     * Returns the largest value of each column; NaN where one is NaN.
     *
     * @return a value for each column
     * @throws IllegalArgumentException if there are columns, but no rows: {@code the maximum of a 0x3 matrix is not
     *     defined}
     */
    public double[] columnMaxima() {
        requireValues("maximum", columns, rows);
        return Reductions.columnMaxima(columns, values);
    }

    /**
     * Returns the largest absolute value; NaN if one is NaN. Of no values, it is zero.
     *
     * @return the largest magnitude
     */
    public double maxAbs() {
        return Reductions.maxAbs(values, 0, values.length);
    }

    /**
     * Returns the largest absolute value of each row; NaN where one is NaN. Where there are no columns, it is zero.
     *
     * @return a value for each row
     */
    public double[] rowMaxAbs() {
        return Reductions.rowMaxAbs(rows, columns, values);
    }

    /**
     * Returns the largest absolute value of each column; NaN where one is NaN. Where there are no rows, it is zero.
     *
     * @return a value for each column
     */
    public double[] columnMaxAbs() {
        return Reductions.columnMaxAbs(columns, values);
    }

    /**
     * Returns where the largest value is: its index in {@link #toArray()}. Of equal ones it is the first; if one is
     * NaN, that of the first NaN, as NumPy does.
     *
     * @return row * columns + column
     * @throws IllegalArgumentException if there are no values: {@code the argmax of a 0x3 matrix is not defined}
     */
    public int argmax() {
        requireValues("argmax", 1, values.length);
        return Reductions.argmax(values, 0, values.length);
    }

    /**
     * Returns where the largest value of each row is, as {@link #argmax()} chooses.
     *
     * @return a column for each row
     * @throws IllegalArgumentException if there are rows, but no columns: {@code the argmax of a 2x0 matrix is not
     *     defined}
     */
    public int[] rowArgmax() {
        requireValues("argmax", rows, columns);
        return Reductions.rowArgmax(rows, columns, values);
    }

    /**
     * Returns where the largest value of each column is, as {@link #argmax()} chooses.
     *
     * @return a row for each column
     * @throws IllegalArgumentException if there are columns, but no rows: {@code the argmax of a 0x3 matrix is not
     *     defined}
     */
    public int[] columnArgmax() {
        requireValues("argmax", columns, rows);
        return Reductions.columnArgmax(rows, columns, values);
    }

    /**
     * Returns where the smallest value is: its index in {@link #toArray()}. Of equal ones it is the first; if one is
     * NaN, that of the first NaN, as NumPy does.
     *
     * @return row * columns + column
     * @throws IllegalArgumentException if there are no values: {@code the argmin of a 0x3 matrix is not defined}
     */
    public int argmin() {
        requireValues("argmin", 1, values.length);
        return Reductions.argmin(values, 0, values.length);
    }

    /**
     * Returns where the smallest value of each row is, as {@link #argmin()} chooses.
     *
     * @return a column for each row
     * @throws IllegalArgumentException if there are rows, but no columns: {@code the argmin of a 2x0 matrix is not
     *     defined}
     */
    public int[] rowArgmin() {
        requireValues("argmin", rows, columns);
        return Reductions.rowArgmin(rows, columns, values);
    }

    /**
     * Returns where the smallest value of each column is, as {@link #argmin()} chooses.
     *
     * @return a row for each column
     * @throws IllegalArgumentException if there are columns, but no rows: {@code the argmin of a 0x3 matrix is not
     *     defined}
     */
    public int[] columnArgmin() {
        requireValues("argmin", columns, rows);
        return Reductions.columnArgmin(rows, columns, values);
    }

    /**
     * Returns the Frobenius norm: the square root of the sum of the squares of all values.
     *
     * <p>It neither overflows nor underflows unless the norm itself does. A NaN among the values gives NaN, otherwise
     * an infinity gives infinity. It is that of {@link Vectors#norm(double[])}.
     *
     * @return the norm
     */
    public double norm() {
        return Vectors.norm(values);
    }

    /**
     * Returns the 1-norm: the largest sum of the magnitudes of a column. Of no values, it is zero; a NaN gives NaN. The
     * relative error is at most (13 + log₂ rows)·2<sup>-53</sup>.
     *
     * @return the norm
     */
    public double norm1() {
        double[] sums = Reductions.columnSums(rows, columns, values, true);
        return Reductions.maxAbs(sums, 0, columns);
    }

    /**
     * Returns the 2-norm: the largest singular value. Of no values, it is zero.
     *
     * @return the norm
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if the norm is too large for a double
     */
    public double norm2() {
        return values.length == 0 ? 0.0 : singularValues()[0];
    }

    /**
     * Returns the ∞-norm: the largest sum of the magnitudes of a row. Of no values, it is zero; a NaN gives NaN. The
     * relative error is at most (13 + log₂ columns)·2<sup>-53</sup>.
     *
     * @return the norm
     */
    public double normInf() {
        double[] sums = Reductions.rowSums(rows, columns, values, true);
        return Reductions.maxAbs(sums, 0, rows);
    }

    /**
     * Returns whether each value of this matrix is close to the one of another, as NumPy's {@code allclose} does:
     * {@code |a - b| <= absolute + relative * |b|}.
     *
     * <p>Equal infinities are close to each other, a NaN is close to nothing. The comparison is not symmetric:
     * {@code b} is the reference.
     *
     * @param b a matrix of the same shape
     * @param relative the tolerance in units of the magnitude of each value of {@code b}, such as 1e-9
     * @param absolute the tolerance that is added to it
     * @return whether all values are close
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 is close 3x2}; if a
     *     tolerance is negative or NaN: {@code relative must be at least 0, but is -1.0}
     */
    public boolean isClose(Matrix b, double relative, double absolute) {
        requireSameShape("is close", b);
        requireTolerance("relative", relative);
        requireTolerance("absolute", absolute);
        for (int i = 0; i < values.length; i++) {
            double difference = Math.abs(values[i] - b.values[i]);
            boolean isClose = Double.isInfinite(b.values[i])
                    ? values[i] == b.values[i]
                    : difference <= absolute + relative * Math.abs(b.values[i]);
            if (!isClose) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether this matrix is square and equal to its transpose. One with a NaN is not.
     *
     * @return whether it is symmetric
     */
    public boolean isSymmetric() {
        return isSymmetric(0.0);
    }

    /**
     * Returns whether this matrix is square, and values on both sides of the diagonal differ by no more than a
     * tolerance. Equal infinities do not differ. A matrix with a NaN is not symmetric.
     *
     * @param tolerance the largest difference, an absolute one
     * @return whether it is symmetric
     * @throws IllegalArgumentException if the tolerance is negative or NaN: {@code tolerance must be at least 0, but is
     *     -1.0}
     */
    public boolean isSymmetric(double tolerance) {
        requireTolerance("tolerance", tolerance);
        if (rows != columns) {
            return false;
        }
        final int block = 16;
        // By blocks that the cache holds, since mirror images are walked across the rows.
        for (int top = 0, bottom; top < rows; top = bottom) {
            bottom = top + Math.min(block, rows - top);
            for (int left = 0, right; left < bottom; left = right) {
                right = left + Math.min(block, columns - left);
                for (int i = top; i < bottom; i++) {
                    for (int j = left; j < right && j <= i; j++) {
                        double below = values[i * columns + j];
                        double above = values[j * columns + i];
                        if (below != above && !(Math.abs(below - above) <= tolerance)) {
                            return false;
                        }
                    }
                }
            }
        }
        return true;
    }

    /**
     * Returns the solution x of {@code this * x = b}, for each column of {@code b}.
     *
     * <p>Computed by LU factorization with partial pivoting. x solves a system whose matrix differs from this one by a
     * small multiple of n·ε times its norm: where {@link Lu#rcond()} is r, about log₁₀(1/r) of the 16 digits are lost.
     *
     * <p>Rounding hides that a matrix is singular: {@code [[1,2,3],[4,5,6],[7,8,9]]} is, but its last pivot is about
     * 1e-16 instead of zero, and x has not a correct digit. {@code lu().rcond()} tells, and
     * {@link #leastSquares(Matrix)} solves such systems.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if this matrix is not square, which {@link #leastSquares(Matrix)} does not ask
     *     for: {@code matrix is not square: 2x3; leastSquares takes a matrix of any shape}; if {@code b} has another
     *     number of rows: {@code matrix shapes do not agree: 2x2 solve 3x1}; if a value is not finite
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        Objects.requireNonNull(b, "b");
        double[] x = solveSmall(b.rows, b.columns, b.values);
        return new Matrix(b.rows, b.columns, x != null ? x : solve(b.rows, b.columns, b.own().values));
    }

    /**
     * Returns the solution x of {@code this * x = b}, as {@link #solve(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solve(Matrix)} does
     * @throws SingularMatrixException if a pivot is zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solve(double[] b) {
        Objects.requireNonNull(b, "b");
        double[] x = solveSmall(b.length, 1, b);
        return x != null ? x : solve(b.length, 1, b.clone());
    }

    private double @Nullable [] solveSmall(int bRows, int bColumns, double[] b) {
        return rows == bRows && SmallMatrix.isSquare(rows, columns)
                ? SmallMatrix.solve(rows, values, bColumns, b)
                : null;
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        prepare();
        double[] x = new double[b.length];
        Natives.solve(isShared, rows, columns, values, bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the solution x of {@code x * this = b}, for each row of {@code b}: {@code b * inverse()} without the
     * inverse, with the accuracy of {@link #solve(Matrix)}.
     *
     * @param b the left-hand sides, as rows
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if this matrix is not square; if {@code b} has another number of columns:
     *     {@code matrix shapes do not agree: 3x1 solve right 2x2}; if a value is not finite
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveRight(Matrix b) {
        Objects.requireNonNull(b, "b");
        requireSquare();
        if (columns != b.columns) {
            throw disagree(b.shape(), "solve right", shape());
        }
        // What is not finite is named by its position here, not by that in the transposes.
        requireFinite("matrix");
        b.requireFinite("b");
        return transpose().solve(b.transpose()).transpose();
    }

    void requireSquare() {
        if (rows != columns) {
            throw new IllegalArgumentException("matrix is not square: " + shape());
        }
    }

    /** A triangle of a matrix, with which a system of equations is solved: the values outside of it count as zeros. */
    public enum Triangle {
        /** Those on and below the diagonal. */
        LOWER,
        /** Those on and above the diagonal. */
        UPPER,
        /** Those below the diagonal, with ones on it. */
        UNIT_LOWER,
        /** Those above the diagonal, with ones on it. */
        UNIT_UPPER;

        boolean isUpper() {
            return this == UPPER || this == UNIT_UPPER;
        }

        boolean isUnit() {
            return this == UNIT_LOWER || this == UNIT_UPPER;
        }
    }

    /**
     * Returns the solution x of {@code t * x = b}, where t is a triangle of this matrix, for each column of {@code b},
     * by substitution.
     *
     * <p>x solves a system each of whose values differs from that of t by at most a small multiple of n·ε times itself.
     *
     * @param triangle which
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if this matrix is not square; if {@code b} has another number of rows:
     *     {@code matrix shapes do not agree: 2x2 solve 3x1}; if a value is not finite, one that does not count too
     * @throws SingularMatrixException if the diagonal of the triangle has a zero: {@code matrix is singular: pivot 1 is
     *     zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveTriangular(Triangle triangle, Matrix b) {
        return solveTriangular(triangle, false, b);
    }

    /**
     * Returns the solution x of {@code t * x = b}, as {@link #solveTriangular(Triangle, Matrix)} does.
     *
     * @param triangle which
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solveTriangular(Triangle, Matrix)} does
     * @throws SingularMatrixException if the diagonal of the triangle has a zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solveTriangular(Triangle triangle, double[] b) {
        return solveTriangular(triangle, false, b);
    }

    /**
     * Returns the solution x of {@code t.transpose() * x = b}, where t is a triangle of this matrix, as
     * {@link #solveTriangular(Triangle, Matrix)} does.
     *
     * @param triangle which, before it is transposed
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException as {@link #solveTriangular(Triangle, Matrix)} does
     * @throws SingularMatrixException if the diagonal of the triangle has a zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solveTriangularTranspose(Triangle triangle, Matrix b) {
        return solveTriangular(triangle, true, b);
    }

    /**
     * Returns the solution x of {@code t.transpose() * x = b}, where t is a triangle of this matrix, as
     * {@link #solveTriangular(Triangle, Matrix)} does.
     *
     * @param triangle which, before it is transposed
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #solveTriangular(Triangle, Matrix)} does
     * @throws SingularMatrixException if the diagonal of the triangle has a zero
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] solveTriangularTranspose(Triangle triangle, double[] b) {
        return solveTriangular(triangle, true, b);
    }

    private Matrix solveTriangular(Triangle triangle, boolean isTransposed, Matrix b) {
        Objects.requireNonNull(triangle, "triangle");
        Objects.requireNonNull(b, "b");
        return new Matrix(
                b.rows, b.columns, solveTriangular(triangle, isTransposed, b.rows, b.columns, b.own().values));
    }

    private double[] solveTriangular(Triangle triangle, boolean isTransposed, double[] b) {
        Objects.requireNonNull(triangle, "triangle");
        Objects.requireNonNull(b, "b");
        return solveTriangular(triangle, isTransposed, b.length, 1, b.clone());
    }

    private double[] solveTriangular(Triangle triangle, boolean isTransposed, int bRows, int bColumns, double[] b) {
        double[] small = rows == bRows && SmallMatrix.isSquare(rows, columns)
                ? SmallMatrix.solveTriangular(
                        rows, values, triangle.isUpper(), triangle.isUnit(), isTransposed, bColumns, b)
                : null;
        if (small != null) {
            return small;
        }
        prepare();
        double[] x = new double[b.length];
        Natives.triangularSolve(
                isShared,
                rows,
                columns,
                values,
                triangle.isUpper(),
                triangle.isUnit(),
                isTransposed,
                bRows,
                bColumns,
                b,
                x);
        return x;
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, for each column of {@code b}; where
     * there are many, the shortest, as NumPy's {@code lstsq} does.
     *
     * <p>Takes a matrix of any shape and rank. Singular values of at most max(rows, columns)·ε times the largest count
     * as zero.
     *
     * @param b the right-hand sides
     * @return the solutions, with as many rows as this matrix has columns
     * @throws IllegalArgumentException if {@code b} has another number of rows: {@code matrix shapes do not agree: 3x2
     *     least squares 2x1}; if a value is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix leastSquares(Matrix b) {
        Objects.requireNonNull(b, "b");
        return leastSquares(b, tolerance());
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, for each column of {@code b}; where
     * there are many, the shortest, as NumPy's {@code lstsq} does with this {@code rcond}. {@link LeastSquares} has the
     * residuals, the rank and the singular values as well.
     *
     * @param b the right-hand sides
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the solutions, with as many rows as this matrix has columns
     * @throws IllegalArgumentException as {@link #leastSquares(Matrix)} does; if the tolerance is negative or NaN:
     *     {@code tolerance must be at least 0, but is -1.0}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix leastSquares(Matrix b, double tolerance) {
        Objects.requireNonNull(b, "b");
        return new Matrix(columns, b.columns, leastSquares(b.rows, b.columns, b.own().values, tolerance));
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, as {@link #leastSquares(Matrix)} does.
     *
     * @param b a value for each row
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #leastSquares(Matrix)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] leastSquares(double[] b) {
        Objects.requireNonNull(b, "b");
        return leastSquares(b, tolerance());
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, as {@link #leastSquares(Matrix,
     * double)} does.
     *
     * @param b a value for each row
     * @param tolerance singular values of at most this times the largest count as zero
     * @return a value for each column
     * @throws IllegalArgumentException as {@link #leastSquares(Matrix, double)} does
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public double[] leastSquares(double[] b, double tolerance) {
        Objects.requireNonNull(b, "b");
        return leastSquares(b.length, 1, b.clone(), tolerance);
    }

    private double[] leastSquares(int bRows, int bColumns, double[] b, double tolerance) {
        prepare();
        double[] x = room(bRows == rows, columns, bColumns);
        Natives.leastSquares(isShared, rows, columns, values, bRows, bColumns, b, tolerance, x);
        return x;
    }

    /** Fits the right-hand sides, which are the caller's own: see {@link LeastSquares}. */
    LeastSquares fit(int bRows, int bColumns, double[] b, double tolerance) {
        prepare();
        boolean agreed = bRows == rows;
        double[] x = room(agreed, columns, bColumns);
        double[] residuals = new double[b.length];
        double[] singularValues = new double[Math.min(rows, columns)];
        int rank = Natives.leastSquaresFit(
                isShared, rows, columns, values, bRows, bColumns, b, tolerance, x, residuals, singularValues);
        return new LeastSquares(
                new Matrix(columns, bColumns, x), rank, new Matrix(rows, bColumns, residuals), singularValues);
    }

    /** Returns the tolerance of {@link #leastSquares(Matrix)} and others that take none. */
    double tolerance() {
        return tolerance(rows, columns);
    }

    /** Returns the tolerance for a matrix of this shape. */
    static double tolerance(int rows, int columns) {
        return Math.max(rows, columns) * Math.ulp(1.0);
    }

    /**
     * Returns the inverse. To solve a system, {@link #solve(Matrix)} is faster and more accurate.
     *
     * <p>Rounding hides that a matrix is singular: {@code [[1,2,3],[4,5,6],[7,8,9]]} is, but the inverse that is
     * returned has values of about 1e16, of which no digit is correct. {@code lu().rcond()} tells: it is below 1e-16
     * there, and {@link Lu#rcond()} says what that means. {@link #pseudoInverse()} has no such trouble.
     *
     * @return the inverse
     * @throws IllegalArgumentException if this matrix is not square: {@code matrix is not square: 2x3; pseudoInverse
     *     takes a matrix of any shape}; if a value is not finite
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix inverse() {
        double[] inverse = SmallMatrix.isSquare(rows, columns) ? SmallMatrix.inverse(rows, values) : null;
        if (inverse != null) {
            return new Matrix(rows, columns, inverse);
        }
        prepare();
        inverse = new double[values.length];
        Natives.inverse(isShared, rows, columns, values, inverse);
        return new Matrix(rows, columns, inverse);
    }

    /**
     * Returns the Moore-Penrose inverse, of a matrix of any shape and rank.
     *
     * <p>Singular values of at most max(rows, columns)·ε times the largest count as zero: the inverse of a matrix of
     * zeros is one of zeros.
     *
     * @return the inverse, with as many rows as this matrix has columns
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix pseudoInverse() {
        return pseudoInverse(tolerance());
    }

    /**
     * Returns the Moore-Penrose inverse, of a matrix of any shape and rank, as NumPy's {@code pinv} does with this
     * {@code rcond}.
     *
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the inverse, with as many rows as this matrix has columns
     * @throws IllegalArgumentException if a value is not finite; if the tolerance is negative or NaN: {@code tolerance
     *     must be at least 0, but is -1.0}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix pseudoInverse(double tolerance) {
        prepare();
        double[] inverse = new double[values.length];
        Natives.pseudoInverse(isShared, rows, columns, values, tolerance, inverse);
        return new Matrix(columns, rows, inverse);
    }

    /**
     * Returns the determinant: zero for a matrix that is found singular, one for the empty one.
     *
     * <p>It is computed by LU factorization with partial pivoting, or as a sum of products where those are few and not
     * more than 7 of its 53 bits can cancel out. It overflows to infinity, or underflows to zero, only where its own
     * value does.
     *
     * @return the determinant
     * @throws IllegalArgumentException if this matrix is not square, or a value is not finite
     */
    public double determinant() {
        double determinant = SmallMatrix.isSquare(rows, columns) ? SmallMatrix.determinant(rows, values) : Double.NaN;
        if (!Double.isNaN(determinant)) {
            return determinant;
        }
        prepare();
        return Natives.determinant(isShared, rows, columns, values);
    }

    /**
     * Returns the rank: the number of singular values above max(rows, columns)·ε times the largest, as NumPy's
     * {@code matrix_rank} does. It is 0 for an empty matrix.
     *
     * @return the rank
     * @throws IllegalArgumentException if a value is not finite
     */
    public int rank() {
        return rank(tolerance());
    }

    /**
     * Returns the rank: the number of singular values above a tolerance times the largest, as NumPy's
     * {@code matrix_rank} does with this {@code rtol}.
     *
     * @param tolerance the tolerance, such as 1e-10
     * @return the rank
     * @throws IllegalArgumentException if a value is not finite; if the tolerance is negative or NaN: {@code tolerance
     *     must be at least 0, but is -1.0}
     */
    public int rank(double tolerance) {
        prepare();
        return Natives.rank(isShared, rows, columns, values, tolerance);
    }

    /**
     * Returns an orthonormal basis of the null space, with the tolerance of {@link #rank()}: the vectors x for which
     * {@code this * x} is zero, as SciPy's {@code null_space} does.
     *
     * @return a matrix with a row for each column of this one, and columns that are orthogonal and of length one: as
     *     many as the rank is less than the number of columns
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Matrix nullSpace() {
        return nullSpace(tolerance());
    }

    /**
     * Returns an orthonormal basis of the null space, as {@link #nullSpace()} does, with the rank that
     * {@link #rank(double)} gives.
     *
     * @param tolerance singular values of at most this times the largest count as zero
     * @return a matrix with a row for each column of this one
     * @throws IllegalArgumentException if a value is not finite; if the tolerance is negative or NaN: {@code tolerance
     *     must be at least 0, but is -1.0}
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Matrix nullSpace(double tolerance) {
        requireTolerance("tolerance", tolerance);
        Svd svd = svd();
        int rank = svd.rank(tolerance);
        Matrix v = svd.v();
        if (rows < columns) {
            // The decomposition has no more vectors than rows. Householder's reflections add those orthogonal to them.
            v = hstack(v.submatrix(0, 0, columns, rank), zeros(columns, columns - rank))
                    .qr()
                    .q();
        }
        return v.submatrix(0, rank, columns, columns - rank);
    }

    /**
     * Returns an orthonormal basis of the range, with the tolerance of {@link #rank()}: the vectors {@code this * x},
     * which the columns span, as SciPy's {@code orth} does.
     *
     * @return a matrix with as many rows as this one, and columns that are orthogonal and of length one: as many as the
     *     rank
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Matrix range() {
        return range(tolerance());
    }

    /**
     * Returns an orthonormal basis of the range, as {@link #range()} does, with the rank that {@link #rank(double)}
     * gives.
     *
     * @param tolerance singular values of at most this times the largest count as zero
     * @return a matrix with as many rows as this one
     * @throws IllegalArgumentException if a value is not finite; if the tolerance is negative or NaN: {@code tolerance
     *     must be at least 0, but is -1.0}
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Matrix range(double tolerance) {
        requireTolerance("tolerance", tolerance);
        Svd svd = svd();
        return svd.u().submatrix(0, 0, rows, svd.rank(tolerance));
    }

    /**
     * Returns the condition number in the 2-norm: the ratio of the largest to the smallest singular value.
     *
     * <p>It is infinity where that is more than 1/ε, which is to say that the matrix cannot be told from a singular
     * one.
     *
     * @return at least 1
     * @throws IllegalArgumentException if there are no values: {@code the condition number of a 0x3 matrix is not
     *     defined}; if a value is not finite
     */
    public double conditionNumber() {
        prepare();
        return Natives.conditionNumber(isShared, rows, columns, values);
    }

    /**
     * Returns the LU factorization with partial pivoting. A matrix of any shape has one, and so has a singular one.
     *
     * @return the factors
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a value of the upper factor is too large for a double
     */
    public Lu lu() {
        prepare();
        double[] lu = new double[values.length];
        int[] permutation = new int[rows];
        double norm = Natives.luFactor(isShared, rows, columns, values, lu, permutation);
        return new Lu(rows, columns, lu, permutation, norm);
    }

    /**
     * Returns the Cholesky factorization of the symmetric part of this matrix.
     *
     * <p>Values across the diagonal from each other may differ by √ε, 1.5e-8, times the largest magnitude in the
     * matrix, which is far more than rounding does to a product or an inverse that should be symmetric. Their mean
     * counts, as in {@link #symmetrized()}, which is there for matrices that differ by more.
     *
     * @return the factor
     * @throws IllegalArgumentException if this matrix is not square; if it is not symmetric: {@code matrix is not
     *     symmetric: 3.0 at row 1, column 0, but 2.0 at row 0, column 1, and they may differ by 5.960464477539063E-8,
     *     sqrt(epsilon) times the largest magnitude; symmetrized returns the symmetric part}; if a value is not finite
     * @throws NotPositiveDefiniteException if a pivot is not positive: {@code matrix is not positive definite: pivot 1
     *     is not positive}
     */
    public Cholesky cholesky() {
        double[] l = SmallMatrix.isSquare(rows, columns) ? SmallMatrix.cholesky(rows, values) : null;
        if (l != null) {
            return new Cholesky(new Matrix(rows, columns, l));
        }
        prepare();
        l = new double[values.length];
        Natives.choleskyFactor(isShared, rows, columns, values, l);
        return new Cholesky(new Matrix(rows, columns, l));
    }

    /**
     * Returns the factorization of the symmetric part of this matrix, which may be indefinite, into triangles and a
     * block diagonal, with the pivots of Bunch and Kaufman (1977), as LAPACK's {@code dsytrf} does.
     *
     * <p>Values across the diagonal from each other may differ as {@link #cholesky()} says; their mean counts. A
     * singular matrix has factors, too.
     *
     * @return the factors
     * @throws IllegalArgumentException if this matrix is not square; if it is not symmetric, with the message of
     *     {@link #cholesky()}; if a value is not finite
     * @throws ArithmeticException if a value of a factor is too large for a double
     */
    public Ldl ldl() {
        prepare();
        double[] ldl = new double[values.length];
        int[] permutation = new int[rows];
        Natives.ldlFactor(isShared, rows, columns, values, ldl, permutation);
        return new Ldl(rows, ldl, permutation);
    }

    /**
     * Returns the QR factorization, by Householder reflections. A matrix of any shape has one.
     *
     * @return the factors
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a value of the triangular factor is too large for a double
     */
    public Qr qr() {
        prepare();
        double[] qr = new double[values.length];
        double[] tau = new double[Math.min(rows, columns)];
        Natives.qrFactor(isShared, rows, columns, values, qr, tau);
        return new Qr(rows, columns, qr, tau);
    }

    /**
     * Returns the triangle R of the QR factorization alone, which takes less time and memory than {@link #qr()} where
     * there are more rows than columns. It has the bits that {@link Qr#r()} has.
     *
     * @return a matrix with min(rows, columns) rows and the columns of this one, zero below its diagonal
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a value of the triangular factor is too large for a double
     */
    public Matrix qrTriangle() {
        prepare();
        double[] r = new double[Math.min(rows, columns) * columns];
        Natives.qrTriangle(isShared, rows, columns, values, r);
        return new Matrix(Math.min(rows, columns), columns, r);
    }

    /**
     * Returns the QR factorization with column pivoting: each step takes the column of which most is left, so that the
     * diagonal of the upper factor descends in magnitude and shows the rank. A matrix of any shape has one.
     *
     * <p>It shows the rank of all matrices but contrived ones, in much less time than {@link #svd()}, which has the
     * last word.
     *
     * @return the factors
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a value of the triangular factor is too large for a double
     */
    public PivotedQr pivotedQr() {
        prepare();
        double[] qr = new double[values.length];
        double[] tau = new double[Math.min(rows, columns)];
        int[] permutation = new int[columns];
        Natives.pivotedQrFactor(isShared, rows, columns, values, qr, tau, permutation);
        return new PivotedQr(new Qr(rows, columns, qr, tau), permutation);
    }

    /**
     * Returns the thin singular value decomposition. A matrix of any shape has one.
     *
     * <p>The parts are exact for a matrix that differs from this one by a small multiple of max(rows, columns)·ε times
     * its norm.
     *
     * @return the parts
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Svd svd() {
        int count = Math.min(rows, columns);
        double[] u = new double[rows * count];
        double[] singularValues = new double[count];
        double[] v = new double[columns * count];
        if (!SmallMatrix.isSmall(rows, columns) || !SmallSvd.decompose(rows, columns, values, u, singularValues, v)) {
            prepare();
            Natives.svd(isShared, rows, columns, values, u, singularValues, v);
        }
        return new Svd(new Matrix(rows, count, u), singularValues, new Matrix(columns, count, v));
    }

    /**
     * Returns the eigenvalues and eigenvectors of this matrix, which has to be symmetric.
     *
     * <p>Values across the diagonal from each other may differ as {@link #cholesky()} says; their mean counts. The
     * result is exact for a matrix that differs from the {@linkplain #symmetrized() symmetric part} of this one by a
     * small multiple of n·ε times its norm.
     *
     * @return the values and the vectors
     * @throws IllegalArgumentException if this matrix is not square; if it is not symmetric, with the message of
     *     {@link #cholesky()}; if a value is not finite
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigen() {
        double[] eigenvalues = new double[rows];
        double[] vectors = new double[values.length];
        if (!SmallEigen.isSmall(rows, columns) || !SmallEigen.decompose(rows, values, eigenvalues, vectors)) {
            prepare();
            Natives.symmetricEigen(isShared, rows, columns, values, eigenvalues, vectors);
        }
        return new SymmetricEigen(eigenvalues, new Matrix(rows, columns, vectors));
    }

    /**
     * Returns the largest eigenvalues of this matrix, which has to be symmetric, and their eigenvectors.
     *
     * <p>Of a large matrix a few take much less time than all of {@link #symmetricEigen()}: a product with a vector for
     * each step of the Lanczos method. An eigenvalue that there is more than once is found as many times. Each value
     * with its vector is exact for a matrix that differs from this one by at most 16·ε times its 1-norm, which was made
     * sure; where the method does not get there, or k is not small, all are computed.
     *
     * <p>The method needs few steps where the values asked for are far apart in comparison with the range of all, as
     * the largest of a kernel or of data with a few strong factors are. Where they lie close to each other, as those of
     * a random matrix or of a Laplacian do, it is given up after n/4 products, and the call takes about twice as long
     * as {@link #symmetricEigen()}.
     *
     * <p>The products read one half of the matrix, which is copied to native memory for that: 4·n² bytes.
     *
     * @param k how many
     * @return k values in ascending order, and a column for each
     * @throws IllegalArgumentException if this matrix is not square; if there are not so many: {@code k must be from 0
     *     to 4, but is 5}; if it is not symmetric, with the message of {@link #cholesky()}; if a value is not finite
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigenLargest(int k) {
        return Lanczos.eigen(this, k, Lanczos.Part.LARGEST, 0.0).eigen();
    }

    /**
     * Returns the smallest eigenvalues of this matrix, which has to be symmetric, and their eigenvectors: the most
     * negative ones first. {@link #symmetricEigenLargest(int)} says how. Where they lie close together in comparison
     * with the largest, {@link #symmetricEigenNearest(int, double)} finds them sooner.
     *
     * @param k how many
     * @return k values in ascending order, and a column for each
     * @throws IllegalArgumentException as {@link #symmetricEigenLargest(int)} does
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigenSmallest(int k) {
        return Lanczos.eigen(this, k, Lanczos.Part.SMALLEST, 0.0).eigen();
    }

    /**
     * Returns the eigenvalues nearest to a number of this matrix, which has to be symmetric, and their eigenvectors. It
     * is {@link #symmetricEigenLargest(int)} of the inverse of {@code this - sigma}, through {@link #ldl()}.
     *
     * @param k how many
     * @param sigma the number
     * @return k values in ascending order, and a column for each
     * @throws IllegalArgumentException as {@link #symmetricEigenLargest(int)} does; if the number is not finite:
     *     {@code sigma must be finite, but is NaN}
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigenNearest(int k, double sigma) {
        return Lanczos.eigen(this, k, Lanczos.Part.NEAREST, sigma).eigen();
    }

    /**
     * Returns the largest singular values with their vectors.
     *
     * <p>Of a large matrix a few take much less time than all of {@link #svd()}: two products with a vector for each
     * step of Lanczos bidiagonalization. A value that there is more than once is found as many times. Each value with
     * its vectors is exact for a matrix that differs from this one by a small multiple of ε times its norm, which was
     * made sure; where the method does not get there, or k is not small, all are computed. For which values it does not
     * get there, {@link #symmetricEigenLargest(int)} says: then the call takes two or three times as long as
     * {@link #svd()}.
     *
     * @param k how many
     * @return k values in descending order, and two columns for each
     * @throws IllegalArgumentException if there are not so many: {@code k must be from 0 to 4, but is 5}; if a value is
     *     not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public Svd svd(int k) {
        return GolubKahanLanczos.svd(this, k).svd();
    }

    /**
     * Returns the generalized eigenvalues and eigenvectors of this matrix, which has to be symmetric, with another one,
     * which has to be positive definite: the numbers and vectors with {@code this * x = lambda * b * x}, as SciPy's
     * {@code eigh(a, b)} and LAPACK's {@code dsygvd} do.
     *
     * <p>With the vectors as the columns of x, {@code x.transpose() * b * x} is the identity, and {@code x.transpose()
     * * this * x} has the values on its diagonal. Values across the diagonal from each other may differ as
     * {@link #cholesky()} says, in either matrix; their mean counts. Rounding moves a value by a small multiple of n·ε
     * times the norm of this matrix and that of the inverse of {@code b}: where {@code b} is nearly singular, small
     * values may have no correct digit.
     *
     * <pre>{@code
     * SymmetricEigen modes = stiffness.symmetricEigen(mass); // values() are the squares of the frequencies
     * }</pre>
     *
     * @param b the positive definite matrix
     * @return the values and the vectors
     * @throws IllegalArgumentException if this matrix is not square; if {@code b} has another shape: {@code matrix
     *     shapes do not agree: 2x2 symmetric eigen 3x3}; if one of the two is not symmetric, with the message of
     *     {@link #cholesky()}, or has a value that is not finite: the messages about the second begin with {@code b}
     *     where those about the first begin with {@code matrix}
     * @throws NotPositiveDefiniteException if a pivot of {@code b} is not positive: {@code b is not positive definite:
     *     pivot 1 is not positive}
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigen(Matrix b) {
        Objects.requireNonNull(b, "b");
        requireSquare();
        requireSameShape("symmetric eigen", b);
        return SymmetricPencil.eigen(this, b);
    }

    /**
     * Returns the eigenvalues and eigenvectors of this matrix, which has to be square.
     *
     * <p>Each value with its vector is exact for a matrix that differs from this one by a small multiple of n·ε times
     * its norm. A matrix that lacks eigenvectors gives some that are parallel up to rounding.
     *
     * @return the values and the vectors
     * @throws IllegalArgumentException if this matrix is not square; if a value is not finite
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public Eigen eigen() {
        double[] real = new double[rows];
        double[] imaginary = new double[rows];
        double[] vectors = new double[values.length];
        if (!SmallGeneralEigen.isSmall(rows, columns)
                || !SmallGeneralEigen.decompose(rows, values, real, imaginary, vectors)) {
            prepare();
            Natives.eigen(isShared, rows, columns, values, real, imaginary, vectors);
        }
        return new Eigen(real, imaginary, new Matrix(rows, columns, vectors));
    }

    /**
     * Returns the real Schur form of this matrix, which has to be square, as LAPACK's {@code dgees} does without an
     * order of the eigenvalues: that of an orthogonal transformation to a triangle, but for blocks of two rows and
     * columns.
     *
     * <p>The factors are exact for a matrix that differs from this one by a small multiple of n·ε times its norm. Every
     * matrix has such a form, also one that lacks eigenvectors.
     *
     * @return the factors
     * @throws IllegalArgumentException if this matrix is not square; if a value is not finite
     * @throws ArithmeticException if a value of the form is too large for a double
     */
    public Schur schur() {
        prepare();
        double[] q = new double[values.length];
        double[] t = new double[values.length];
        Natives.schur(isShared, rows, columns, values, q, t);
        return new Schur(new Matrix(rows, columns, q), new Matrix(rows, columns, t));
    }

    /**
     * Returns the Hessenberg form of this matrix, which has to be square, as LAPACK's {@code dgehrd} and {@code dorghr}
     * do: that of an orthogonal transformation to a triangle with one more diagonal below.
     *
     * <p>The factors are exact for a matrix that differs from this one by a small multiple of n·ε times its norm.
     *
     * @return the factors
     * @throws IllegalArgumentException if this matrix is not square; if a value is not finite
     * @throws ArithmeticException if a value of the form is too large for a double
     */
    public Hessenberg hessenberg() {
        prepare();
        double[] q = new double[values.length];
        double[] h = new double[values.length];
        Natives.hessenberg(isShared, rows, columns, values, q, h);
        return new Hessenberg(new Matrix(rows, columns, q), new Matrix(rows, columns, h));
    }

    /**
     * Returns the singular values alone, which takes no more time than {@link #svd()}, and of a large matrix much less.
     * The last digits may differ from those of its values.
     *
     * @return min(rows, columns) values in descending order, none negative
     * @throws IllegalArgumentException if a value is not finite
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public double[] singularValues() {
        if (SmallMatrix.isSmall(rows, columns)) {
            return svd().singularValues();
        }
        prepare();
        double[] singularValues = new double[Math.min(rows, columns)];
        Natives.singularValues(isShared, rows, columns, values, singularValues);
        return singularValues;
    }

    /**
     * Returns the eigenvalues of this matrix, which has to be symmetric, alone. That takes less time than
     * {@link #symmetricEigen()}, which says what counts as symmetric. The last digits may differ from those of its
     * values.
     *
     * @return a value for each row, in ascending order
     * @throws IllegalArgumentException as {@link #symmetricEigen()} does
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public double[] symmetricEigenvalues() {
        double[] eigenvalues = new double[rows];
        if (!SmallEigen.isSmall(rows, columns) || !SmallEigen.values(rows, values, eigenvalues)) {
            prepare();
            Natives.symmetricEigenvalues(isShared, rows, columns, values, eigenvalues);
        }
        return eigenvalues;
    }

    /**
     * Returns the eigenvalues of this matrix, which has to be square, alone. That takes less time than
     * {@link #eigen()}. The order may be another than there, and so may the last digits.
     *
     * @return a row for each eigenvalue: its real and its imaginary part. Complex ones come as pairs of conjugates in
     *     rows next to each other, the positive imaginary part first
     * @throws IllegalArgumentException if this matrix is not square; if a value is not finite
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public Matrix eigenvalues() {
        double[] real = new double[rows];
        double[] imaginary = new double[rows];
        if (!SmallGeneralEigen.isSmall(rows, columns) || !SmallGeneralEigen.values(rows, values, real, imaginary)) {
            prepare();
            Natives.eigenvalues(isShared, rows, columns, values, real, imaginary);
        }
        return generate(rows, 2, (i, j) -> j == 0 ? real[i] : imaginary[i]);
    }

    /**
     * Returns the matrix in a file of NumPy's format {@code .npy}: an array of two dimensions, of any integer or
     * floating-point type from 8 to 64 bits or of truth values, in either byte order, in C or Fortran order. An integer
     * that no double is exactly is refused.
     *
     * @param file the file
     * @return the matrix
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, is not as long as its header says, or has
     *     more values than an int counts or one that cannot be converted, which is named with its index; the message
     *     has the file's name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static Matrix readNpy(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        int[] shape = new int[2];
        double[] values = Natives.readNpy(LocalFile.path(file), shape);
        return new Matrix(shape[0], shape[1], values);
    }

    /**
     * Writes this matrix to a file in NumPy's format {@code .npy}, as float64 in C order. A file that is there already
     * is replaced as a whole: it is never seen half written.
     *
     * @param file the file
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public void writeNpy(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        prepare();
        Natives.writeNpy(LocalFile.path(file), rows, columns, values);
    }

    /**
     * Returns the matrix in a file of comma-separated values without a header, as {@link #readCsv(Path, char, int)}
     * does.
     *
     * @param file the file
     * @return the matrix
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, or holds something else
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static Matrix readCsv(Path file) throws IOException {
        return readCsv(file, ',', 0);
    }

    /**
     * Returns the matrix in a text file: a line for each row, with a delimiter between its numbers. Without any line it
     * is a 0x0 matrix.
     *
     * <p>A number is written as {@code -12.5e-3}, without a sign, a point or an exponent if need be, or it is
     * {@code nan}, {@code inf} or {@code infinity} in upper or lower case; it is rounded to the nearest double. Spaces
     * and tabs around it are skipped, quotes are not known. Lines end with a line feed, after a carriage return or not,
     * and the last one may do without. The file is one of UTF-8 or ASCII; nothing is asked of lines that are skipped.
     *
     * @param file the file
     * @param delimiter the character between numbers: a tab, a space or an ASCII punctuation mark other than {@code + -
     *     . "}
     * @param skippedLines how many lines to skip at the beginning, such as 1 for a header
     * @return the matrix
     * @throws IllegalArgumentException if the delimiter is another, or the number of lines negative
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read; if a field is empty, is not a number or is too large for a
     *     double, or a row is not as long as the first: {@code cannot use /a.csv: line 2, column 3: "x" is not a
     *     number}; if there are more numbers than an int counts
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static Matrix readCsv(Path file, char delimiter, int skippedLines) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        int[] shape = new int[2];
        double[] values = Natives.readCsv(LocalFile.path(file), delimiter, skippedLines, shape);
        return new Matrix(shape[0], shape[1], values);
    }

    /**
     * Writes this matrix to a file of comma-separated values, as {@link #writeCsv(Path, char)} does.
     *
     * @param file the file
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public void writeCsv(Path file) throws IOException {
        writeCsv(file, ',');
    }

    /**
     * Writes this matrix to a text file: a line for each row, with a delimiter between its numbers and a line feed at
     * its end. {@link #readCsv(Path, char, int)} gives the same bits back; only a NaN may come back as another NaN. A
     * matrix without values gives a file without lines. A file that is there already is replaced as a whole: it is
     * never seen half written.
     *
     * @param file the file
     * @param delimiter the character between numbers, as for {@link #readCsv(Path, char, int)}
     * @throws IllegalArgumentException if the delimiter is another
     * @throws NoSuchFileException if there is no such directory
     * @throws IOException if the file cannot be written; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public void writeCsv(Path file, char delimiter) throws IOException {
        Objects.requireNonNull(file, "file");
        prepare();
        Natives.writeCsv(LocalFile.path(file), delimiter, rows, columns, values);
    }

    /**
     * Returns whether an object is a matrix of the same shape with the same values, in the sense of
     * {@link Double#equals(Object)}: a NaN equals a NaN, and 0.0 does not equal -0.0.
     */
    @Override
    public boolean equals(Object object) {
        return object instanceof Matrix other
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
        return toString(rows, columns, (i, j) -> Double.toString(values[i * columns + j]));
    }

    /** Writes a value of a matrix. */
    @FunctionalInterface
    interface Cell {
        String at(int row, int column);
    }

    /** Returns the shape and, line by line, the values that {@code cell} writes. */
    static String toString(int rows, int columns, Cell cell) {
        StringBuilder text = new StringBuilder(rows + "x" + columns + " matrix");
        int[] shownColumns = shown(columns);
        String[][] cells = Arrays.stream(shown(rows))
                .mapToObj(i -> Arrays.stream(shownColumns)
                        .mapToObj(j -> i < 0 || j < 0 ? "..." : cell.at(i, j))
                        .toArray(String[]::new))
                .toArray(String[][]::new);
        for (String[] row : cells) {
            text.append('\n');
            for (int j = 0; j < row.length; j++) {
                int column = j;
                int width = Arrays.stream(cells)
                        .mapToInt(shown -> shown[column].length())
                        .max()
                        .orElse(0);
                text.append("  ").append(" ".repeat(width - row[j].length())).append(row[j]);
            }
        }
        return text.toString();
    }

    /** Returns which of {@code count} indices to show, with a -1 where some are left out. */
    private static int[] shown(int count) {
        int[] shown = new int[Math.min(count, SHOWN + 1)];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = count <= SHOWN + 1 || i < SHOWN / 2 ? i : i == SHOWN / 2 ? -1 : count - shown.length + i;
        }
        return shown;
    }

    /** Returns the values, which the caller must not modify. */
    double[] values() {
        return values;
    }

    /** Returns this, or a copy where someone else could write to the values between a check and a use of them. */
    Matrix own() {
        return isShared ? new Matrix(rows, columns, values.clone()) : this;
    }

    /** Prepares for a call into Rust. */
    private void prepare() {
        NativeLibrary.load();
        Crossing.lends(values.length);
    }

    String shape() {
        return rows + "x" + columns;
    }

    private void requireSameShape(String operation, Matrix b) {
        Objects.requireNonNull(b, "b");
        if (rows != b.rows || columns != b.columns) {
            throw disagree(shape(), operation, b.shape());
        }
    }

    /** Requires a row to be added to the others, or the like. */
    private void requireRow(String operation, double[] row) {
        Objects.requireNonNull(row, "row");
        if (row.length != columns) {
            throw disagree(shape(), operation + " row", "1x" + row.length);
        }
    }

    /** Requires a column to be added to the others, or the like. */
    private void requireColumn(String operation, double[] column) {
        Objects.requireNonNull(column, "column");
        if (column.length != rows) {
            throw disagree(shape(), operation + " column", column.length + "x1");
        }
    }

    static IllegalArgumentException disagree(String shape, String operation, String otherShape) {
        return new IllegalArgumentException(
                "matrix shapes do not agree: " + shape + " " + operation + " " + otherShape);
    }

    private void requireRow(int row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("no row " + row + " in a " + shape() + " matrix");
        }
    }

    private void requireColumn(int column) {
        if (column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException("no column " + column + " in a " + shape() + " matrix");
        }
    }

    /** Returns what is thrown where a quantity is too large for a double, in Rust's words. */
    static ArithmeticException beyond(String quantity) {
        return new ArithmeticException("the " + quantity + " is beyond " + Double.MAX_VALUE);
    }

    /** Returns this matrix times a power of two, which itself may be too large or small for a double. */
    Matrix timesPowerOfTwo(int exponent) {
        return exponent == 0 ? this : map(x -> Math.scalb(x, exponent));
    }

    /** Returns this result, or throws that the quantity is too large for a double. */
    Matrix requireInRange(String quantity) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw beyond(quantity);
            }
        }
        return this;
    }

    /** Requires values that are finite, as Rust does. */
    void requireFinite() {
        requireFinite("matrix");
    }

    void requireFinite(String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException(name + " has " + (Double.isNaN(values[i]) ? "a NaN" : "an infinity")
                        + " at row " + i / columns + ", column " + i % columns);
            }
        }
    }

    /** Requires a tolerance that something can be within. */
    static void requireTolerance(String name, double tolerance) {
        if (!(tolerance >= 0.0)) {
            throw new IllegalArgumentException(name + " must be at least 0, but is " + tolerance);
        }
    }

    private void requireValues(String quantity, int parts, int valuesOfEach) {
        requireValues(quantity, shape(), parts, valuesOfEach);
    }

    /** Requires a value in each of the parts that something is asked of. */
    static void requireValues(String quantity, String shape, int parts, int valuesOfEach) {
        if (parts > 0 && valuesOfEach == 0) {
            throw new IllegalArgumentException("the " + quantity + " of a " + shape + " matrix is not defined");
        }
    }

    /** Returns room for a result, or none where the shapes do not agree: the core says so. */
    static double[] room(boolean agreed, int rows, int columns) {
        return agreed ? newValues(rows, columns) : new double[0];
    }

    static double[] newValues(long rows, long columns) {
        return new double[size(rows, columns)];
    }

    /** Returns the number of values of a matrix. */
    static int size(long rows, long columns) {
        requireShape(rows, columns);
        long size = rows * columns;
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a " + rows + "x" + columns + " matrix has more than " + Integer.MAX_VALUE + " values");
        }
        return (int) size;
    }

    static void requireSize(int rows, int columns, int size) {
        requireShape(rows, columns);
        if ((long) rows * columns != size) {
            throw new IllegalArgumentException(
                    "a " + rows + "x" + columns + " matrix does not have " + size + " values");
        }
    }

    private static void requireShape(long rows, long columns) {
        if (rows < 0 || columns < 0 || rows > Integer.MAX_VALUE || columns > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a matrix cannot be " + rows + "x" + columns);
        }
    }

    private static boolean fits(int from, int count, int size) {
        return from >= 0 && count >= 0 && from <= size - count;
    }

    void write(Serialized.Output out) throws IOException {
        out.size(rows);
        out.size(columns);
        out.doubles(values);
    }

    static Matrix read(Serialized.Input in) throws IOException {
        int rows = in.size("rows");
        int columns = in.size("columns");
        return new Matrix(rows, columns, in.doubles(rows, columns));
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
