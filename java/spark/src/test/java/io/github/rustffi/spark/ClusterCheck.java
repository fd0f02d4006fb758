package io.github.rustffi.spark;

import io.github.rustffi.Hits;
import io.github.rustffi.Matrix;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.mllib.linalg.Vector;
import org.apache.spark.mllib.linalg.distributed.BlockMatrix;
import org.apache.spark.mllib.linalg.distributed.CoordinateMatrix;
import org.apache.spark.mllib.linalg.distributed.MatrixEntry;
import org.apache.spark.mllib.linalg.distributed.RowMatrix;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * What {@code scripts/check-spark} submits to a cluster. It prints what it sees and takes, and fails if that is wrong.
 *
 * <ul>
 *   <li>{@code right DIRECTORY}: accuracy, the same bits, search in shards, an executor that is killed;
 *   <li>{@code times ROWS COLUMNS}: singular values, principal components and least squares beside MLlib's;
 *   <li>{@code multiply N}: a product of block matrices of MLlib's own, and the BLAS that it calls.
 * </ul>
 */
public final class ClusterCheck {
    private static final int PARTS = 7;

    private final SparkSession session;
    private final JavaSparkContext spark;

    private ClusterCheck(SparkSession session) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    /**
     * Checks.
     *
     * @param arguments what, and with which sizes
     * @throws Exception if something fails
     */
    public static void main(String[] arguments) throws Exception {
        try (SparkSession session = SparkSession.builder().getOrCreate()) {
            ClusterCheck check = new ClusterCheck(session);
            check.requireExecutors();
            switch (arguments[0]) {
                case "right" -> {
                    check.accuracy();
                    check.shards(arguments[1]);
                }
                case "times" -> check.times(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
                case "multiply" -> check.multiply(Integer.parseInt(arguments[1]));
                default -> throw new IllegalArgumentException("there is no check " + arguments[0]);
            }
        }
    }

    private static void require(boolean holds, String text, Object... values) {
        String line = String.format(Locale.ROOT, text, values);
        if (!holds) {
            throw new AssertionError(line);
        }
        System.out.println("check: " + line);
    }

    private Set<Long> processes() {
        return new TreeSet<>(spark.parallelize(IntStream.range(0, 40).boxed().toList(), 40)
                .map(i -> {
                    Thread.sleep(50);
                    return ProcessHandle.current().pid();
                })
                .collect());
    }

    private void requireExecutors() throws InterruptedException {
        Set<Long> processes = processes();
        // Executors come one after the other.
        for (int i = 0; i < 30 && processes.size() < 2; i++) {
            TimeUnit.SECONDS.sleep(1);
            processes = processes();
        }
        require(
                processes.size() == 2
                        && !processes.contains(ProcessHandle.current().pid()),
                "%d executors, each in a process of its own",
                processes.size());
    }

    private TallMatrix tall(Matrix a) {
        List<Matrix> blocks = new ArrayList<>();
        int height = a.rows() / PARTS;
        for (int part = 0; part < PARTS; part++) {
            int rows = part < PARTS - 1 ? height : a.rows() - part * height;
            blocks.add(a.submatrix(part * height, 0, rows, a.columns()));
        }
        return TallMatrix.of(spark.parallelize(blocks, PARTS)).persist(StorageLevel.MEMORY_ONLY());
    }

    private void accuracy() {
        Random random = new Random(1);
        int columns = 11;
        double[] values =
                IntStream.range(0, columns).mapToDouble(i -> Math.pow(10, -i)).toArray();
        Matrix a = Matrix.gaussian(2000, columns, random)
                .qr()
                .q()
                .timesRow(values)
                .timesTranspose(Matrix.gaussian(columns, columns, random).qr().q());
        TallMatrix tall = tall(a);
        double[] found = tall.svd().singularValues();
        double error = IntStream.range(0, columns)
                .mapToDouble(i -> Math.abs(found[i] - values[i]))
                .max()
                .orElseThrow();
        require(error <= 2e-15, "singular values from 1 to 1e-10, right to %.1e; the least is %s", error, found[10]);
        require(Arrays.equals(found, tall.svd().singularValues()), "the same bits again");
        Matrix q = tall.qr().q().collect();
        double apart = q.gram().minus(Matrix.identity(columns)).maxAbs();
        require(apart <= 4e-15, "QᵀQ is the identity to %.1e", apart);

        RowMatrix theirs = rowMatrix(a);
        double[] ofMllib = theirs.computeSVD(columns, false, 1e-20).s().toArray();
        System.out.printf(
                Locale.ROOT,
                "figure: MLlib's computeSVD has %d singular values, the least of them %s%n",
                ofMllib.length,
                ofMllib[ofMllib.length - 1]);
    }

    private RowMatrix rowMatrix(Matrix a) {
        List<Vector> rows = new ArrayList<>();
        for (int i = 0; i < a.rows(); i++) {
            rows.add(org.apache.spark.mllib.linalg.Vectors.dense(a.row(i)));
        }
        return new RowMatrix(spark.parallelize(rows, PARTS).rdd());
    }

    private void shards(String directory) throws IOException {
        int dimension = 64;
        Dataset<Row> data = vectors(30_000, dimension, 5);
        float[][] queries = new float[200][];
        Random random = new Random(6);
        for (int i = 0; i < queries.length; i++) {
            queries[i] = floats(random, dimension);
        }
        try (VectorIndex whole = VectorIndex.create(dimension, Metric.COSINE)) {
            for (Row row : data.collectAsList()) {
                org.apache.spark.ml.linalg.Vector vector = row.getAs("v");
                float[] values = new float[dimension];
                for (int i = 0; i < dimension; i++) {
                    values[i] = (float) vector.apply(i);
                }
                whole.put(row.getLong(0), values);
            }
            float[] all = new float[queries.length * dimension];
            for (int i = 0; i < queries.length; i++) {
                System.arraycopy(queries[i], 0, all, i * dimension, dimension);
            }
            List<Hits> expected = whole.searchAll(all, 10);
            for (int shards : new int[] {1, 8}) {
                ShardedIndex index =
                        ShardedIndex.build(data, "id", "v", Metric.COSINE, shards, directory + "/" + shards);
                require(
                        index.search(queries, 10).equals(expected),
                        "%d queries in %d shards of 30,000 vectors find what one index finds, bit for bit",
                        queries.length,
                        shards);
                if (shards == 8) {
                    withoutAnExecutor(index, queries, expected);
                }
            }
        }
    }

    /** Kills an executor while searches run: this is its machine. */
    private void withoutAnExecutor(ShardedIndex index, float[][] queries, List<Hits> expected) {
        long victim = processes().iterator().next();
        CompletableFuture<Void> killed = CompletableFuture.runAsync(
                () -> ProcessHandle.of(victim).orElseThrow().destroyForcibly(),
                CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
        int rounds = 0;
        int after = 0;
        while (after < 3) {
            if (!index.search(queries, 10).equals(expected)) {
                throw new AssertionError("other hits in round " + rounds);
            }
            rounds++;
            after += killed.isDone()
                            && !ProcessHandle.of(victim)
                                    .map(ProcessHandle::isAlive)
                                    .orElse(false)
                    ? 1
                    : 0;
        }
        killed.join();
        require(true, "an executor was killed during %d searches, which all found the same", rounds);
    }

    private Dataset<Row> vectors(int count, int dimension, long seed) {
        StructType type = new StructType().add("id", DataTypes.LongType).add("v", new VectorUDT());
        JavaRDD<Row> rows = spark.parallelize(IntStream.range(0, count).boxed().toList(), PARTS)
                .map(i -> {
                    float[] values = floats(new Random(seed * count + i), dimension);
                    double[] wide = new double[dimension];
                    Arrays.setAll(wide, j -> values[j]);
                    return RowFactory.create(7L * i, Vectors.dense(wide));
                });
        return session.createDataFrame(rows, type).persist();
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private void times(int count, int columns) {
        StructType type = new StructType().add("features", new VectorUDT()).add("label", DataTypes.DoubleType);
        JavaRDD<Row> rows = spark.parallelize(IntStream.range(0, count).boxed().toList(), PARTS + 1)
                .map(i -> {
                    Random random = new Random(i);
                    double[] values = random.doubles(columns).toArray();
                    return RowFactory.create(
                            Vectors.dense(values), Arrays.stream(values).sum() + random.nextGaussian());
                });
        Dataset<Row> data = session.createDataFrame(rows, type).persist();
        data.count();
        TallMatrix a = TallMatrix.of(data, "features").persist(StorageLevel.MEMORY_ONLY());
        TallMatrix b = TallMatrix.of(data, "label").persist(StorageLevel.MEMORY_ONLY());
        a.statistics();
        b.statistics();
        RowMatrix theirs = new RowMatrix(data.javaRDD()
                .map(row -> org.apache.spark.mllib.linalg.Vectors.fromML(row.getAs("features")))
                .persist(StorageLevel.MEMORY_ONLY())
                .rdd());
        theirs.numRows();
        int few = Math.min(10, columns);
        compare("singular values", () -> a.svd().singularValues()[0], () -> theirs.computeSVD(columns, false, 1e-9)
                .s()
                .apply(0));
        compare(
                "principal components",
                () -> a.pca(few).explainedVarianceRatio()[0],
                () -> theirs.computePrincipalComponentsAndExplainedVariance(few)
                        ._2
                        .apply(0));
        compare("least squares", () -> a.leastSquares(b).solution().get(0, 0), () -> new LinearRegression()
                .setFitIntercept(false)
                .setStandardization(false)
                .setSolver("normal")
                .fit(data)
                .coefficients()
                .apply(0));
    }

    private static void compare(String what, Supplier<Object> ours, Supplier<Object> theirs) {
        double[] best = {Double.MAX_VALUE, Double.MAX_VALUE};
        Object[] found = new Object[2];
        for (int round = 0; round < 3; round++) {
            for (int way = 0; way < 2; way++) {
                long begin = System.nanoTime();
                found[way] = (way == 0 ? ours : theirs).get();
                best[way] = Math.min(best[way], (System.nanoTime() - begin) / 1e9);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "figure: %s: %.2f s, MLlib %.2f s, %.1f x; the first value %s, MLlib's %s%n",
                what,
                best[0],
                best[1],
                best[1] / best[0],
                found[0],
                found[1]);
    }

    private void multiply(int n) {
        BlockMatrix a = blocks(n, 1);
        BlockMatrix b = blocks(n, 2);
        double best = Double.MAX_VALUE;
        double sum = 0;
        for (int round = 0; round < 3; round++) {
            long begin = System.nanoTime();
            BlockMatrix product = a.multiply(b);
            sum = product.blocks()
                    .toJavaRDD()
                    .mapToDouble(block -> Arrays.stream(block._2.toArray()).sum())
                    .sum();
            best = Math.min(best, (System.nanoTime() - begin) / 1e9);
        }
        String blas = spark.parallelize(List.of(0), 1).map(i -> blasOfMllib()).first();
        System.out.printf(
                Locale.ROOT, "figure: a product of %d x %d: %.2f s, by %s; its sum is %.9g%n", n, n, best, blas, sum);
    }

    private static String blasOfMllib() throws ReflectiveOperationException {
        Class<?> type = Class.forName("org.apache.spark.mllib.linalg.BLAS$");
        Field field = type.getDeclaredField("_nativeBLAS");
        field.setAccessible(true);
        Object blas = field.get(type.getField("MODULE$").get(null));
        return blas == null ? "none" : blas.getClass().getSimpleName();
    }

    private BlockMatrix blocks(int n, long seed) {
        JavaRDD<MatrixEntry> entries = spark.parallelize(
                        IntStream.range(0, n).boxed().toList(), PARTS + 1)
                .flatMap(i -> {
                    Random random = new Random(seed * n + i);
                    return IntStream.range(0, n)
                            .mapToObj(j -> new MatrixEntry(i, j, random.nextDouble() - 0.5))
                            .iterator();
                });
        int side = Math.min(1000, n / 2);
        BlockMatrix blocks = new CoordinateMatrix(entries.rdd(), n, n).toBlockMatrix(side, side);
        JavaRDD<scala.Tuple2<scala.Tuple2<Object, Object>, org.apache.spark.mllib.linalg.Matrix>> dense =
                blocks.blocks()
                        .toJavaRDD()
                        .map(block -> new scala.Tuple2<>(block._1, (org.apache.spark.mllib.linalg.Matrix)
                                ((org.apache.spark.mllib.linalg.SparseMatrix) block._2).toDense()));
        BlockMatrix made = new BlockMatrix(dense.rdd(), side, side, n, n).persist(StorageLevel.MEMORY_ONLY());
        made.blocks().count();
        return made;
    }
}
