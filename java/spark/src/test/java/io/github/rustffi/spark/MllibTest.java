package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import io.github.rustffi.Parallelism;
import io.github.rustffi.netlib.RustBlas;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.mllib.linalg.Matrix;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.mllib.linalg.distributed.BlockMatrix;
import org.apache.spark.mllib.linalg.distributed.IndexedRow;
import org.apache.spark.mllib.linalg.distributed.IndexedRowMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;

/** MLlib in a local Spark, which loads the plugin by its name alone. */
class MllibTest {
    private static final Logger LOG = LoggerFactory.getLogger(MllibTest.class);
    private static final int BLOCK = 40;

    /** On the versions of Java that Spark 4.0 runs on. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_21)
    void productsOfBlockMatricesGoThroughRust() throws Exception {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(
                LocalSpark.session(Map.of("spark.plugins", RustFfiPlugin.class.getName()))
                        .sparkContext());
        for (String object : MllibBlas.OBJECTS) {
            assertThat(blasOf(object)).as(object).isSameAs(RustBlas.getInstance());
        }
        AtomicInteger calls = new AtomicInteger();
        BLAS counting = (BLAS) Proxy.newProxyInstance(
                BLAS.class.getClassLoader(), new Class<?>[] {BLAS.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("dgemm")) {
                        calls.incrementAndGet();
                    }
                    try {
                        return method.invoke(RustBlas.getInstance(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        assertThat(MllibBlas.replace(counting, MllibTest.class.getClassLoader(), LOG))
                .isTrue();
        BlockMatrix a = random(spark, 1);
        BlockMatrix b = random(spark, 2);
        Matrix product = a.multiply(b).toLocalMatrix();
        MllibBlas.replace(RustBlas.getInstance(), MllibTest.class.getClassLoader(), LOG);
        // Each of 3 x 3 blocks is the sum of 3 products.
        assertThat(calls).hasValueGreaterThanOrEqualTo(27);
        // The gauge of the driver, and that of the executor, which is the same JVM.
        List<Object> gauges = new ArrayList<>();
        for (Source source : CollectionConverters.asJava(
                SparkEnv.get().metricsSystem().getSourcesByName("plugin." + RustFfiPlugin.class.getName()))) {
            gauges.add(
                    source.metricRegistry().getGauges().get(RustFfiPlugin.CALLS).getValue());
        }
        assertThat(gauges)
                .isNotEmpty()
                .allMatch(count -> (long) count == RustBlas.getInstance().calls());
        assertThat(RustBlas.getInstance().calls()).isGreaterThanOrEqualTo(27);

        int n = 3 * BLOCK;
        double[] expected = new double[n * n];
        JavaBLAS.getInstance()
                .dgemm(
                        "N",
                        "N",
                        n,
                        n,
                        n,
                        1,
                        a.toLocalMatrix().toArray(),
                        n,
                        b.toLocalMatrix().toArray(),
                        n,
                        0,
                        expected,
                        n);
        double[] actual = product.toArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).isLessThan(1e-12 * n);
        }
    }

    /** Where the driver is the executor, the number is that of the program. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_21)
    void aLocalMasterLeavesTheNumberOfThreads() {
        int before = Parallelism.threads();
        try {
            Parallelism.setThreads(3);
            JavaSparkContext spark = JavaSparkContext.fromSparkContext(
                    LocalSpark.session(Map.of("spark.plugins", RustFfiPlugin.class.getName(), "spark.task.cpus", "2"))
                            .sparkContext());
            assertThat(spark.parallelize(List.of(0), 1)
                            .map(i -> {
                                ExecutorThreads.prepare();
                                return Parallelism.threads();
                            })
                            .first())
                    .isEqualTo(3);
        } finally {
            Parallelism.setThreads(before);
        }
    }

    @Test
    void anExecutorComputesOnItsProcessors() {
        SparkConf conf = new SparkConf(false);
        String command = "org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url spark://a@b:1"
                + " --executor-id 0 --hostname c --cores 4 --app-id app-1 --resourceProfileId 0";
        assertThat(ExecutorThreads.of(conf, null, "1", command, 8)).hasValue(4);
        assertThat(ExecutorThreads.of(conf, null, "1", "pyspark --cores 4", 8)).hasValue(4);
        assertThat(ExecutorThreads.of(conf, null, "1", command, 2)).hasValue(2);
        assertThat(ExecutorThreads.of(conf, null, "1", "", 8)).hasValue(1);
        conf.set("spark.task.cpus", "3");
        assertThat(ExecutorThreads.of(conf, null, "3", "", 8)).hasValue(3);
        conf.set("spark.executor.cores", "6");
        assertThat(ExecutorThreads.of(conf, null, "3", command, 8)).hasValue(6);
        assertThat(ExecutorThreads.of(conf, null, null, command, 8)).isEmpty();
        assertThat(ExecutorThreads.of(conf, "5", "3", command, 8)).isEmpty();
        conf.set("spark.executorEnv.OMP_NUM_THREADS", "2");
        assertThat(ExecutorThreads.of(conf, null, "2", command, 8)).isEmpty();
    }

    private static BlockMatrix random(JavaSparkContext spark, long seed) {
        Random random = new Random(seed);
        List<IndexedRow> rows = new ArrayList<>();
        for (int i = 0; i < 3 * BLOCK; i++) {
            rows.add(new IndexedRow(i, Vectors.dense(random.doubles(3 * BLOCK).toArray())));
        }
        return new IndexedRowMatrix(spark.parallelize(rows).rdd()).toBlockMatrix(BLOCK, BLOCK);
    }

    private static Object blasOf(String object) throws ReflectiveOperationException {
        Field field = Class.forName(object).getDeclaredField("_nativeBLAS");
        field.setAccessible(true);
        return field.get(Class.forName(object).getField("MODULE$").get(null));
    }

    @Test
    void whereAFieldIsMissingNothingIsReplaced() throws Exception {
        List<String> warnings = new ArrayList<>();
        Logger log = (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    warnings.add(method.getName() + " " + arguments[0] + arguments[1]);
                    return null;
                });
        ClassLoader loader = MllibTest.class.getClassLoader();
        Object before = blasOf(MllibBlas.OBJECTS.get(0));
        for (String missing : new String[] {"_noBLAS", "nativeL1Threshold"}) {
            warnings.clear();
            assertThat(MllibBlas.replace(MllibBlas.OBJECTS, missing, RustBlas.getInstance(), loader, log))
                    .isFalse();
            assertThat(warnings)
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("warn ")
                    .contains(missing);
        }
        warnings.clear();
        List<String> one = List.of(MllibBlas.OBJECTS.get(0), "org.apache.spark.no.BLAS$");
        assertThat(MllibBlas.replace(one, "_nativeBLAS", RustBlas.getInstance(), loader, log))
                .isFalse();
        assertThat(warnings).hasSize(1).first().asString().startsWith("warn ").contains("org.apache.spark.no.BLAS$");
        assertThat(blasOf(MllibBlas.OBJECTS.get(0))).isSameAs(before);
    }
}
