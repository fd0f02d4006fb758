package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of shards on an executor's disk, and Kryo, by which Spark is told to serialize here. */
class CopiesTest {
    @TempDir
    static Path directory;

    @AfterAll
    static void stop() {
        LocalSpark.session();
    }

    private static SparkSession session() {
        return LocalSpark.session(Map.of(
                ShardStore.DIRECTORY,
                directory.resolve("copies").toString(),
                ShardStore.CODES,
                "false",
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer",
                "spark.kryo.registrator",
                RustFfiKryoRegistrator.class.getName()));
    }

    private static List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("copies"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void copiesAreFoundAgainAndReplacedWhereTheyAreDamaged() throws IOException {
        SparkSession spark = session();
        Dataset<Row> data = spark.range(0, 300).selectExpr("id", "array(id % 17, id % 5, 1) as v");
        String path = directory.resolve("index").toString();
        ShardedIndex index = ShardedIndex.build(data, "id", "v", Metric.COSINE, 3, path);
        float[][] query = {{3, 2, 1}};
        List<Hits> found = index.search(query, 20);
        List<Path> copies = copies();
        assertThat(copies).hasSize(3);
        assertThat(index.search(query, 20)).isEqualTo(found);
        assertThat(copies()).isEqualTo(copies);

        // As an executor that starts anew: it has nothing mapped.
        Path whole = copies.get(0).resolve("manifest");
        Path damaged;
        try (Stream<Path> files = Files.list(copies.get(1))) {
            damaged = files.filter(file -> file.toString().endsWith("-vectors.npy"))
                    .findFirst()
                    .orElseThrow();
        }
        // Replaced, for the index that is mapped still reads the file.
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(damaged);
        Files.write(damaged, bytes);
        Object key = Files.readAttributes(whole, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        ShardStore.forget();
        assertThat(ShardedIndex.open(spark, path).search(query, 20)).isEqualTo(found);
        assertThat(copies()).isEqualTo(copies);
        assertThat(Files.readAttributes(whole, java.nio.file.attribute.BasicFileAttributes.class)
                        .fileKey())
                .isEqualTo(key);
    }

    @Test
    void aTallMatrixIsFactoredWithKryo() {
        TallMatrix a =
                TallMatrix.of(session().range(0, 100, 1, 12).selectExpr("array(1.0D, cast(id as double)) as x"), "x");
        assertThat(a.svd().u().collect().rows()).isEqualTo(100);
        assertThat(a.statistics().means()).containsExactly(1.0, 49.5);
        assertThat(a.blocks().map(block -> block).collect()).isNotEmpty();
    }
}
