package io.github.rustffi;

import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Pieces;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable dense matrix of doubles.
 *
 * <p>It is an ordinary object over one array in row-major order: nothing to close, and safe to share between threads.
 * No operation modifies its arguments.
 *
 * <pre>{@code
 * Matrix a = Matrix.of(new double[][] {{2, 1}, {1, 3}});
 * double[] x = a.solve(new double[] {3, 5}); // 0.8, 1.4
 * a.times(x);                                // 3, 5
 * }</pre>
 *
 * <p><b>Values.</b> Sums and products follow IEEE 754, NaN and infinity included. Factorizations and everything that
 * solves reject a matrix with a NaN or an infinity with an {@link IllegalArgumentException} that gives the first
 * position: {@code matrix has a NaN at row 1, column 2}.
 *
 * <p><b>Shapes.</b> Shapes that do not suit an operation are an {@link IllegalArgumentException} with both, before any
 * work is done: {@code matrix shapes do not agree: 2x3 times 4x2}. A matrix may have no rows or no columns and then
 * behaves as NumPy's do: an empty sum is zero, an empty product is one.
 *
 * <p><b>Memory.</b> A matrix has at most as many values as an array. A problem for which there is no memory is an
 * {@link OutOfMemoryError}, after which the JVM goes on as before.
 *
 * <p><b>Reproducibility.</b> On the same processor, the same input gives the same bits: whatever {@link Parallelism}
 * says, and however many threads compute at the same time.
 *
 * <p>Every method that computes throws the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()} where the
 * native library cannot be loaded.
 */
public final class Matrix {
    /** Rows and columns that {@link #toString()} shows of a larger matrix, half of them from each end. */
    private static final int SHOWN = 8;

    /** Values up to which a product with a vector is over before a call to Rust would have begun. */
    private static final int SMALL = 400;

    /** The same for one row or two, where as much has to be copied again of the vector. */
    private static final int SMALL_ROW = 640;

    private final int rows;
    private final int columns;
    private final double[] values;

    /** Takes the array over. */
    Matrix(int rows, int columns, double[] values) {
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
        requireShape(rows, columns);
        if ((long) rows * columns != rowMajor.length) {
            throw new IllegalArgumentException(
                    "a " + rows + "x" + columns + " matrix does not have " + rowMajor.length + " values");
        }
        return new Matrix(rows, columns, rowMajor.clone());
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
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("no row " + row + " in a " + shape() + " matrix");
        }
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
        if (column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException("no column " + column + " in a " + shape() + " matrix");
        }
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
     * Returns the sum of this matrix and another.
     *
     * @param b a matrix of the same shape
     * @return the sum
     * @throws IllegalArgumentException if the shapes differ: {@code matrix shapes do not agree: 2x3 plus 3x2}
     */
    public Matrix plus(Matrix b) {
        requireSameShape("plus", b);
        double[] sum = new double[values.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = values[i] + b.values[i];
        }
        return new Matrix(rows, columns, sum);
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
        double[] difference = new double[values.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = values[i] - b.values[i];
        }
        return new Matrix(rows, columns, difference);
    }

    /**
     * Returns this matrix with each value multiplied by a number.
     *
     * @param s the factor
     * @return the product
     */
    public Matrix times(double s) {
        double[] product = new double[values.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = values[i] * s;
        }
        return new Matrix(rows, columns, product);
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
        prepare();
        double[] product = new double[columns];
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
        prepare();
        double[] gram = newValues(columns, columns);
        Natives.gram(rows, columns, values, gram);
        return new Matrix(columns, columns, gram);
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
     * Returns the solution x of {@code this * x = b}, for each column of {@code b}.
     *
     * <p>Computed by LU factorization with partial pivoting. x solves a system whose matrix differs from this one by a
     * small multiple of n·ε times its norm: where {@link Lu#rcond()} is r, about log₁₀(1/r) of the 16 digits are lost.
     *
     * @param b the right-hand sides
     * @return the solutions, of the shape of {@code b}
     * @throws IllegalArgumentException if this matrix is not square: {@code matrix is not square: 2x3}; if {@code b}
     *     has another number of rows: {@code matrix shapes do not agree: 2x2 solve 3x1}; if a value is not finite
     * @throws SingularMatrixException if a pivot is zero: {@code matrix is singular: pivot 1 is zero}
     * @throws ArithmeticException if a value of the result is too large for a double
     */
    public Matrix solve(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new Matrix(b.rows, b.columns, solve(b.rows, b.columns, b.values));
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
        return solve(b.length, 1, b);
    }

    private double[] solve(int bRows, int bColumns, double[] b) {
        double[] x = rows == bRows && SmallMatrix.isSquare(rows, columns)
                ? SmallMatrix.solve(rows, values, bColumns, b)
                : null;
        if (x != null) {
            return x;
        }
        prepare();
        x = new double[b.length];
        Natives.solve(rows, columns, values, bRows, bColumns, b, x);
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
        return new Matrix(columns, b.columns, leastSquares(b.rows, b.columns, b.values));
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
        return leastSquares(b.length, 1, b);
    }

    private double[] leastSquares(int bRows, int bColumns, double[] b) {
        prepare();
        double[] x = room(bRows == rows, columns, bColumns);
        Natives.leastSquares(rows, columns, values, bRows, bColumns, b, x);
        return x;
    }

    /**
     * Returns the inverse. To solve a system, {@link #solve(Matrix)} is faster and more accurate.
     *
     * @return the inverse
     * @throws IllegalArgumentException if this matrix is not square, or a value is not finite
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
        Natives.inverse(rows, columns, values, inverse);
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
        prepare();
        double[] inverse = new double[values.length];
        Natives.pseudoInverse(rows, columns, values, inverse);
        return new Matrix(columns, rows, inverse);
    }

    /**
     * Returns the determinant, by LU factorization with partial pivoting: zero for a matrix that is found singular, one
     * for the empty one.
     *
     * <p>It overflows to infinity, or underflows to zero, only where its own value does.
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
        return Natives.determinant(rows, columns, values);
    }

    /**
     * Returns the rank: the number of singular values above max(rows, columns)·ε times the largest, as NumPy's
     * {@code matrix_rank} does. It is 0 for an empty matrix.
     *
     * @return the rank
     * @throws IllegalArgumentException if a value is not finite
     */
    public int rank() {
        prepare();
        return Natives.rank(rows, columns, values);
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
        return Natives.conditionNumber(rows, columns, values);
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
        double norm = Natives.luFactor(rows, columns, values, lu, permutation);
        return new Lu(rows, columns, lu, permutation, norm);
    }

    /**
     * Returns the Cholesky factorization.
     *
     * <p>Values on both sides of the diagonal may differ by n·ε times the largest magnitude in the matrix, which is
     * what rounding can do.
     *
     * @return the factor
     * @throws IllegalArgumentException if this matrix is not square; if it is not symmetric: {@code matrix is not
     *     symmetric: 2 at row 1, column 0, but 3 at row 0, column 1}; if a value is not finite
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
        Natives.choleskyFactor(rows, columns, values, l);
        return new Cholesky(new Matrix(rows, columns, l));
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
        Natives.qrFactor(rows, columns, values, qr, tau);
        return new Qr(rows, columns, qr, tau);
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
        prepare();
        int count = Math.min(rows, columns);
        double[] u = new double[rows * count];
        double[] singularValues = new double[count];
        double[] v = new double[columns * count];
        Natives.svd(rows, columns, values, u, singularValues, v);
        return new Svd(new Matrix(rows, count, u), singularValues, new Matrix(columns, count, v));
    }

    /**
     * Returns the eigenvalues and eigenvectors of this matrix, which has to be symmetric.
     *
     * <p>Values on both sides of the diagonal may differ as {@link #cholesky()} says; their mean counts. The result is
     * exact for a matrix that differs from this one by a small multiple of n·ε times its norm.
     *
     * @return the values and the vectors
     * @throws IllegalArgumentException if this matrix is not square; if it is not symmetric: {@code matrix is not
     *     symmetric: 2 at row 1, column 0, but 3 at row 0, column 1}; if a value is not finite
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public SymmetricEigen symmetricEigen() {
        prepare();
        double[] eigenvalues = new double[rows];
        double[] vectors = new double[values.length];
        Natives.symmetricEigen(rows, columns, values, eigenvalues, vectors);
        return new SymmetricEigen(eigenvalues, new Matrix(rows, columns, vectors));
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
        prepare();
        double[] real = new double[rows];
        double[] imaginary = new double[rows];
        double[] vectors = new double[values.length];
        Natives.eigen(rows, columns, values, real, imaginary, vectors);
        return new Eigen(real, imaginary, new Matrix(rows, columns, vectors));
    }

    /**
     * Returns the matrix in a file of NumPy's format {@code .npy}: float64 or float32, either byte order, C or Fortran
     * order, and two dimensions.
     *
     * @param file the file
     * @return the matrix
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, holds something else, or more values than an int counts; the
     *     message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static Matrix readNpy(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        int[] shape = new int[2];
        double[] values = Natives.readNpy(file.toFile().getAbsolutePath(), shape);
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
        Natives.writeNpy(file.toFile().getAbsolutePath(), rows, columns, values);
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
        StringBuilder text = new StringBuilder(shape()).append(" matrix");
        int[] shownColumns = shown(columns);
        String[][] cells = Arrays.stream(shown(rows))
                .mapToObj(i -> Arrays.stream(shownColumns)
                        .mapToObj(j -> i < 0 || j < 0 ? "..." : Double.toString(values[i * columns + j]))
                        .toArray(String[]::new))
                .toArray(String[][]::new);
        for (String[] row : cells) {
            text.append('\n');
            for (int j = 0; j < row.length; j++) {
                int column = j;
                int width = Arrays.stream(cells)
                        .mapToInt(cell -> cell[column].length())
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

    /** Prepares for a call into Rust. */
    private void prepare() {
        NativeLibrary.load();
        Crossing.lends(values.length);
    }

    private String shape() {
        return rows + "x" + columns;
    }

    private void requireSameShape(String operation, Matrix b) {
        Objects.requireNonNull(b, "b");
        if (rows != b.rows || columns != b.columns) {
            throw new IllegalArgumentException(
                    "matrix shapes do not agree: " + shape() + " " + operation + " " + b.shape());
        }
    }

    /** Returns room for a result, or none where the shapes do not agree: the core says so. */
    static double[] room(boolean agreed, int rows, int columns) {
        return agreed ? newValues(rows, columns) : new double[0];
    }

    private static double[] newValues(int rows, int columns) {
        requireShape(rows, columns);
        long size = (long) rows * columns;
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a " + rows + "x" + columns + " matrix has more than " + Integer.MAX_VALUE + " values");
        }
        return new double[(int) size];
    }

    private static void requireShape(int rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a matrix cannot be " + rows + "x" + columns);
        }
    }

    private static boolean fits(int from, int count, int size) {
        return from >= 0 && count >= 0 && from <= size - count;
    }
}
