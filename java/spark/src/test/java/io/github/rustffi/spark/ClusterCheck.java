package io.github.rustffi.spark;

import io.github.rustffi.Hits;
import io.github.rustffi.Matrix;
import io.github.rustffi.Parallelism;
import io.github.rustffi.Pca;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.mllib.linalg.Vector;
import org.apache.spark.mllib.linalg.distributed.BlockMatrix;
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
 *   <li>{@code right DIRECTORY}, with the plugin: the plugin's work, accuracy, the same bits, search in shards, an
 *       executor that is killed;
 *   <li>the others, without the plugin but for {@code throughput}: what {@link ClusterFigures} measures.
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
            ClusterFigures figures = new ClusterFigures(session);
            check.requireExecutors(arguments[0].equals("throughput") ? 1 : 2);
            int[] sizes = Arrays.stream(arguments)
                    .skip(1)
                    .filter(argument -> argument.matches("[0-9]+"))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            switch (arguments[0]) {
                case "right" -> {
                    check.plugin();
                    check.accuracy();
                    check.shards(arguments[1]);
                }
                case "tall" -> figures.tall(sizes[0], sizes[1], sizes[2]);
                case "multiply" -> figures.multiply(sizes[0], sizes[1]);
                case "algorithms" -> figures.algorithms(arguments[1], sizes[0]);
                case "throughput" -> figures.throughput(sizes[0], sizes[1]);
                default -> throw new IllegalArgumentException("there is no check " + arguments[0]);
            }
        }
    }

    static void holds(boolean holds, String text, Object... values) {
        if (!holds) {
            throw new AssertionError(String.format(Locale.ROOT, text, values));
        }
    }

    /** Fails with the text if something does not hold, and prints it otherwise. */
    static void require(boolean holds, String text, Object... values) {
        holds(holds, text, values);
        System.out.println("check: " + String.format(Locale.ROOT, text, values));
    }

    private Set<Long> processes() {
        return new TreeSet<>(spark.parallelize(IntStream.range(0, 40).boxed().toList(), 40)
                .map(i -> {
                    Thread.sleep(50);
                    return ProcessHandle.current().pid();
                })
                .collect());
    }

    private void requireExecutors(int count) throws InterruptedException {
        Set<Long> processes = processes();
        // Executors come one after the other.
        for (int i = 0; i < 30 && processes.size() < count; i++) {
            TimeUnit.SECONDS.sleep(1);
            processes = processes();
        }
        require(
                processes.size() == count
                        && !processes.contains(ProcessHandle.current().pid()),
                "%d executors, each in a process of its own",
                processes.size());
    }

    private void plugin() {
        MllibSwitch mllib = new MllibSwitch(spark, 2);
        List<String> blas =
                mllib.onExecutors(() -> MllibSwitch.current().getClass().getSimpleName());
        require(
                blas.equals(List.of("RustBlas", "RustBlas"))
                        && MllibSwitch.current().getClass().getSimpleName().equals("RustBlas"),
                "MLlib calls RustBlas in the driver and in both executors");
        List<Integer> threads = mllib.onExecutors(Parallelism::threads);
        require(threads.equals(List.of(1, 1)), "an executor of one processor computes on one thread");
        int n = 600;
        long before = mllib.calls();
        BlockMatrix a = new ClusterFigures(session).blocks(n, 1);
        // Column by column, the transpose is the matrix row by row.
        Matrix product =
                Matrix.of(n, n, a.multiply(a).transpose().toLocalMatrix().toArray());
        Matrix factor = Matrix.of(n, n, a.transpose().toLocalMatrix().toArray());
        double apart = product.minus(factor.times(factor)).maxAbs();
        long calls = mllib.calls() - before;
        require(
                apart < 1e-11 && calls >= 8,
                "a product of MLlib's block matrices is right to %.1e; %d calls went to Rust",
                apart,
                calls);
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

        components(random);

        RowMatrix theirs = rowMatrix(a);
        double[] ofMllib = theirs.computeSVD(columns, false, 1e-20).s().toArray();
        System.out.printf(
                Locale.ROOT,
                "figure: MLlib's computeSVD has %d singular values, the least of them %s%n",
                ofMllib.length,
                ofMllib[ofMllib.length - 1]);
    }

    /** In partitions of several blocks, again and again, with the compilers of the JVM at work. */
    private void components(Random random) {
        Matrix a = Matrix.random(10_000, 60, random);
        TallMatrix tall = tall(a);
        double[] expected = Pca.of(a).explainedVarianceRatio();
        double[] found = tall.pca().explainedVarianceRatio();
        double apart = IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(found[i] / expected[i] - 1))
                .max()
                .orElseThrow();
        int rounds = 10;
        for (int i = 0; i < rounds; i++) {
            holds(
                    Arrays.equals(found, tall.pca().explainedVarianceRatio()),
                    "principal components have other bits in round %d",
                    i);
        }
        require(apart <= 1e-12, "principal components are right to %.1e, %d times with the same bits", apart, rounds);
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
}
