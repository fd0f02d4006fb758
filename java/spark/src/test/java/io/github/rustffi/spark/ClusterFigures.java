package io.github.rustffi.spark;

import dev.ludovic.netlib.blas.BLAS;
import io.github.rustffi.Parallelism;
import io.github.rustffi.netlib.RustBlas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.clustering.GaussianMixture;
import org.apache.spark.ml.clustering.GaussianMixtureModel;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.feature.PCA;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.mllib.linalg.distributed.BlockMatrix;
import org.apache.spark.mllib.linalg.distributed.RowMatrix;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * What {@code scripts/check-spark --full} measures on a cluster. The sides of a comparison take turns within one
 * program; times are medians. Lines of the page that the script writes begin with {@code page:}; a figure that misses
 * its target begins with {@code missed:} as well.
 */
final class ClusterFigures {
    private static final int PARTS = 8;

    private final SparkSession session;
    private final JavaSparkContext spark;

    ClusterFigures(SparkSession session) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    private static void page(String text, Object... values) {
        for (String line : String.format(Locale.ROOT, text, values).split("\\R", -1)) {
            System.out.println("page: " + line);
        }
    }

    private static void target(String what, double value, double wanted) {
        if (value < wanted) {
            System.out.printf(Locale.ROOT, "missed: %s: %.2f, wanted %.2f%n", what, value, wanted);
        }
    }

    /**
     * Returns the seconds of each side, those of all rounds; the sides take turns, each first as often as the other.
     */
    private static double[][] seconds(int rounds, List<DoubleSupplier> sides) {
        double[][] seconds = new double[sides.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < sides.size(); i++) {
                int side = round % 2 == 0 ? i : sides.size() - 1 - i;
                double time = sides.get(side).getAsDouble();
                // The first round is not counted.
                if (round >= 0) {
                    seconds[side][round] = time;
                }
            }
        }
        return seconds;
    }

    private static double median(double... values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Returns the median of how many times as long a side takes in each round. */
    private static double ratio(double[] ours, double[] theirs) {
        return median(IntStream.range(0, ours.length)
                .mapToDouble(i -> theirs[i] / ours[i])
                .toArray());
    }

    private static <T> double timed(Supplier<T> call, List<T> results) {
        long begin = System.nanoTime();
        T result = call.get();
        double seconds = (System.nanoTime() - begin) / 1e9;
        results.add(result);
        return seconds;
    }

    /** Returns how much two results differ, relative to the largest magnitude. */
    private static double difference(double[] x, double[] y) {
        if (x.length != y.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        double apart = 0;
        for (int i = 0; i < x.length; i++) {
            largest = Math.max(largest, Math.abs(y[i]));
            apart = Math.max(apart, Math.abs(x[i] - y[i]));
        }
        return apart == 0 ? 0 : apart / largest;
    }

    // What MLlib does badly.

    void tall(int count, int columns, int rounds) {
        StructType type = new StructType().add("features", new VectorUDT()).add("label", DataTypes.DoubleType);
        JavaRDD<Row> rows = spark.parallelize(IntStream.range(0, PARTS).boxed().toList(), PARTS)
                .flatMap(part -> {
                    Random random = new Random(part);
                    int first = (int) ((long) part * count / PARTS);
                    int end = (int) ((part + 1L) * count / PARTS);
                    return IntStream.range(first, end)
                            .mapToObj(i -> {
                                double[] values = random.doubles(columns).toArray();
                                return RowFactory.create(
                                        Vectors.dense(values),
                                        Arrays.stream(values).sum() + random.nextGaussian());
                            })
                            .iterator();
                });
        Dataset<Row> data = session.createDataFrame(rows, type).persist();
        data.count();
        TallMatrix a = TallMatrix.of(data, "features").persist(StorageLevel.MEMORY_AND_DISK());
        TallMatrix b = TallMatrix.of(data, "label").persist(StorageLevel.MEMORY_AND_DISK());
        a.statistics();
        b.statistics();
        RowMatrix theirs = new RowMatrix(data.javaRDD()
                .map(row -> org.apache.spark.mllib.linalg.Vectors.fromML(row.getAs("features")))
                .persist(StorageLevel.MEMORY_AND_DISK())
                .rdd());
        theirs.numRows();
        int few = Math.min(10, columns);
        page("%n## Tall matrices%n");
        page(
                "A matrix of %,d x %d, in %d partitions, cached by either side in its own form before the clock. MLlib's least"
                        + " squares are those of `LinearRegression` with the solver `normal`, its others of `RowMatrix`. The"
                        + " target is 5 x.%n",
                count, columns, PARTS);
        page("| | rust-ffi | MLlib | times faster | largest relative difference |");
        page("| --- | ---: | ---: | ---: | ---: |");
        tall("singular values", rounds, () -> a.svd().singularValues(), () -> theirs.computeSVD(columns, false, 1e-9)
                .s()
                .toArray());
        tall(
                "principal components",
                rounds,
                () -> a.pca(few).explainedVarianceRatio(),
                () -> theirs.computePrincipalComponentsAndExplainedVariance(few)
                        ._2
                        .toArray());
        tall("least squares", rounds, () -> a.leastSquares(b).solution().column(0), () -> new LinearRegression()
                .setFitIntercept(false)
                .setStandardization(false)
                .setSolver("normal")
                .fit(data)
                .coefficients()
                .toArray());
    }

    private static void tall(String what, int rounds, Supplier<double[]> ours, Supplier<double[]> theirs) {
        List<double[]> results = new ArrayList<>();
        List<double[]> others = new ArrayList<>();
        double[][] seconds = seconds(rounds, List.of(() -> timed(ours, results), () -> timed(theirs, others)));
        double ratio = ratio(seconds[0], seconds[1]);
        // Of all rounds.
        double difference = 0;
        for (int round = 0; round < results.size(); round++) {
            difference = Math.max(difference, difference(results.get(round), others.get(round)));
        }
        page(
                "| %s | %.2f s | %.2f s | %.1f x | %.1e |",
                what, median(seconds[0]), median(seconds[1]), ratio, difference);
        target(what, ratio, 5);
        ClusterCheck.require(difference < 1e-8, "%s are MLlib's to %.1e", what, difference);
    }

    // MLlib itself.

    void multiply(int n, int rounds) {
        BlockMatrix a = blocks(n, 1);
        BlockMatrix b = blocks(n, 2);
        MllibSwitch mllib = new MllibSwitch(spark, 2);
        String stock = mllib.stock();
        List<String> names = Stream.of(MllibSwitch.STOCK, MllibSwitch.JAVA_11, MllibSwitch.RUST)
                .distinct()
                .toList();
        List<List<double[]>> results = new ArrayList<>();
        List<DoubleSupplier> sides = new ArrayList<>();
        long[] calls = new long[1];
        for (String name : names) {
            List<double[]> own = new ArrayList<>();
            results.add(own);
            sides.add(() -> {
                mllib.use(name);
                long before = mllib.calls();
                double seconds = timed(() -> sums(a.multiply(b)), own);
                if (name.equals(MllibSwitch.RUST)) {
                    calls[0] = mllib.calls() - before;
                }
                return seconds;
            });
        }
        double[][] seconds = seconds(rounds, sides);
        page("%n## `BlockMatrix.multiply`%n");
        page(
                "Two matrices of %1$,d x %1$,d in blocks of %2$,d x %2$,d, cached before the clock, on two executors of one"
                        + " processor each. Stock Spark calls `%3$s` here, and `Java11BLAS` where the JDK's vector module is not"
                        + " there; the targets are 1.4 x and 2.5 x. %4$d calls went to Rust.%n",
                n, side(n), stock, calls[0]);
        page("| BLAS | time | `RustBlas` is |");
        page("| --- | ---: | ---: |");
        page("| `RustBlas` | %.2f s | |", median(seconds[2]));
        for (int side = 0; side < 2; side++) {
            double ratio = ratio(seconds[2], seconds[side]);
            String name = side == 0 ? stock : names.get(side);
            page("| `%s` | %.2f s | %.2f x as fast |", name, median(seconds[side]), ratio);
            target("a product of " + n + " x " + n + " against " + name, ratio, name.equals("VectorBLAS") ? 1.4 : 2.5);
            double difference =
                    difference(results.get(2).get(0), results.get(side).get(0));
            ClusterCheck.require(difference < 1e-10, "the product is that of %s to %.1e", name, difference);
        }
        ClusterCheck.require(calls[0] > 0, "%d calls went to Rust", calls[0]);
    }

    /** Returns the sum of the values of each block. */
    private static double[] sums(BlockMatrix product) {
        return product
                .blocks()
                .toJavaRDD()
                .mapToPair(block -> new Tuple2<>(
                        (int) block._1._1() * 1000 + (int) block._1._2(),
                        Arrays.stream(block._2.toArray()).sum()))
                .collect()
                .stream()
                .sorted((x, y) -> Integer.compare(x._1, y._1))
                .mapToDouble(Tuple2::_2)
                .toArray();
    }

    private static int side(int n) {
        return Math.min(1000, n / 2);
    }

    BlockMatrix blocks(int n, long seed) {
        int side = side(n);
        int across = (n - 1) / side + 1;
        JavaRDD<Tuple2<Tuple2<Object, Object>, org.apache.spark.mllib.linalg.Matrix>> blocks = spark.parallelize(
                        IntStream.range(0, across * across).boxed().toList(), PARTS)
                .map(number -> {
                    int row = number / across;
                    int column = number % across;
                    int height = Math.min(side, n - row * side);
                    int width = Math.min(side, n - column * side);
                    double[] values = new Random(seed * 10_000 + number)
                            .doubles((long) height * width, -0.5, 0.5)
                            .toArray();
                    return new Tuple2<>(
                            new Tuple2<>(row, column),
                            org.apache.spark.mllib.linalg.Matrices.dense(height, width, values));
                });
        BlockMatrix made = new BlockMatrix(blocks.rdd(), side, side, n, n).persist(StorageLevel.MEMORY_ONLY());
        made.blocks().count();
        return made;
    }

    /** What MLlib computes of some data. */
    private interface Algorithm {
        double[] fit();
    }

    void algorithms(String data, int rounds) {
        page("%n## MLlib's algorithms%n");
        page(
                "With the plugin's BLAS and with Spark's own, in turns within one program. The data are those that MLlib's examples"
                        + " ship, or generated where it says so. Where no call goes to Rust, both do the same.%n");
        page("| algorithm | data | calls to Rust | difference | stock from one time to the next | Rust | stock |"
                + " times as fast |");
        page("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        Dataset<Row> libsvm = cached(session.read().format("libsvm").load(data + "/sample_libsvm_data.txt"));
        Dataset<Row> few = cached(session.read().format("libsvm").load(data + "/sample_kmeans_data.txt"));
        Dataset<Row> linear = cached(session.read().format("libsvm").load(data + "/sample_linear_regression_data.txt"));
        Dataset<Row> classes =
                cached(session.read().format("libsvm").load(data + "/sample_multiclass_classification_data.txt"));
        Dataset<Row> plane = cached(points(data + "/gmm_data.txt"));
        Dataset<Row> ratings = cached(ratings(data + "/als/sample_movielens_ratings.txt"));
        Dataset<Row> clusters = cached(clusters(20_000, 50));
        algorithm("KMeans", "sample_kmeans_data", rounds, () -> Arrays.stream(
                        new KMeans().setK(2).setSeed(1).fit(few).clusterCenters())
                .flatMapToDouble(center -> Arrays.stream(center.toArray()))
                .toArray());
        algorithm("KMeans", "gmm_data", rounds, () -> Arrays.stream(
                        new KMeans().setK(5).setSeed(1).fit(plane).clusterCenters())
                .flatMapToDouble(center -> Arrays.stream(center.toArray()))
                .toArray());
        algorithm("LinearRegression", "sample_linear_regression_data", rounds, () -> {
            LinearRegressionModel model = new LinearRegression()
                    .setMaxIter(10)
                    .setRegParam(0.3)
                    .setElasticNetParam(0.8)
                    .fit(linear);
            return DoubleStream.concat(
                            Arrays.stream(model.coefficients().toArray()), DoubleStream.of(model.intercept()))
                    .toArray();
        });
        algorithm(
                "LogisticRegression",
                "sample_libsvm_data",
                rounds,
                () -> coefficients(new LogisticRegression()
                        .setMaxIter(10)
                        .setRegParam(0.3)
                        .setElasticNetParam(0.8)
                        .fit(libsvm)));
        algorithm(
                "LogisticRegression, 3 classes",
                "sample_multiclass_classification_data",
                rounds,
                () -> coefficients(new LogisticRegression()
                        .setMaxIter(10)
                        .setRegParam(0.3)
                        .setElasticNetParam(0.8)
                        .fit(classes)));
        algorithm("GaussianMixture", "gmm_data", rounds, () -> mixture(plane, 2, 10));
        algorithm("ALS", "sample_movielens_ratings", rounds, () -> {
            ALSModel model = new ALS()
                    .setMaxIter(5)
                    .setRegParam(0.01)
                    .setSeed(1)
                    .setUserCol("user")
                    .setItemCol("item")
                    .setRatingCol("rating")
                    .fit(ratings);
            return model.itemFactors().orderBy("id").collectAsList().stream()
                    .flatMapToDouble(row -> row.<Float>getList(1).stream().mapToDouble(Float::doubleValue))
                    .toArray();
        });
        algorithm("PCA", "sample_libsvm_data", rounds, () -> new PCA()
                .setInputCol("features")
                .setOutputCol("pca")
                .setK(3)
                .fit(libsvm)
                .pc()
                .toArray());
        algorithm(
                "LogisticRegression, 4 classes",
                "generated, 20,000 x 50",
                rounds,
                () -> coefficients(new LogisticRegression().setMaxIter(20).fit(clusters)));
    }

    private static double[] coefficients(LogisticRegressionModel model) {
        return DoubleStream.concat(
                        Arrays.stream(model.coefficientMatrix().toArray()),
                        Arrays.stream(model.interceptVector().toArray()))
                .toArray();
    }

    private static double[] mixture(Dataset<Row> data, int components, int iterations) {
        GaussianMixtureModel model = new GaussianMixture()
                .setK(components)
                .setMaxIter(iterations)
                .setTol(0)
                .setSeed(1)
                .fit(data);
        return Stream.concat(
                        Stream.of(model.weights()),
                        Arrays.stream(model.gaussians())
                                .flatMap(gaussian -> Stream.of(
                                        gaussian.mean().toArray(),
                                        gaussian.cov().toArray())))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private void algorithm(String name, String data, int rounds, Algorithm algorithm) {
        MllibSwitch mllib = new MllibSwitch(spark, 2);
        List<double[]> rust = new ArrayList<>();
        List<double[]> stock = new ArrayList<>();
        long[] calls = new long[1];
        double[][] seconds = seconds(
                rounds,
                List.of(
                        () -> {
                            mllib.use(MllibSwitch.RUST);
                            long before = mllib.calls();
                            double time = timed(algorithm::fit, rust);
                            calls[0] = mllib.calls() - before;
                            return time;
                        },
                        () -> {
                            mllib.use(MllibSwitch.STOCK);
                            long before = mllib.calls();
                            double time = timed(algorithm::fit, stock);
                            ClusterCheck.holds(mllib.calls() == before, "the stock BLAS of %s is that of Rust", name);
                            return time;
                        }));
        double difference = rust.stream()
                .mapToDouble(x -> difference(x, stock.get(0)))
                .max()
                .orElseThrow();
        double own = stock.stream()
                .mapToDouble(x -> difference(x, stock.get(0)))
                .max()
                .orElseThrow();
        double ratio = ratio(seconds[0], seconds[1]);
        page(
                "| %s | %s | %,d | %.1e | %.1e | %.2f s | %.2f s | %.2f |",
                name, data, calls[0], difference, own, median(seconds[0]), median(seconds[1]), ratio);
        target(name + " of " + data, ratio, 0.95);
        if (difference > Math.max(1e-10, 2 * own)) {
            System.out.printf(Locale.ROOT, "missed: %s of %s differs from stock by %.1e%n", name, data, difference);
        }
    }

    private static Dataset<Row> cached(Dataset<Row> data) {
        Dataset<Row> cached = data.repartition(2).persist();
        cached.count();
        return cached;
    }

    private Dataset<Row> points(String file) {
        JavaRDD<Row> rows = spark.textFile(file)
                .map(line -> RowFactory.create(
                        Vectors.dense(Arrays.stream(line.trim().split(" +"))
                                .mapToDouble(Double::parseDouble)
                                .toArray())));
        return session.createDataFrame(rows, new StructType().add("features", new VectorUDT()));
    }

    private Dataset<Row> ratings(String file) {
        JavaRDD<Row> rows = spark.textFile(file).map(line -> {
            String[] values = line.split("::");
            return RowFactory.create(
                    Integer.parseInt(values[0]), Integer.parseInt(values[1]), Float.parseFloat(values[2]));
        });
        return session.createDataFrame(
                rows,
                new StructType()
                        .add("user", DataTypes.IntegerType)
                        .add("item", DataTypes.IntegerType)
                        .add("rating", DataTypes.FloatType));
    }

    /** Four clusters that overlap. */
    private Dataset<Row> clusters(int count, int columns) {
        JavaRDD<Row> rows = spark.parallelize(IntStream.range(0, 2).boxed().toList(), 2)
                .flatMap(part -> {
                    Random random = new Random(part);
                    return IntStream.range(0, count / 2)
                            .mapToObj(i -> {
                                int label = i % 4;
                                double[] values = new double[columns];
                                for (int j = 0; j < columns; j++) {
                                    values[j] = random.nextGaussian() + (j % 4 == label ? 0.5 : 0);
                                }
                                return RowFactory.create((double) label, Vectors.dense(values));
                            })
                            .iterator();
                });
        return session.createDataFrame(
                rows, new StructType().add("label", DataTypes.DoubleType).add("features", new VectorUDT()));
    }

    // Tasks side by side.

    void throughput(int n, int rounds) {
        int products = 16;
        MllibSwitch mllib = new MllibSwitch(spark, 1);
        int processors = Runtime.getRuntime().availableProcessors();
        List<Integer> rule = mllib.onExecutors(Parallelism::threads);
        ClusterCheck.require(
                rule.equals(List.of(processors)),
                "an executor of all processors computes on all of them, %d",
                processors);
        page("%n## Tasks side by side%n");
        page(
                "%d products of %,d x %d by `RustBlas` in one executor, on a machine with %d processors, in GFLOPS of all"
                        + " tasks together: with a thread for each processor of the executor, as the plugin sets it, and"
                        + " with one thread, which Spark asks for by itself, for a task of one processor. All tasks share"
                        + " these threads: several at once should be no slower than one.%n",
                products, n, n, processors);
        page("| tasks | %d threads | 1 thread |", processors);
        page("| ---: | ---: | ---: |");
        double alone = 0;
        for (int tasks : new int[] {1, 2, 4}) {
            List<DoubleSupplier> sides = new ArrayList<>();
            for (int threads : new int[] {processors, 1}) {
                sides.add(() -> {
                    mllib.onExecutors(() -> {
                        Parallelism.setThreads(threads);
                        return 0;
                    });
                    return timed(() -> multiplied(tasks, products / tasks, n), new ArrayList<>());
                });
            }
            double[][] seconds = seconds(rounds, sides);
            double work = 2.0 * n * n * n * products / 1e9;
            double together = work / median(seconds[0]);
            page("| %d | %.0f | %.0f |", tasks, together, work / median(seconds[1]));
            if (tasks == 1) {
                alone = together;
            } else {
                target(tasks + " tasks at once against one", together / alone, 0.95);
            }
        }
    }

    private long multiplied(int tasks, int products, int n) {
        return spark.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                .map(task -> {
                    BLAS blas = RustBlas.getInstance();
                    double[] a = new double[n * n];
                    Arrays.setAll(a, i -> i % 7 - 3.0);
                    double[] c = new double[n * n];
                    for (int i = 0; i < products; i++) {
                        blas.dgemm("N", "N", n, n, n, 1, a, n, a, n, 0, c, n);
                    }
                    return c[0];
                })
                .count();
    }
}
