package io.github.rustffi.spark;

import io.github.rustffi.LeastSquares;
import io.github.rustffi.Matrix;
import io.github.rustffi.Qr;
import io.github.rustffi.Vectors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * A matrix of many rows and, in comparison, few columns, distributed by blocks of rows over the partitions of an RDD.
 *
 * <pre>{@code
 * TallMatrix a = TallMatrix.of(data, "features").persist(StorageLevel.MEMORY_AND_DISK());
 * TallMatrix b = TallMatrix.of(data, "label");
 * Matrix x = a.leastSquares(b).solution();
 * double[] singularValues = a.svd().singularValues();
 * }</pre>
 *
 * <p><b>How it computes.</b> Each partition is factored where it is, in blocks; its upper factor, with no more rows
 * than the matrix has columns, goes on to a tree of factorizations on the executors (TSQR: Demmel, Grigori, Hoemmen and
 * Langou, 2012). Singular values, least squares and principal components come from that factor. The product of the
 * matrix with itself is never formed for them, so a singular value is right to about ε times the largest one, and Q is
 * orthogonal to a small multiple of ε, however ill-conditioned the matrix is. Only n x n matrices, for n columns, move
 * between executors, and one of them comes to the driver.
 *
 * <p><b>Reproducibility.</b> The shape of the tree depends on the number of partitions alone, and parts are put
 * together in the order of the partitions, not of their arrival: on processors of the same kind, the same rows in the
 * same partitions give the same bits, whatever the timing, the retries and the number of executors. Other partitions
 * give the same up to rounding.
 *
 * <p><b>Partitions</b> may be empty, of any size, and have fewer rows than columns. Rows keep their order: partition by
 * partition, and within one as they come. Nothing is computed before a method needs it, and every method reads the rows
 * again: {@link #persist} keeps them. To compute one block takes up to five times its memory outside of the Java heap;
 * {@link TallQr#q()} and {@link TallSvd#u()} hold a partition in the heap.
 *
 * <p><b>Failures.</b> Methods that compute throw an {@link IllegalArgumentException} on the driver, with the number of
 * the partition, counted from 0, if there are no rows; if the numbers of columns do not agree: {@code partition 2 has 3
 * columns, but partition 0 has 4}; if a value is not finite: {@code row 17, column 4 of partition 3 is not finite:
 * NaN}; if something in a data set is not a number: {@code row 17 of partition 3 has null in column features}. Of
 * several, it is that of the first partition. Matrices that are distributed, such as {@link #times(Matrix)}, meet them
 * when they are read, as a {@code SparkException}.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public final class TallMatrix {
    private final JavaRDD<Matrix> blocks;

    private TallMatrix(JavaRDD<Matrix> blocks) {
        this.blocks = blocks;
    }

    /**
     * Returns the matrix whose rows are those of the blocks.
     *
     * @param blocks the blocks of rows, of which a partition may have any number; all of them, but for those without
     *     rows, with the same number of columns
     * @return the matrix
     */
    public static TallMatrix of(JavaRDD<Matrix> blocks) {
        return new TallMatrix(Objects.requireNonNull(blocks, "blocks"));
    }

    /**
     * Returns the matrix whose rows are those of a data set. Its partitions are those of the data set.
     *
     * <p>If two matrices are made of one data set, for {@link #leastSquares(TallMatrix)}, it has to give the same rows
     * in the same order each time that it is computed: persist it, or read it from files.
     *
     * @param data the data set
     * @param columns the columns that make a row, one after the other: each of vectors
     *     ({@code org.apache.spark.ml.linalg.Vector}, dense or sparse), of arrays of numbers, or of numbers
     * @return the matrix
     * @throws IllegalArgumentException if no column is named
     */
    public static TallMatrix of(Dataset<Row> data, String... columns) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(columns, "columns");
        if (columns.length == 0) {
            throw new IllegalArgumentException("no column is named");
        }
        JavaRDD<Row> rows = data.select(
                        Arrays.stream(columns).map(functions::col).toArray(Column[]::new))
                .javaRDD();
        return new TallMatrix(rows.mapPartitionsWithIndex(Rows::new, true));
    }

    /**
     * Returns the blocks of rows.
     *
     * @return the RDD that the matrix was made of; for one made of a data set, that of its rows in blocks
     */
    public JavaRDD<Matrix> blocks() {
        return blocks;
    }

    /**
     * Keeps the blocks when they have been computed, as {@link JavaRDD#persist} does.
     *
     * @param level where to keep them
     * @return this matrix
     */
    public TallMatrix persist(StorageLevel level) {
        blocks.persist(Objects.requireNonNull(level, "level"));
        return this;
    }

    /**
     * Lets go of the blocks that {@link #persist} has kept.
     *
     * @return this matrix
     */
    public TallMatrix unpersist() {
        blocks.unpersist();
        return this;
    }

    /**
     * Returns all rows as a matrix on the driver.
     *
     * @return the matrix
     * @throws IllegalArgumentException as the class says
     */
    public Matrix collect() {
        List<Part<Matrix>> parts = parts(rows -> {
                    List<Matrix> all = new ArrayList<>();
                    rows.forEachRemaining(all::add);
                    return Matrix.vstack(all.toArray(new Matrix[0]));
                })
                .collect();
        return Tree.joined(parts, values -> Matrix.vstack(values.toArray(new Matrix[0])));
    }

    /**
     * Returns the number of rows, and minima, maxima, means and variances of the columns.
     *
     * @return the statistics
     * @throws IllegalArgumentException as the class says
     */
    public ColumnStatistics statistics() {
        Tree<Moments> tree = Tree.of(parts(Moments::of), Moments::joined);
        return new ColumnStatistics(tree.rows(), tree.value());
    }

    /**
     * Returns the product of the transpose of the matrix with the matrix. It is exactly symmetric.
     *
     * @return a square matrix with a row and a column for each column
     * @throws IllegalArgumentException as the class says
     */
    public Matrix gram() {
        return Tree.of(parts(rows -> gram(rows, null)), TallMatrix::sum).value();
    }

    /**
     * Returns the covariances between the columns, those of a sample: sums are divided by the number of rows less one.
     * The means are computed first, and taken off. The result is exactly symmetric.
     *
     * @return a square matrix with a row and a column for each column; NaN if there is one row
     * @throws IllegalArgumentException as the class says
     */
    public Matrix covariance() {
        ColumnStatistics statistics = statistics();
        double[] means = statistics.means();
        Matrix centred =
                Tree.of(parts(rows -> gram(rows, means)), TallMatrix::sum).value();
        return centred.div(statistics.count() - 1.0);
    }

    /**
     * Returns the QR factorization.
     *
     * @return the factors, of which R has been computed
     * @throws IllegalArgumentException as the class says
     */
    public TallQr qr() {
        return factored(blocks, null);
    }

    /**
     * Returns the singular value decomposition.
     *
     * @return the decomposition, of which the singular values and the right singular vectors have been computed
     * @throws IllegalArgumentException as the class says
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public TallSvd svd() {
        TallQr qr = qr();
        return new TallSvd(qr, qr.r().svd(), qr.rows());
    }

    /**
     * Returns all principal components of the rows.
     *
     * @return min(rows, columns) components
     * @throws IllegalArgumentException as the class says; if there are fewer than two rows
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public TallPca pca() {
        return principal(null);
    }

    /**
     * Returns the first principal components of the rows: those of the singular value decomposition of the matrix
     * without its means.
     *
     * @param count the number of components
     * @return the components
     * @throws IllegalArgumentException as the class says; if there are fewer than two rows: {@code a 1x3 matrix has
     *     fewer than 2 rows}; if there are fewer components: {@code count must be from 0 to 3, but is 4}
     * @throws ArithmeticException if a singular value is too large for a double
     */
    public TallPca pca(int count) {
        return principal(count);
    }

    /** Returns some principal components, or all of them where no number is given. */
    private TallPca principal(@Nullable Integer count) {
        ColumnStatistics statistics = statistics();
        double[] means = statistics.means();
        int all = (int) Math.min(statistics.count(), means.length);
        if (statistics.count() < 2) {
            throw new IllegalArgumentException(
                    "a " + statistics.count() + "x" + means.length + " matrix has fewer than 2 rows");
        }
        int wanted = count == null ? all : count;
        if (wanted < 0 || wanted > all) {
            throw new IllegalArgumentException("count must be from 0 to " + all + ", but is " + wanted);
        }
        return TallPca.of(statistics, factored(blocks, means).r().svd(), wanted);
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, for each column of {@code b}; where
     * there are many, the shortest. Singular values of at most max(rows, columns)·ε times the largest count as zero.
     *
     * @param b the right-hand sides, in as many partitions, each with as many rows as that of this matrix
     * @return the solution and what belongs to it
     * @throws IllegalArgumentException as the class says; if {@code b} has another number of partitions: {@code numbers
     *     of partitions differ: 4 and 5}, or of rows: {@code partition 2 has 100 rows, but that of the right-hand sides
     *     has 99}
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public TallLeastSquares leastSquares(TallMatrix b) {
        return augmented(b).solve(null, 0.0);
    }

    /**
     * Returns the x that makes the Euclidean norm of {@code this * x - b} least, for each column of {@code b}; where
     * there are many, the shortest.
     *
     * @param b the right-hand sides, in as many partitions, each with as many rows as that of this matrix
     * @param tolerance singular values of at most this times the largest count as zero
     * @return the solution and what belongs to it
     * @throws IllegalArgumentException as {@link #leastSquares(TallMatrix)} does; if the tolerance is negative or NaN:
     *     {@code tolerance must be at least 0, but is -1.0}
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public TallLeastSquares leastSquares(TallMatrix b, double tolerance) {
        requireAtLeastZero("tolerance", tolerance);
        return augmented(b).solve(tolerance, 0.0);
    }

    /**
     * Returns the x that makes |this·x - b|² + λ|x|² least, for each column of {@code b}: that of least squares with √λ
     * times the identity below the matrix, and zeros below {@code b}. No column is exempt: to fit a constant without a
     * penalty, take the means off the columns of both first.
     *
     * @param b the right-hand sides, in as many partitions, each with as many rows as that of this matrix
     * @param lambda the penalty λ
     * @return the solution; rank and singular values are those of the matrix with the identity below it, the residual
     *     norms those of {@code b - this * x} alone
     * @throws IllegalArgumentException as {@link #leastSquares(TallMatrix)} does; if λ is negative, NaN or infinite:
     *     {@code lambda must be at least 0, but is -1.0}
     * @throws ArithmeticException if a singular value, or a value of the result, is too large for a double
     */
    public TallLeastSquares ridge(TallMatrix b, double lambda) {
        requireAtLeastZero("lambda", lambda);
        if (lambda > Double.MAX_VALUE) {
            throw new IllegalArgumentException("lambda must be finite, but is " + lambda);
        }
        return augmented(b).solve(null, lambda);
    }

    /**
     * Returns the product of this matrix with another one, distributed as this one is.
     *
     * @param b the other matrix, which every task gets a copy of
     * @return the product
     */
    public TallMatrix times(Matrix b) {
        Objects.requireNonNull(b, "b");
        return new TallMatrix(blocks.filter(block -> block.rows() > 0).map(block -> {
            ExecutorThreads.prepare();
            return block.times(b);
        }));
    }

    /** Returns a part for each partition, computed of its rows. */
    private <T extends Serializable> JavaRDD<Part<T>> parts(Blocks.Compute<T> compute) {
        return blocks.mapPartitionsWithIndex(
                (partition, rows) ->
                        List.of(Blocks.compute(partition, rows, compute)).iterator(),
                true);
    }

    private static Matrix gram(Blocks rows, double @Nullable [] means) {
        Matrix sum = null;
        while (rows.hasNext()) {
            Matrix block = rows.next();
            Matrix gram = without(means, block).gram();
            sum = sum == null ? gram : sum.plus(gram);
        }
        return Objects.requireNonNull(sum, "the sum of some blocks");
    }

    private static Matrix sum(List<Matrix> matrices) {
        Matrix sum = matrices.get(0);
        for (Matrix matrix : matrices.subList(1, matrices.size())) {
            sum = sum.plus(matrix);
        }
        return sum;
    }

    private static Matrix without(double @Nullable [] means, Matrix block) {
        return means == null ? block : block.minusRow(means);
    }

    /** Returns the factorization of what is left of the rows without the means. */
    private static TallQr factored(JavaRDD<Matrix> blocks, double @Nullable [] means) {
        JavaRDD<Part<Matrix>> leaves = blocks.mapPartitionsWithIndex(
                (partition, rows) -> List.of(Blocks.compute(partition, rows, some -> {
                            List<Matrix> upper = new ArrayList<>();
                            some.forEachRemaining(
                                    block -> upper.add(without(means, block).qrTriangle()));
                            return upperOf(upper);
                        }))
                        .iterator(),
                true);
        Tree<Matrix> tree = Tree.of(leaves, TallMatrix::upperOf);
        return new TallQr(tree, tree.value(), factors -> q(blocks, factors));
    }

    /** Returns the upper factor of matrices on top of each other. */
    private static Matrix upperOf(List<Matrix> upper) {
        return upper.size() == 1
                ? upper.get(0)
                : Matrix.vstack(upper.toArray(new Matrix[0])).qrTriangle();
    }

    /** Returns the orthogonal factor of each partition times what the tree above it has made. */
    private static TallMatrix q(JavaRDD<Matrix> blocks, JavaPairRDD<Integer, Matrix> factors) {
        return new TallMatrix(blocks.zipPartitions(factors, TallMatrix::ownQ));
    }

    private static Iterator<Matrix> ownQ(Iterator<Matrix> matrices, Iterator<Tuple2<Integer, Matrix>> factors) {
        if (!factors.hasNext()) {
            return List.<Matrix>of().iterator();
        }
        Matrix factor = factors.next()._2;
        Blocks rows = new Blocks(TaskContext.getPartitionId(), matrices);
        List<Qr> factored = new ArrayList<>();
        List<Matrix> upper = new ArrayList<>();
        List<int[]> sizes = new ArrayList<>();
        while (rows.hasNext()) {
            Qr qr = rows.next().qr();
            sizes.add(rows.sizes());
            factored.add(qr);
            upper.add(qr.r());
        }
        Matrix product = upper.size() == 1
                ? factor
                : Matrix.vstack(upper.toArray(new Matrix[0])).qr().q().times(factor);
        return new Iterator<>() {
            private int block;
            private int row;
            private final List<Matrix> ready = new ArrayList<>();

            @Override
            public boolean hasNext() {
                return !ready.isEmpty() || block < factored.size();
            }

            @Override
            public Matrix next() {
                if (ready.isEmpty()) {
                    int height = upper.get(block).rows();
                    Matrix own = product.submatrix(row, 0, height, product.columns());
                    split(factored.get(block).q().times(own), sizes.get(block), ready);
                    // Not needed any more, and the largest thing here.
                    factored.set(block, null);
                    row += height;
                    block++;
                }
                return ready.remove(0);
            }
        };
    }

    private static void split(Matrix rows, int[] sizes, List<Matrix> into) {
        int row = 0;
        for (int size : sizes) {
            into.add(sizes.length == 1 ? rows : rows.submatrix(row, 0, size, rows.columns()));
            row += size;
        }
    }

    private Augmented augmented(TallMatrix b) {
        Objects.requireNonNull(b, "b");
        if (blocks.getNumPartitions() != b.blocks.getNumPartitions()) {
            throw new IllegalArgumentException("numbers of partitions differ: " + blocks.getNumPartitions() + " and "
                    + b.blocks.getNumPartitions());
        }
        JavaRDD<Part<Matrix>> leaves = blocks.zipPartitions(
                b.blocks, (rows, others) -> List.of(Augmented.part(TaskContext.getPartitionId(), rows, others))
                        .iterator());
        Tree<Matrix> tree = Tree.of(leaves, TallMatrix::upperOf);
        return new Augmented(tree.rows(), tree.columns(), tree.value());
    }

    private static void requireAtLeastZero(String name, double value) {
        if (!(value >= 0.0)) {
            throw new IllegalArgumentException(name + " must be at least 0, but is " + value);
        }
    }

    /**
     * The upper factor of a matrix with right-hand sides beside it: it has all that least squares need.
     *
     * @param rows the number of rows of the matrix
     * @param columns the number of columns of the matrix, without those of the right-hand sides
     * @param upper the upper factor
     */
    private record Augmented(long rows, int columns, Matrix upper) {
        /** Returns the upper factor of a partition. */
        static Part<Matrix> part(int partition, Iterator<Matrix> matrices, Iterator<Matrix> others) {
            try {
                Blocks left = new Blocks(partition, matrices);
                Feed right = new Feed(new Blocks(partition, others, "the right-hand sides in "));
                List<Matrix> upper = new ArrayList<>();
                while (left.hasNext()) {
                    Matrix block = left.next();
                    Matrix beside = right.take(block.rows());
                    if (beside == null) {
                        break;
                    }
                    upper.add(Matrix.hstack(block, beside).qrTriangle());
                }
                left.forEachRemaining(rest -> {});
                long read = right.countAll();
                if (left.rows() != read) {
                    return Part.unsuitable(
                            partition,
                            "partition " + partition + " has " + left.rows()
                                    + " rows, but that of the right-hand sides has " + read);
                }
                if (upper.isEmpty()) {
                    return Part.empty(partition);
                }
                return new Part<>(
                        partition, partition, left.rows(), left.columns(), right.columns(), null, upperOf(upper));
            } catch (UnsuitableRowsException e) {
                return Part.unsuitable(partition, String.valueOf(e.getMessage()));
            }
        }

        TallLeastSquares solve(@Nullable Double tolerance, double lambda) {
            int targets = upper.columns() - columns;
            int height = Math.min(upper.rows(), columns);
            Matrix a = upper.submatrix(0, 0, height, columns);
            Matrix b = upper.submatrix(0, columns, height, targets);
            // What no x reaches.
            Matrix rest = upper.submatrix(height, columns, upper.rows() - height, targets);
            Matrix left = a;
            Matrix right = b;
            long count = rows;
            if (lambda > 0.0) {
                left = Matrix.vstack(a, Matrix.identity(columns).times(Math.sqrt(lambda)));
                right = Matrix.vstack(b, Matrix.zeros(columns, targets));
                count += columns;
            }
            double limit = tolerance == null ? Math.max(count, columns) * Math.ulp(1.0) : tolerance;
            LeastSquares fit = LeastSquares.of(left, right, limit);
            Matrix residuals = Matrix.vstack(fit.residuals().submatrix(0, 0, height, targets), rest);
            double[] norms = new double[targets];
            for (int j = 0; j < targets; j++) {
                norms[j] = Vectors.norm(residuals.column(j));
            }
            return new TallLeastSquares(fit.solution(), fit.rank(), norms, fit.singularValues());
        }
    }

    /** The rows of a partition, to be taken in pieces of any size. */
    private static final class Feed {
        private final Blocks blocks;
        private @Nullable Matrix rest;
        private int used;

        Feed(Blocks blocks) {
            this.blocks = blocks;
        }

        /** Returns the next rows, or null if there are fewer. */
        @Nullable
        Matrix take(int count) {
            List<Matrix> pieces = new ArrayList<>();
            int missing = count;
            while (missing > 0) {
                Matrix current = rest;
                if (current == null) {
                    if (!blocks.hasNext()) {
                        return null;
                    }
                    current = blocks.next();
                    used = 0;
                }
                int taken = Math.min(missing, current.rows() - used);
                pieces.add(taken == current.rows() ? current : current.submatrix(used, 0, taken, current.columns()));
                used += taken;
                missing -= taken;
                rest = used == current.rows() ? null : current;
            }
            return pieces.size() == 1 ? pieces.get(0) : Matrix.vstack(pieces.toArray(new Matrix[0]));
        }

        /** Returns the number of all rows, those that have been taken and those that are left. */
        long countAll() {
            blocks.forEachRemaining(block -> {});
            return blocks.rows();
        }

        int columns() {
            return blocks.columns();
        }
    }
}
