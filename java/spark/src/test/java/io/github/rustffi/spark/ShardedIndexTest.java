package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkException;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ShardedIndexTest {
    private static final int DIMENSION = 16;
    private static final StructType ARRAYS =
            new StructType().add("id", DataTypes.LongType).add("v", DataTypes.createArrayType(DataTypes.FloatType));

    @TempDir
    Path directory;

    private String path() {
        return directory.resolve("index").toUri().toString();
    }

    /** Vectors of few different values, so that scores tie, with ids that are not in order. */
    private static TreeMap<Long, float[]> vectors(int count, long seed) {
        Random random = new Random(seed);
        TreeMap<Long, float[]> vectors = new TreeMap<>();
        while (vectors.size() < count) {
            float[] vector = new float[DIMENSION];
            for (int i = 0; i < DIMENSION; i++) {
                vector[i] = random.nextInt(3) - 1;
            }
            vector[random.nextInt(DIMENSION)] = 2;
            vectors.put(random.nextLong(-1_000_000, 1_000_000), vector);
        }
        return vectors;
    }

    private static Dataset<Row> data(Map<Long, float[]> vectors) {
        List<Row> rows = new ArrayList<>();
        vectors.forEach((id, vector) -> {
            Float[] boxed = new Float[vector.length];
            Arrays.setAll(boxed, i -> vector[i]);
            rows.add(RowFactory.create(id, boxed));
        });
        return LocalSpark.session().createDataFrame(rows, ARRAYS).repartition(3);
    }

    private static VectorIndex whole(Map<Long, float[]> vectors, Metric metric) {
        VectorIndex index = VectorIndex.create(vectors.values().iterator().next().length, metric);
        vectors.forEach(index::put);
        return index;
    }

    private static float[][] queries(int count, long seed) {
        return vectors(count, seed).values().toArray(float[][]::new);
    }

    private static float[] flat(float[][] queries) {
        float[] flat = new float[queries.length * queries[0].length];
        for (int i = 0; i < queries.length; i++) {
            System.arraycopy(queries[i], 0, flat, i * queries[i].length, queries[i].length);
        }
        return flat;
    }

    private static void assertSame(List<Hits> found, List<Hits> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).ids()).containsExactly(expected.get(i).ids());
            // Hits compares the bits of scores, as Arrays.equals does.
            assertThat(found.get(i)).isEqualTo(expected.get(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DOT_PRODUCT, 1",
        "DOT_PRODUCT, 5",
        "COSINE, 2",
        "COSINE, 7",
        "EUCLIDEAN, 3",
        "EUCLIDEAN, 40",
    })
    void theAnswerIsThatOfOneIndex(Metric metric, int shards) throws IOException {
        TreeMap<Long, float[]> vectors = vectors(1500, 1);
        float[][] queries = queries(30, 2);
        ShardedIndex index = ShardedIndex.build(data(vectors), "id", "v", metric, shards, path());
        assertThat(index.shards()).isEqualTo(shards);
        assertThat(index.size()).isEqualTo(1500);
        assertThat(index.dimension()).isEqualTo(DIMENSION);
        assertThat(index.metric()).isEqualTo(metric);
        long[] some = vectors.keySet().stream()
                .mapToLong(Long::longValue)
                .filter(id -> id % 3 == 0)
                .toArray();
        try (VectorIndex one = whole(vectors, metric)) {
            for (int k : new int[] {1, 10, 2000}) {
                assertSame(index.search(queries, k), one.searchAll(flat(queries), k));
            }
            float bound = metric == Metric.COSINE ? 0.5f : 6f;
            ShardedSearchOptions near = ShardedSearchOptions.all();
            SearchOptions expected = SearchOptions.all();
            near = metric == Metric.EUCLIDEAN ? near.atMost(18f) : near.atLeast(bound);
            expected = metric == Metric.EUCLIDEAN ? expected.atMost(18f) : expected.atLeast(bound);
            List<Hits> found = index.search(queries, near);
            assertThat(found.stream().mapToInt(Hits::size).sum()).isPositive();
            assertSame(found, one.searchAll(flat(queries), expected));
            assertSame(
                    index.search(queries, near.filter(IdSet.allow(some))),
                    one.searchAll(flat(queries), expected.filter(IdFilter.allow(some))));
            assertSame(
                    index.search(queries, ShardedSearchOptions.nearest(9).filter(IdSet.exclude(some))),
                    one.searchAll(flat(queries), SearchOptions.nearest(9).filter(IdFilter.exclude(some))));
            List<IdSet> sets = new ArrayList<>();
            List<IdFilter> filters = new ArrayList<>();
            for (int i = 0; i < queries.length; i++) {
                long[] own = Arrays.copyOf(some, 5 + i);
                sets.add(i % 3 == 0 ? IdSet.all() : i % 3 == 1 ? IdSet.allow(own) : IdSet.exclude(own));
                filters.add(i % 3 == 0 ? IdFilter.all() : i % 3 == 1 ? IdFilter.allow(own) : IdFilter.exclude(own));
            }
            assertSame(
                    index.search(queries, ShardedSearchOptions.nearest(7).filters(sets)),
                    one.searchAll(flat(queries), SearchOptions.nearest(7).filters(filters)));
        }
    }

    /** Scores that overflow a float, and that are too small for one, come in the order of their true values. */
    @ParameterizedTest
    @EnumSource(Metric.class)
    void scoresBeyondTheRangeOfFloatsAreInOrder(Metric metric) throws IOException {
        Random random = new Random(3);
        TreeMap<Long, float[]> vectors = new TreeMap<>();
        for (long id = 0; id < 120; id++) {
            float size = id % 3 == 0 ? 1e30f : id % 3 == 1 ? 1e-30f : id % 2 == 0 ? 1e-22f : 0f;
            vectors.put(id * 37 % 120, new float[] {
                size * random.nextFloat(-1, 1), size * random.nextFloat(-1, 1), metric == Metric.COSINE ? 1f : 0f
            });
        }
        float[][] queries = {{1e20f, 1e19f, 0}, {1e-30f, 2e-30f, 0}, {3e-20f, -2e-20f, 0}, {-1e30f, 1e12f, 0}};
        ShardedIndex index = ShardedIndex.build(data(vectors), "id", "v", metric, 6, path());
        try (VectorIndex one = whole(vectors, metric)) {
            for (int k : new int[] {1, 7, 50, 200}) {
                assertSame(index.search(queries, k), one.searchAll(flat(queries), k));
            }
            Dataset<Row> found = index.search(
                    data(new TreeMap<>(Map.of(0L, queries[0], 1L, queries[1], 2L, queries[2], 3L, queries[3]))),
                    "id",
                    "v",
                    ShardedSearchOptions.nearest(50));
            assertSame(hits(found, 4), one.searchAll(flat(queries), 50));
        }
    }

    /** Returns the hits of queries 0, 1, … from the rows of a search. */
    private static List<Hits> hits(Dataset<Row> found, int queries) {
        List<Row> rows = new ArrayList<>(found.collectAsList());
        rows.sort(Comparator.<Row>comparingLong(row -> row.getLong(0)).thenComparingInt(row -> row.getInt(1)));
        List<Hits> hits = new ArrayList<>();
        for (int query = 0; query < queries; query++) {
            int number = query;
            List<Row> own =
                    rows.stream().filter(row -> row.getLong(0) == number).toList();
            long[] ids = own.stream().mapToLong(row -> row.getLong(2)).toArray();
            float[] scores = new float[ids.length];
            for (int i = 0; i < scores.length; i++) {
                assertThat(own.get(i).getInt(1)).isEqualTo(i + 1);
                scores[i] = own.get(i).getFloat(3);
            }
            hits.add(new Hits(ids, scores));
        }
        return hits;
    }

    @Test
    void aDataSetOfQueriesFindsTheSame() throws IOException {
        TreeMap<Long, float[]> vectors = vectors(900, 4);
        float[][] queries = queries(700, 5);
        TreeMap<Long, float[]> numbered = new TreeMap<>();
        for (int i = 0; i < queries.length; i++) {
            numbered.put((long) i, queries[i]);
        }
        ShardedIndex index = ShardedIndex.build(data(vectors), "id", "v", Metric.COSINE, 4, path());
        Dataset<Row> found = index.search(
                data(numbered), "id", "v", ShardedSearchOptions.nearest(5).atLeast(0.4f));
        assertThat(found.columns()).containsExactly("query", "rank", "id", "score");
        try (VectorIndex one = whole(vectors, Metric.COSINE)) {
            assertSame(
                    hits(found, queries.length),
                    one.searchAll(flat(queries), SearchOptions.nearest(5).atLeast(0.4f)));
        }
        assertThatThrownBy(() -> index.search(
                                data(numbered).union(data(numbered)), "id", "v", ShardedSearchOptions.nearest(1))
                        .count())
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("comes twice");
        assertThatThrownBy(() -> index.search(
                        data(numbered), "id", "v", ShardedSearchOptions.all().filters(List.of())))
                .hasMessage("queries of a data set cannot have a set of ids each");
    }

    @Test
    void changesGiveTheAnswerOfOneIndexThatIsChanged() throws IOException {
        TreeMap<Long, float[]> vectors = vectors(600, 6);
        float[][] queries = queries(20, 7);
        ShardedIndex first = ShardedIndex.build(data(vectors), "id", "v", Metric.DOT_PRODUCT, 3, path());
        List<Hits> before = first.search(queries, 12);

        // Some with new ids, and some in place of others.
        TreeMap<Long, float[]> more = vectors(200, 8);
        long[] ids = vectors.keySet().stream().mapToLong(Long::longValue).toArray();
        for (int i = 0; i < 100; i++) {
            more.put(ids[i * 5], more.firstEntry().getValue());
        }
        ShardedIndex second = first.add(data(more), "id", "v", 2);
        vectors.putAll(more);
        assertThat(second.shards()).isEqualTo(5);
        assertThat(second.size()).isEqualTo(vectors.size());

        long[] gone = LongStream.concat(
                        vectors.keySet().stream().mapToLong(Long::longValue).filter(id -> id % 4 == 0),
                        LongStream.of(Long.MAX_VALUE))
                .toArray();
        ShardedIndex third = second.remove(gone);
        for (long id : gone) {
            vectors.remove(id);
        }
        assertThat(third.size()).isEqualTo(vectors.size());

        // What was removed may come again.
        TreeMap<Long, float[]> again = new TreeMap<>(Map.of(gone[0], queries[0], gone[1], queries[1]));
        ShardedIndex last = third.add(data(again), "id", "v", 1);
        vectors.putAll(again);
        assertThat(last.remove()).isSameAs(last);

        ShardedIndex opened = ShardedIndex.open(LocalSpark.session(), path());
        try (VectorIndex one = whole(vectors, Metric.DOT_PRODUCT)) {
            for (ShardedIndex index : List.of(last, opened)) {
                assertThat(index.size()).isEqualTo(vectors.size());
                assertSame(index.search(queries, 12), one.searchAll(flat(queries), 12));
                assertSame(
                        index.search(queries, ShardedSearchOptions.all().filter(IdSet.allow(ids))),
                        one.searchAll(flat(queries), SearchOptions.all().filter(IdFilter.allow(ids))));
                assertSame(
                        index.search(queries, ShardedSearchOptions.nearest(3).filter(IdSet.exclude(ids))),
                        one.searchAll(flat(queries), SearchOptions.nearest(3).filter(IdFilter.exclude(ids))));
            }
        }
        assertSame(first.search(queries, 12), before);
        assertThatThrownBy(() -> first.remove(1))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("the index has been changed since it was opened: its manifest was 1, and is 4");
    }

    /** A change that the manifest has is made, even if what it makes superfluous cannot be deleted. */
    @Test
    void aChangeCountsAlthoughNothingCanBeDeleted() throws IOException {
        LocalSpark.context().hadoopConfiguration().set("fs.stubborn.impl", Stubborn.class.getName());
        TreeMap<Long, float[]> vectors = vectors(100, 9);
        String path = "stubborn:" + directory.resolve("stubborn");
        ShardedIndex index = ShardedIndex.build(data(vectors), "id", "v", Metric.COSINE, 2, path);
        Path left = directory.resolve("stubborn/new-01234567-89ab-cdef-0123-456789abcdef");
        Files.writeString(left, "");
        long id = vectors.firstKey();
        vectors.remove(id);
        ShardedIndex changed = index.remove(id);
        assertThat(left).exists();
        for (ShardedIndex one : List.of(changed, ShardedIndex.open(LocalSpark.session(), path))) {
            try (VectorIndex whole = whole(vectors, Metric.COSINE)) {
                float[][] queries = queries(5, 10);
                assertSame(one.search(queries, 3), whole.searchAll(flat(queries), SearchOptions.nearest(3)));
            }
        }
    }

    /** The local file system, which deletes nothing. */
    public static final class Stubborn extends RawLocalFileSystem {
        /** Made by Hadoop. */
        public Stubborn() {}

        @Override
        public URI getUri() {
            return URI.create("stubborn:///");
        }

        @Override
        public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) throws IOException {
            throw new IOException("not to be deleted: " + path);
        }
    }

    @Test
    void vectorsOfMlAndFewerVectorsThanShards() throws IOException {
        StructType schema = new StructType().add("key", DataTypes.IntegerType).add("vector", new VectorUDT());
        Dataset<Row> data = LocalSpark.session()
                .createDataFrame(
                        List.of(
                                RowFactory.create(3, Vectors.dense(1, 0)),
                                RowFactory.create(5, Vectors.sparse(2, new int[] {1}, new double[] {1}))),
                        schema);
        ShardedIndex index = ShardedIndex.build(data, "key", "vector", Metric.COSINE, 8, path());
        assertThat(index.shards()).isLessThanOrEqualTo(2);
        assertSame(
                index.search(new float[][] {{1, 2}}, 1), List.of(new Hits(new long[] {5}, new float[] {0.8944272f})));
        assertThat(index.search(new float[0][], 1)).isEmpty();
    }

    @Test
    void rejectsRowsThatCannotBeIndexed() {
        refuses("the data set has no rows", data(new TreeMap<>()), Metric.COSINE);
        TreeMap<Long, float[]> some = new TreeMap<>(Map.of(1L, new float[] {1, 2}, 7L, new float[] {3, 4}));
        refuses(
                "id 7 comes twice",
                data(some).union(data(new TreeMap<>(Map.of(7L, new float[2])))),
                Metric.DOT_PRODUCT);
        some.put(9L, new float[] {Float.NaN, 0});
        refuses("id 9: value 0 of the vector is NaN, not a finite number", data(some), Metric.EUCLIDEAN);
        some.put(9L, new float[2]);
        refuses("id 9: the vector is zero", data(some), Metric.COSINE);
        some.put(9L, new float[3]);
        assertThatThrownBy(() -> ShardedIndex.build(data(some), "id", "v", Metric.EUCLIDEAN, 1, path()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("values, but others have ");
        Dataset<Row> nulls = LocalSpark.session()
                .createDataFrame(List.of(RowFactory.create(4L, null), RowFactory.create(5L, new Float[] {1f})), ARRAYS);
        refuses("id 4 has null for its vector", nulls.limit(1), Metric.COSINE);
        assertThatThrownBy(() -> ShardedIndex.build(data(some), "id", "v", Metric.COSINE, 0, path()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shards must be at least 1, but is 0");
        assertThat(directory.resolve("index").resolve("manifest-1")).doesNotExist();
    }

    private void refuses(String message, Dataset<Row> data, Metric metric) {
        assertThatThrownBy(() -> ShardedIndex.build(data, "id", "v", metric, 4, path()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void rejectsSearchesAsOneIndexDoes() throws IOException {
        ShardedIndex index = ShardedIndex.build(data(vectors(20, 9)), "id", "v", Metric.COSINE, 2, path());
        float[][] one = queries(1, 10);
        try (VectorIndex empty = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            String message = messageOf(() -> empty.searchAll(one[0], 0));
            assertThatThrownBy(() -> index.search(one, 0)).hasMessage(message);
            String threshold =
                    messageOf(() -> empty.searchAll(one[0], SearchOptions.all().atMost(1f)));
            assertThatThrownBy(
                            () -> index.search(one, ShardedSearchOptions.all().atMost(1f)))
                    .hasMessage(threshold);
            String filters =
                    messageOf(() -> empty.searchAll(one[0], SearchOptions.all().filters(List.of())));
            assertThatThrownBy(
                            () -> index.search(one, ShardedSearchOptions.all().filters(List.of())))
                    .hasMessage(filters);
        }
        assertThatThrownBy(() -> index.search(new float[][] {one[0], new float[3]}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("query 1 has 3 values, not 16");
        assertThatThrownBy(() -> ShardedIndex.build(data(vectors(20, 9)), "id", "v", Metric.COSINE, 2, path()))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("there is an index already");
        assertThatThrownBy(() -> ShardedIndex.open(LocalSpark.session(), directory + "/none"))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("there is no index");
    }

    private static String messageOf(Runnable call) {
        try {
            call.run();
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        throw new AssertionError("nothing was refused");
    }

    @Test
    void damageIsFound() throws IOException {
        ShardedIndex.build(data(vectors(50, 11)), "id", "v", Metric.COSINE, 1, path());
        Path root = directory.resolve("index");
        Path shard;
        try (Stream<Path> files = Files.list(root)) {
            shard = files.filter(file -> file.getFileName().toString().startsWith("shard-"))
                    .findFirst()
                    .orElseThrow();
        }
        Path vectors;
        try (Stream<Path> files = Files.list(shard)) {
            vectors = files.filter(file -> file.getFileName().toString().endsWith("-vectors.npy"))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .findFirst()
                    .orElseThrow();
        }
        flip(vectors);
        // Hadoop's own checksum, which not all file systems have.
        Files.delete(shard.resolve("." + vectors.getFileName() + ".crc"));
        ShardedIndex index = ShardedIndex.open(LocalSpark.session(), path());
        assertThatThrownBy(() -> index.search(queries(1, 12), 1)).hasStackTraceContaining("it is damaged: its SHA-256");

        Path manifest = root.resolve("manifest-1");
        flip(manifest);
        assertThatThrownBy(() -> ShardedIndex.open(LocalSpark.session(), path()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("manifest-1: it is damaged");
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void whatAnInterruptedChangeLeftIsRemovedByTheNextOne() throws IOException {
        ShardedIndex index = ShardedIndex.build(data(vectors(50, 13)), "id", "v", Metric.COSINE, 2, path());
        Path left = directory.resolve("index").resolve("shard-" + java.util.UUID.randomUUID());
        Files.createDirectory(left);
        Path other = Files.createDirectory(directory.resolve("index").resolve("shard-of-somebody"));
        ShardedIndex changed = index.remove(1);
        assertThat(left).doesNotExist();
        assertThat(other).exists();
        assertThat(changed.search(queries(1, 14), 60).get(0).size()).isEqualTo((int) changed.size());
    }
}
