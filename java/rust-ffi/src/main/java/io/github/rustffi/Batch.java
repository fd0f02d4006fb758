package io.github.rustffi;

import io.github.rustffi.internal.Crossing;
import io.github.rustffi.internal.Natives;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Many small matrices of one shape at once, as NumPy's stacks: a Kalman filter for each of 100,000 tracks, a system of
 * equations for each pixel.
 *
 * <p>The results are those of the methods of {@link Matrix} one by one, up to rounding, and so are the exceptions,
 * whose message names the matrix: {@code matrix is singular: pivot 1 is zero (matrix 17 of the batch)}. From 5 to 32
 * rows they are computed together in Rust, in less time, and spread over the threads of {@link Parallelism}; up to four
 * rows, or eight for eigenvalues, they are computed in Java, as they are one by one, and spread over the threads of
 * Java's common pool. The same input gives the same bits.
 *
 * <p>Matrices come as an array of them, or one after another in one array of values, each in row-major order.
 *
 * <pre>{@code
 * Matrix[] x = Batch.solve(a, b);           // x[i] is a[i].solve(b[i])
 * double[] y = Batch.solve(4, as, 1, bs);   // as holds 4x4 matrices, bs and y vectors of 4
 * }</pre>
 */
public final class Batch {
    /** From more rows on the matrices are large enough to be computed one after another. */
    private static final int MOST = 32;

    /** Up to this many rows Java is done sooner than the values are copied to Rust and back. */
    private static final int FEW = 4;

    /** From this many matrices on it is worth to wake another thread of Java's. */
    private static final int MANY = 1_000;

    /** Values that cross to Rust at once, which a cache of the processor holds. */
    private static final int CHUNK = 1 << 15;

    private Batch() {}

    /**
     * Returns the products {@code a[i] * b[i]}, each value summed over ascending columns of {@code a[i]}.
     *
     * @param a matrices of one shape
     * @param b as many matrices of one shape
     * @return the products
     * @throws IllegalArgumentException if there are not as many of both: {@code a has 3 matrices, but b has 2}; if the
     *     shapes are not all the same: {@code b[3] is 2x2, but b[0] is 3x3}; if they do not agree: {@code matrix shapes
     *     do not agree: 2x3 times 2x3}
     */
    public static Matrix[] times(Matrix[] a, Matrix[] b) {
        Matrix first = requireOneShape("a", a);
        Matrix second = requireOneShape("b", b);
        requireAsMany(a.length, b.length);
        if (first == null || second == null) {
            return new Matrix[0];
        }
        if (first.columns() != second.rows()) {
            throw Matrix.disagree(first.shape(), "times", second.shape());
        }
        Matrix[] products = new Matrix[a.length];
        int rows = first.rows();
        int inner = first.columns();
        int columns = second.columns();
        if (isProductOfOne(rows, inner, columns)) {
            forEach(a.length, SmallMatrix.isProduct(rows, inner, columns), i -> products[i] = a[i].times(b[i]));
            return products;
        }
        int size = rows * columns;
        Buffer left = new Buffer();
        Buffer right = new Buffer();
        Buffer product = new Buffer();
        forEachChunk(a.length, rows * inner + inner * columns + size, (from, to) -> {
            double[] values = product.of((to - from) * size);
            NativeLibrary.load();
            Natives.batchTimes(
                    to - from, rows, inner, columns, left.gather(a, from, to), right.gather(b, from, to), values);
            for (int i = from; i < to; i++) {
                products[i] = matrix(values, i - from, rows, columns);
            }
        });
        return products;
    }

    /**
     * Returns the products of matrices that lie one after another.
     *
     * @param rows the rows of each left matrix
     * @param inner the columns of each left matrix, and the rows of each right one
     * @param columns the columns of each right matrix
     * @param a the left matrices
     * @param b as many right matrices
     * @return the products, one after another
     * @throws IllegalArgumentException if a shape cannot be: {@code a matrix cannot be -1x3}; if the values are not
     *     those of whole matrices: {@code 10 values of a are not whole 2x2 matrices}; if there are not as many of both:
     *     {@code a has 3 matrices, but b has 2}
     */
    public static double[] times(int rows, int inner, int columns, double[] a, double[] b) {
        int count = requireAsMany(requireWhole("a", rows, inner, a), requireWhole("b", inner, columns, b));
        int size = Matrix.size(rows, columns);
        double[] products = Matrix.newValues(count, size);
        if (isProductOfOne(rows, inner, columns)) {
            forEach(count, SmallMatrix.isProduct(rows, inner, columns), i -> {
                Matrix product = matrix(a, i, rows, inner).times(matrix(b, i, inner, columns));
                System.arraycopy(product.values(), 0, products, i * size, size);
            });
        } else {
            Buffer left = new Buffer();
            Buffer right = new Buffer();
            Buffer product = new Buffer();
            forEachPart(count, rows * inner + inner * columns + size, (from, to) -> {
                double[] values = product.like(products, from, to, size);
                double[] as = left.part(a, from, to, rows * inner);
                double[] bs = right.part(b, from, to, inner * columns);
                NativeLibrary.load();
                Natives.batchTimes(to - from, rows, inner, columns, as, bs, values);
                product.copyTo(products, from, size);
            });
        }
        return products;
    }

    /** Returns whether products take less time one by one: the smallest ones, and large ones. */
    private static boolean isProductOfOne(int rows, int inner, int columns) {
        return SmallMatrix.isProduct(rows, inner, columns) || rows > MOST || inner > MOST || columns > MOST;
    }

    /**
     * Returns the solutions x of {@code a[i] * x = b[i]}, as {@link Matrix#solve(Matrix)} does.
     *
     * @param a square matrices of one shape
     * @param b as many right-hand sides of one shape
     * @return the solutions
     * @throws IllegalArgumentException if there are not as many of both: {@code a has 3 matrices, but b has 2}; if the
     *     shapes are not all the same: {@code b[3] is 2x2, but b[0] is 3x3}; as {@link Matrix#solve(Matrix)} does
     * @throws SingularMatrixException if one is singular
     * @throws ArithmeticException if a value of a solution is too large for a double
     */
    public static Matrix[] solve(Matrix[] a, Matrix[] b) {
        Matrix first = requireOneShape("a", a);
        Matrix second = requireOneShape("b", b);
        requireAsMany(a.length, b.length);
        if (first == null || second == null) {
            return new Matrix[0];
        }
        Matrix[] x = new Matrix[a.length];
        int columns = second.columns();
        if (!isSmall(first) || second.rows() != first.rows() || isSolvedAlone(first.rows(), columns)) {
            forEach(a.length, first.rows() <= FEW, i -> x[i] = one(i, () -> a[i].solve(b[i])));
            return x;
        }
        Buffer right = new Buffer();
        solve(a, columns, (from, to) -> right.gather(b, from, to), x);
        return x;
    }

    /**
     * Returns the solutions of systems that lie one after another, as {@link Matrix#solve(Matrix)} does.
     *
     * @param n the rows of each system
     * @param a the n x n matrices
     * @param columns the right-hand sides of each system
     * @param b as many n x {@code columns} right-hand sides
     * @return the solutions, one after another
     * @throws IllegalArgumentException if a shape cannot be: {@code a matrix cannot be -1x3}; if the values are not
     *     those of whole matrices: {@code 10 values of a are not whole 2x2 matrices}; if there are not as many of both:
     *     {@code a has 3 matrices, but b has 2}; if a value is not finite
     * @throws SingularMatrixException if one is singular
     * @throws ArithmeticException if a value of a solution is too large for a double
     */
    public static double[] solve(int n, double[] a, int columns, double[] b) {
        int count = requireAsMany(requireWhole("a", n, n, a), requireWhole("b", n, columns, b));
        double[] x = new double[b.length];
        int size = n * columns;
        boolean alone = n > MOST || isSolvedAlone(n, columns);
        if (!alone) {
            Buffer left = new Buffer();
            Buffer right = new Buffer();
            Buffer solutions = new Buffer();
            forEachPart(count, n * n + 2 * size, (from, to) -> {
                double[] values = solutions.like(x, from, to, size);
                double[] as = left.part(a, from, to, n * n);
                double[] bs = right.part(b, from, to, size);
                NativeLibrary.load();
                Natives.batchSolve(to - from, n, columns, as, bs, values);
                solutions.copyTo(x, from, size);
            });
        }
        forEach(count, n <= FEW, i -> {
            if (alone || Double.isNaN(x[i * size])) {
                System.arraycopy(solution(i, a, i, n, b, columns), 0, x, i * size, size);
            }
        });
        return x;
    }

    /** Returns whether a system of so few rows or of so many right-hand sides is solved by itself. */
    private static boolean isSolvedAlone(int n, int columns) {
        return n <= FEW || columns == 0 || columns > MOST;
    }

    /** Returns the solution of one system of a batch, which may have another index where its values are. */
    private static double[] solution(int index, double[] a, int i, int n, double[] b, int columns) {
        return one(
                index, () -> matrix(a, i, n, n).solve(matrix(b, i, n, columns)).values());
    }

    /** Returns the right-hand sides of some systems. */
    @FunctionalInterface
    private interface Right {
        double[] of(int from, int to);
    }

    private static void solve(Matrix[] a, int columns, Right b, Matrix[] x) {
        int n = a[0].rows();
        int size = n * columns;
        Buffer left = new Buffer();
        Buffer solutions = new Buffer();
        forEachChunk(a.length, n * n + 2 * size, (from, to) -> {
            double[] as = left.gather(a, from, to);
            double[] bs = b.of(from, to);
            double[] xs = solutions.of((to - from) * size);
            NativeLibrary.load();
            Natives.batchSolve(to - from, n, columns, as, bs, xs);
            for (int i = from; i < to; i++) {
                int k = i - from;
                x[i] = Double.isNaN(xs[k * size])
                        ? new Matrix(n, columns, solution(i, as, k, n, bs, columns))
                        : matrix(xs, k, n, columns);
            }
        });
    }

    /**
     * Returns the inverses, as {@link Matrix#inverse()} does.
     *
     * @param a square matrices of one shape
     * @return the inverses
     * @throws IllegalArgumentException if the shapes are not all the same: {@code a[3] is 2x2, but a[0] is 3x3}; as
     *     {@link Matrix#inverse()} does
     * @throws SingularMatrixException if one is singular
     * @throws ArithmeticException if a value of an inverse is too large for a double
     */
    public static Matrix[] inverse(Matrix[] a) {
        Matrix first = requireOneShape("a", a);
        if (first == null) {
            return new Matrix[0];
        }
        Matrix[] inverses = new Matrix[a.length];
        int n = first.rows();
        if (!isSmall(first) || n <= FEW) {
            forEach(a.length, n <= FEW, i -> inverses[i] = one(i, a[i]::inverse));
            return inverses;
        }
        Buffer right = new Buffer();
        solve(
                a,
                n,
                (from, to) -> {
                    double[] identities = right.of((to - from) * n * n);
                    for (int k = 0; k < identities.length; k++) {
                        identities[k] = k % (n * n) % (n + 1) == 0 ? 1.0 : 0.0;
                    }
                    return identities;
                },
                inverses);
        return inverses;
    }

    /**
     * Returns the Cholesky factorizations, as {@link Matrix#cholesky()} does.
     *
     * @param a symmetric positive definite matrices of one shape
     * @return the factorizations
     * @throws IllegalArgumentException if the shapes are not all the same: {@code a[3] is 2x2, but a[0] is 3x3}; as
     *     {@link Matrix#cholesky()} does
     * @throws NotPositiveDefiniteException if one is not positive definite
     */
    public static Cholesky[] cholesky(Matrix[] a) {
        Matrix first = requireOneShape("a", a);
        if (first == null) {
            return new Cholesky[0];
        }
        Cholesky[] factors = new Cholesky[a.length];
        int n = first.rows();
        if (!isSmall(first) || n <= FEW) {
            forEach(a.length, n <= FEW, i -> factors[i] = one(i, a[i]::cholesky));
            return factors;
        }
        Buffer buffer = new Buffer();
        Buffer results = new Buffer();
        forEachChunk(a.length, 2 * n * n, (from, to) -> {
            double[] given = buffer.gather(a, from, to);
            double[] l = results.of(given.length);
            NativeLibrary.load();
            Natives.batchCholesky(to - from, n, given, l);
            for (int i = from; i < to; i++) {
                int k = i - from;
                factors[i] = Double.isNaN(l[k * n * n])
                        ? one(i, matrix(given, k, n, n)::cholesky)
                        : new Cholesky(matrix(l, k, n, n));
            }
        });
        return factors;
    }

    /**
     * Returns the eigenvalues and eigenvectors of symmetric matrices, as {@link Matrix#symmetricEigen()} does.
     *
     * @param a symmetric matrices of one shape
     * @return the values and the vectors of each
     * @throws IllegalArgumentException if the shapes are not all the same: {@code a[3] is 2x2, but a[0] is 3x3}; as
     *     {@link Matrix#symmetricEigen()} does
     * @throws ArithmeticException if an eigenvalue is too large for a double
     */
    public static SymmetricEigen[] symmetricEigen(Matrix[] a) {
        Matrix first = requireOneShape("a", a);
        if (first == null) {
            return new SymmetricEigen[0];
        }
        SymmetricEigen[] eigens = new SymmetricEigen[a.length];
        int n = first.rows();
        boolean isInJava = n <= FEW || SmallEigen.isSmall(n, first.columns());
        if (!isSmall(first) || isInJava) {
            forEach(a.length, isInJava, i -> eigens[i] = one(i, a[i]::symmetricEigen));
            return eigens;
        }
        Buffer buffer = new Buffer();
        Buffer eigenvalues = new Buffer();
        Buffer eigenvectors = new Buffer();
        forEachChunk(a.length, 2 * n * n + n, (from, to) -> {
            double[] given = buffer.gather(a, from, to);
            double[] values = eigenvalues.of((to - from) * n);
            double[] vectors = eigenvectors.of(given.length);
            NativeLibrary.load();
            Natives.batchSymmetricEigen(to - from, n, given, values, vectors);
            for (int i = from; i < to; i++) {
                int k = i - from;
                eigens[i] = Double.isNaN(values[k * n])
                        ? one(i, matrix(given, k, n, n)::symmetricEigen)
                        : new SymmetricEigen(Arrays.copyOfRange(values, k * n, (k + 1) * n), matrix(vectors, k, n, n));
            }
        });
        return eigens;
    }

    private static boolean isSmall(Matrix a) {
        return a.rows() == a.columns() && a.rows() <= MOST;
    }

    /** Does work for each index; many pieces of work in Java, on the threads of Java's common pool. */
    private static void forEach(int count, boolean isInJava, IntConsumer work) {
        IntStream indices = IntStream.range(0, count);
        (isInJava && count >= MANY && Parallelism.threads() > 1 ? indices.parallel() : indices).forEach(work);
    }

    /** Work on the matrices from one index to another. */
    @FunctionalInterface
    private interface Chunk {
        void of(int from, int to);
    }

    /** Works on all matrices at once where their arrays are lent, and else as {@link #forEachChunk} does. */
    private static void forEachPart(int count, int values, Chunk work) {
        NativeLibrary.load();
        if (count > 0 && Crossing.lends((int) Math.min((long) count * values, Integer.MAX_VALUE))) {
            work.of(0, count);
        } else {
            forEachChunk(count, values, work);
        }
    }

    /** Works on as many matrices at once as have together about as many values as are to cross. */
    private static void forEachChunk(int count, int values, Chunk work) {
        NativeLibrary.load();
        Crossing.lends((int) Math.min((long) count * values, CHUNK));
        int chunk = Math.max(1, CHUNK / Math.max(1, values));
        for (int from = 0, to; from < count; from = to) {
            to = from + Math.min(chunk, count - from);
            work.of(from, to);
        }
    }

    /** Values of some matrices, in an array that serves for as long as there are as many. */
    private static final class Buffer {
        private double[] values = {};

        double[] of(int length) {
            if (values.length != length) {
                values = new double[length];
            }
            return values;
        }

        /** Returns those values, which are the array itself if they are all of it. */
        double[] part(double[] all, int from, int to, int size) {
            double[] part = like(all, from, to, size);
            if (part != all) {
                System.arraycopy(all, from * size, part, 0, part.length);
            }
            return part;
        }

        /** Returns room for those values, which is the array itself if they are all of it. */
        double[] like(double[] all, int from, int to, int size) {
            values = (to - from) * size == all.length ? all : of((to - from) * size);
            return values;
        }

        /** Copies the values to an array, unless they are that array. */
        void copyTo(double[] all, int from, int size) {
            if (values != all) {
                System.arraycopy(values, 0, all, from * size, values.length);
            }
        }

        double[] gather(Matrix[] matrices, int from, int to) {
            int size = matrices[from].values().length;
            double[] all = of((to - from) * size);
            for (int i = from; i < to; i++) {
                System.arraycopy(matrices[i].values(), 0, all, (i - from) * size, size);
            }
            return all;
        }
    }

    /** Returns a copy of a matrix that lies among others. */
    private static Matrix matrix(double[] values, int index, int rows, int columns) {
        int size = rows * columns;
        return new Matrix(rows, columns, Arrays.copyOfRange(values, index * size, (index + 1) * size));
    }

    /** Returns the first matrix, or null if there is none. */
    private static Matrix requireOneShape(String name, Matrix[] matrices) {
        Objects.requireNonNull(matrices, name);
        for (int i = 0; i < matrices.length; i++) {
            if (matrices[i] == null) {
                throw new NullPointerException(name + "[" + i + "]");
            }
            if (matrices[i].rows() != matrices[0].rows() || matrices[i].columns() != matrices[0].columns()) {
                throw new IllegalArgumentException(name + "[" + i + "] is " + matrices[i].shape() + ", but " + name
                        + "[0] is " + matrices[0].shape());
            }
        }
        return matrices.length == 0 ? null : matrices[0];
    }

    /** Returns how many matrices the values are; -1 if any number, since a matrix has none. */
    private static int requireWhole(String name, int rows, int columns, double[] values) {
        Objects.requireNonNull(values, name);
        int size = Matrix.size(rows, columns);
        if (size == 0 ? values.length != 0 : values.length % size != 0) {
            throw new IllegalArgumentException(
                    values.length + " values of " + name + " are not whole " + rows + "x" + columns + " matrices");
        }
        return size == 0 ? -1 : values.length / size;
    }

    private static int requireAsMany(int a, int b) {
        if (a >= 0 && b >= 0 && a != b) {
            throw new IllegalArgumentException("a has " + a + " matrices, but b has " + b);
        }
        return Math.max(0, a >= 0 ? a : b);
    }

    /** Returns what one matrix of the batch gives; the message of an exception says which one it is. */
    private static <T> T one(int index, Supplier<T> operation) {
        try {
            return operation.get();
        } catch (SingularMatrixException e) {
            throw new SingularMatrixException(message(index, e));
        } catch (NotPositiveDefiniteException e) {
            throw new NotPositiveDefiniteException(message(index, e));
        } catch (NoConvergenceException e) {
            throw new NoConvergenceException(message(index, e));
        } catch (ArithmeticException e) {
            throw new ArithmeticException(message(index, e));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(message(index, e));
        }
    }

    private static String message(int index, RuntimeException e) {
        return e.getMessage() + " (matrix " + index + " of the batch)";
    }
}
