package io.github.rustffi.spark;

import io.github.rustffi.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, with two threads; a session serves tests that want the same settings. */
final class LocalSpark {
    private static Map<String, String> current = Map.of();
    private static SparkSession session;

    private LocalSpark() {}

    static SparkSession session() {
        return session(Map.of());
    }

    static synchronized SparkSession session(Map<String, String> settings) {
        if (session == null || !current.equals(settings)) {
            if (session != null) {
                session.stop();
            }
            SparkSession.Builder builder = SparkSession.builder()
                    .master("local[2]")
                    .appName("rust-ffi")
                    .config("spark.ui.enabled", false)
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.sql.shuffle.partitions", 3)
                    .config("spark.sql.warehouse.dir", "target/warehouse");
            settings.forEach(builder::config);
            session = builder.getOrCreate();
            current = settings;
        }
        return session;
    }

    static JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session().sparkContext());
    }

    /** Returns the rows in a partition for each size, in blocks of at most {@code height} rows. */
    static JavaRDD<Matrix> blocks(JavaSparkContext context, Matrix a, int height, int... sizes) {
        List<List<Matrix>> partitions = new ArrayList<>();
        int row = 0;
        for (int size : sizes) {
            List<Matrix> blocks = new ArrayList<>();
            for (int end = row + size; row < end; ) {
                int rows = Math.min(height, end - row);
                blocks.add(a.submatrix(row, 0, rows, a.columns()));
                row += rows;
            }
            partitions.add(blocks);
        }
        if (row != a.rows()) {
            throw new IllegalArgumentException("sizes of " + row + " rows, not " + a.rows());
        }
        return context.parallelize(partitions, partitions.size()).flatMap(List::iterator);
    }

    static TallMatrix tall(Matrix a, int... sizes) {
        return TallMatrix.of(blocks(context(), a, Integer.MAX_VALUE, sizes));
    }
}
