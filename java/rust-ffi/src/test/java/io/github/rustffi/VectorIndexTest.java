package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.rustffi.VectorIndex.Metric;
import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorIndexTest {
    private static final int DIMENSION = 24;

    @ParameterizedTest
    @EnumSource(Metric.class)
    void findsWhatASearchInDoublesFinds(Metric metric) {
        float[] vectors = Values.floats(1, 5000 * DIMENSION);
        float[] queries = Values.floats(2, 40 * DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, metric)) {
            assertThat(index.addAll(vectors)).isZero();
            List<Hits> together = index.searchAll(queries, 10);
            assertThat(together).hasSize(40);
            for (int q = 0; q < 40; q++) {
                float[] query = Arrays.copyOfRange(queries, q * DIMENSION, (q + 1) * DIMENSION);
                Hits hits = index.search(query, 10);
                assertThat(hits).isEqualTo(together.get(q));
                double[] scores = scores(metric, vectors, query);
                long[] expected = best(metric, scores, 10);
                assertThat(hits.ids()).isEqualTo(expected);
                for (int i = 0; i < hits.size(); i++) {
                    assertThat(hits.scores()[i]).isEqualTo((float) scores[(int) expected[i]]);
                }
            }
        }
    }

    @Test
    void equalVectorsComeInTheOrderOfTheirIds() {
        try (VectorIndex index = VectorIndex.create(3, Metric.EUCLIDEAN)) {
            for (int i = 0; i < 100; i++) {
                assertThat(index.add(new float[] {1, 2, 3})).isEqualTo(i);
            }
            Hits hits = index.search(new float[] {1, 2, 4}, 5);
            assertThat(hits).isEqualTo(new Hits(new long[] {0, 1, 2, 3, 4}, new float[] {1, 1, 1, 1, 1}));
            assertThat(hits).hasToString("[0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0]");
        }
    }

    @Test
    void findsOnlyAllowedIds() {
        float[] vectors = Values.floats(3, 1000 * DIMENSION);
        float[] query = Values.floats(4, DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.DOT_PRODUCT)) {
            index.addAll(vectors);
            BitSet allowed = new BitSet();
            IntStream.iterate(5, id -> id < 2000, id -> id + 7).forEach(allowed::set);
            long[] all = best(Metric.DOT_PRODUCT, scores(Metric.DOT_PRODUCT, vectors, query), 1000);
            long[] expected = Arrays.stream(all)
                    .filter(id -> allowed.get((int) id))
                    .limit(20)
                    .toArray();
            assertThat(index.search(query, 20, allowed).ids()).isEqualTo(expected);
            assertThat(index.search(query, 1000, allowed).size())
                    .isEqualTo(allowed.get(0, 1000).cardinality());
            assertThat(index.search(query, 20, new BitSet()).size()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void findsAllThatReachAThreshold(Metric metric) {
        float[] vectors = Values.floats(11, 2000 * DIMENSION);
        float[] queries = Values.floats(12, 6 * DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, metric)) {
            index.addAll(vectors);
            BatchHits all = index.searchAll(queries, 2000);
            assertThat(all.offsets()).containsExactly(0, 2000, 4000, 6000, 8000, 10_000, 12_000);
            float threshold = all.scores()[300];
            SearchOptions within = SearchOptions.all();
            within = metric == Metric.EUCLIDEAN ? within.atMost(threshold) : within.atLeast(threshold);
            BatchHits found = index.searchAll(queries, within);
            assertThat(found.get(0).size()).isEqualTo(301);
            for (int q = 0; q < 6; q++) {
                Hits hits = all.get(q);
                int count = (int) IntStream.range(0, 2000)
                        .filter(i -> metric == Metric.EUCLIDEAN
                                ? hits.scores()[i] <= threshold
                                : hits.scores()[i] >= threshold)
                        .count();
                Hits expected = new Hits(Arrays.copyOf(hits.ids(), count), Arrays.copyOf(hits.scores(), count));
                assertThat(found.get(q)).isEqualTo(expected);
                float[] query = Arrays.copyOfRange(queries, q * DIMENSION, (q + 1) * DIMENSION);
                assertThat(index.search(query, within)).isEqualTo(expected);
            }
        }
    }

    @Test
    void everyFormOfAFilterAllowsTheSame() {
        float[] vectors = Values.floats(13, 3000 * DIMENSION);
        float[] queries = Values.floats(14, 9 * DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(vectors);
            BatchHits all = index.searchAll(queries, 3000);
            for (long[] ids : new long[][] {
                {},
                {7},
                {2999, 0, 7, 7, -1, Long.MAX_VALUE, 5_000_000_000L},
                LongStream.range(100, 2900).toArray()
            }) {
                BitSet bits = new BitSet();
                Arrays.stream(ids).filter(id -> id >= 0 && id < 3000).forEach(id -> bits.set((int) id));
                for (IdFilter filter : new IdFilter[] {
                    IdFilter.allow(ids), IdFilter.allow(bits), IdFilter.allowBits(bits.toLongArray())
                }) {
                    assertFound(index, queries, all, filter, id -> bits.get((int) id));
                }
                for (IdFilter filter : new IdFilter[] {
                    IdFilter.exclude(ids), IdFilter.exclude(bits), IdFilter.excludeBits(bits.toLongArray())
                }) {
                    assertFound(index, queries, all, filter, id -> !bits.get((int) id));
                }
            }
            assertFound(index, queries, all, IdFilter.all(), id -> true);
            List<IdFilter> own = IntStream.range(0, 9)
                    .mapToObj(q -> q == 4
                            ? IdFilter.all()
                            : IdFilter.exclude(LongStream.range(0, 300L * q).toArray()))
                    .toList();
            BatchHits found = index.searchAll(queries, SearchOptions.nearest(20).filters(own));
            for (int q = 0; q < 9; q++) {
                long[] expected = Arrays.stream(all.get(q).ids())
                        .filter(own.get(q)::allows)
                        .limit(20)
                        .toArray();
                assertThat(found.get(q).ids()).isEqualTo(expected);
            }
        }
    }

    private static void assertFound(
            VectorIndex index, float[] queries, BatchHits all, IdFilter filter, LongPredicate allowed) {
        BatchHits found = index.searchAll(queries, SearchOptions.nearest(50).filter(filter));
        for (int q = 0; q < all.size(); q++) {
            long[] expected =
                    Arrays.stream(all.get(q).ids()).filter(allowed).limit(50).toArray();
            assertThat(found.get(q).ids()).isEqualTo(expected);
            assertThat(LongStream.of(expected)).allMatch(filter::allows);
            float[] query = Arrays.copyOfRange(queries, q * DIMENSION, (q + 1) * DIMENSION);
            assertThat(index.search(query, SearchOptions.nearest(50).filter(filter)))
                    .isEqualTo(found.get(q));
        }
    }

    @Test
    void filtersOfTheSameIdsAreEqual() {
        BitSet bits = new BitSet();
        bits.set(70);
        bits.set(200, 300);
        long[] ids = bits.stream().asLongStream().toArray();
        assertThat(IdFilter.allow(bits))
                .isEqualTo(IdFilter.allow(ids))
                .isEqualTo(IdFilter.allowBits(Arrays.copyOf(bits.toLongArray(), 100)))
                .isNotEqualTo(IdFilter.exclude(bits))
                .hasSameHashCodeAs(IdFilter.allow(ids))
                .hasToString("allows 101 ids");
        assertThat(IdFilter.exclude(5_000_000_000L)).hasToString("excludes 1 id");
        assertThat(IdFilter.exclude()).isEqualTo(IdFilter.all()).hasToString("excludes 0 ids");
        long far = 1L << 40;
        IdFilter dense = IdFilter.allow(LongStream.range(far, far + 500).toArray());
        assertThat(LongStream.of(far, far + 499)).allMatch(dense::allows);
        assertThat(LongStream.of(far - 1, far + 500, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE))
                .noneMatch(dense::allows);
        IdFilter negative = IdFilter.exclude(LongStream.range(-100, 100).toArray());
        assertThat(LongStream.range(-100, 100)).noneMatch(negative::allows);
        assertThat(LongStream.of(-101, 100, -128, 127)).allMatch(negative::allows);
    }

    @Test
    void addsFromArraysMatricesAndBuffers() {
        float[] values = Values.floats(17, 5 * DIMENSION);
        float[][] rows = new float[5][];
        for (int i = 0; i < 5; i++) {
            rows[i] = Arrays.copyOfRange(values, i * DIMENSION, (i + 1) * DIMENSION);
        }
        FloatBuffer direct = ByteBuffer.allocateDirect((values.length + 3) * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        direct.put(3, values).position(3);
        FloatBuffer swapped = ByteBuffer.allocateDirect(values.length * Float.BYTES)
                .order(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
                .asFloatBuffer();
        swapped.put(0, values);
        float[] padded = new float[values.length + 7];
        System.arraycopy(values, 0, padded, 4, values.length);
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.DOT_PRODUCT)) {
            assertThat(index.addAll(rows)).isZero();
            assertThat(index.addAll(FloatMatrix.of(rows))).isEqualTo(5);
            assertThat(index.addAll(direct)).isEqualTo(10);
            assertThat(index.addAll(direct.slice())).isEqualTo(15);
            assertThat(index.addAll(swapped)).isEqualTo(20);
            assertThat(index.addAll(FloatBuffer.wrap(padded, 4, values.length))).isEqualTo(25);
            assertThat(index.addAll(
                            FloatBuffer.wrap(padded, 4, values.length).slice().asReadOnlyBuffer()))
                    .isEqualTo(30);
            assertThat(index.addAll(new float[0][])).isEqualTo(35);
            assertThat(index.addAll(FloatMatrix.of(0, 7))).isEqualTo(35);
            assertThat(direct.position()).isEqualTo(3);
            for (int i = 0; i < 35; i++) {
                assertThat(index.get(i)).isEqualTo(rows[i % 5]);
            }
            rows[3] = new float[DIMENSION - 1];
            assertIllegal(
                    () -> index.addAll(rows),
                    "vector 3 has " + (DIMENSION - 1) + " values, but the dimension is " + DIMENSION);
            rows[3] = null;
            assertThatNullPointerException()
                    .isThrownBy(() -> index.addAll(rows))
                    .withMessage("vectors[3]");
            assertIllegal(
                    () -> index.addAll(FloatMatrix.of(new float[2][2])),
                    "vector 0 has 2 values, but the dimension is " + DIMENSION);
            assertThat(index.size()).isEqualTo(35);
        }
    }

    @Test
    void vectorsAreReplacedAndRemovedByTheirIds() {
        try (VectorIndex index = VectorIndex.create(2, Metric.EUCLIDEAN)) {
            assertThat(index.put(1L << 40, new float[] {1, 0})).isFalse();
            assertThat(index.put(-7, new float[] {0, 3})).isFalse();
            assertThat(index.put(1L << 40, new float[] {0, 1})).isTrue();
            assertThat(index.putAll(new long[] {5, -7, 5}, new float[] {9, 9, 0, 2, 0, 4}))
                    .isEqualTo(1);
            assertThat(index.ids()).containsExactly(-7, 5, 1L << 40);
            assertThat(index.size()).isEqualTo(3);
            assertThat(index.get(5)).containsExactly(0, 4);
            float[] origin = {0, 0};
            assertThat(index.search(origin, 5))
                    .isEqualTo(new Hits(new long[] {1L << 40, -7, 5}, new float[] {1, 4, 16}));
            assertThat(index.search(origin, SearchOptions.nearest(5).filter(IdFilter.exclude(-7)))
                            .ids())
                    .containsExactly(1L << 40, 5);
            assertThat(index.search(origin, SearchOptions.nearest(5).filter(IdFilter.allow(5, 6)))
                            .ids())
                    .containsExactly(5);
            assertThat(index.search(origin, SearchOptions.all().atMost(4)).ids())
                    .containsExactly(1L << 40, -7);
            assertThat(index.add(new float[] {0, 5})).isEqualTo((1L << 40) + 1);
            assertThat(index.remove(-7)).isTrue();
            assertThat(index.remove(-7)).isFalse();
            assertThat(index.contains(-7)).isFalse();
            assertThat(index.contains(5)).isTrue();
            assertThat(index.removeAll(5, 6, 1L << 40)).isEqualTo(2);
            assertThat(index.search(origin, 5).ids()).containsExactly((1L << 40) + 1);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> index.get(5))
                    .withMessage("there is no vector with the id 5");
            assertIllegal(() -> index.putAll(new long[] {1}, new float[4]), "there are 1 ids for 2 vectors");
            index.put(Long.MAX_VALUE, origin);
            assertThatIllegalStateException()
                    .isThrownBy(() -> index.add(origin))
                    .withMessage("there are no ids for 1 vectors from 9223372036854775808 to 9223372036854775807");
        }
    }

    @Test
    void manyQueriesMakeAFewArrays() {
        float[] queries = Values.floats(15, 20_000 * 2);
        try (VectorIndex index = VectorIndex.create(2, Metric.EUCLIDEAN)) {
            index.addAll(Values.floats(16, 100 * 2));
            BatchHits hits = index.searchAll(queries, 1);
            assertThat(hits).hasSize(20_000);
            assertThat(hits.ids()).hasSize(20_000);
            assertThat(hits.scores()).hasSize(20_000);
            assertThat(hits.offsets()).hasSize(20_001);
            assertThat(hits.get(19_999)).isEqualTo(index.search(Arrays.copyOfRange(queries, 39_998, 40_000), 1));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> hits.get(20_000))
                    .withMessage("Index 20000 out of bounds for length 20000");
        }
    }

    @Test
    void findsAllVectorsWhereThereAreFewerThanAskedFor() {
        try (VectorIndex index = VectorIndex.create(1, Metric.DOT_PRODUCT)) {
            assertThat(index.search(new float[] {1}, 10).size()).isZero();
            assertThat(index.searchAll(new float[] {1, 2}, 10)).allMatch(hits -> hits.size() == 0);
            assertThat(index.searchAll(new float[0], 10)).isEmpty();
            index.addAll(new float[] {1, 3, 2});
            assertThat(index.search(new float[] {1}, Integer.MAX_VALUE).ids()).containsExactly(1, 2, 0);
            assertThat(index.searchAll(new float[] {1, -1}, 7).get(1).ids()).containsExactly(0, 2, 1);
        }
    }

    @Test
    void returnsVectorsAsTheyWereAdded() {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            assertThat(index.add(new float[] {3, 4})).isZero();
            assertThat(index.addAll(new float[] {5, 6, 7, 8})).isEqualTo(1);
            assertThat(index.addAll(new float[0])).isEqualTo(3);
            assertThat(index.get(0)).containsExactly(3, 4);
            assertThat(index.get(2)).containsExactly(7, 8);
            assertThat(index.size()).isEqualTo(3);
            assertThat(index.dimension()).isEqualTo(2);
            assertThat(index.metric()).isEqualTo(Metric.COSINE);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> index.get(3))
                    .withMessage("id 3 is out of range for 3 vectors");
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> index.get(-1))
                    .withMessage("id -1 is out of range for 3 vectors");
        }
    }

    @Test
    void rejectsBadInputAndStaysAsItWas() {
        assertIllegal(() -> VectorIndex.create(0, Metric.COSINE), "dimension must be from 1 to 2147483647, but is 0");
        assertIllegal(() -> VectorIndex.create(-3, Metric.COSINE), "dimension must be from 1 to 2147483647, but is -3");
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            index.addAll(new float[] {1, 2, 3, 4});
            assertIllegal(() -> index.add(new float[1]), "the vector has 1 values, but the dimension is 2");
            assertIllegal(() -> index.add(new float[4]), "the vector has 4 values, but the dimension is 2");
            assertIllegal(
                    () -> index.addAll(new float[3]), "the vectors have 3 values, not a multiple of the dimension 2");
            assertIllegal(
                    () -> index.addAll(new float[] {1, 2, 3, Float.NaN}),
                    "value 1 of vector 1 is NaN, not a finite number");
            assertIllegal(
                    () -> index.add(new float[] {Float.NEGATIVE_INFINITY, 1}),
                    "value 0 of the vector is -Infinity, not a finite number");
            assertIllegal(() -> index.addAll(new float[] {1, 2, 0, -0f}), "vector 1 is zero, which has no direction");
            assertIllegal(() -> index.search(new float[3], 1), "the query has 3 values, but the dimension is 2");
            assertIllegal(() -> index.search(new float[] {1, 1}, 0), "k must be at least 1, but is 0");
            assertIllegal(() -> index.search(new float[] {1, 1}, -9), "k must be at least 1, but is -9");
            assertIllegal(() -> index.search(new float[2], 1), "the query is zero, which has no direction");
            assertIllegal(
                    () -> index.search(new float[] {1, Float.NaN}, 1),
                    "value 1 of the query is NaN, not a finite number");
            assertIllegal(() -> index.add(new float[2]), "the vector is zero, which has no direction");
            assertIllegal(
                    () -> index.searchAll(new float[] {1, 2, Float.POSITIVE_INFINITY, 4}, 1),
                    "value 0 of query 1 is Infinity, not a finite number");
            assertIllegal(
                    () -> index.searchAll(new float[] {1, 2, 3, 4, 0, 0}, 1),
                    "query 2 is zero, which has no direction");
            assertIllegal(
                    () -> index.searchAll(new float[3], 1),
                    "the queries have 3 values, not a multiple of the dimension 2");
            assertIllegal(() -> index.searchAll(new float[2], 0), "k must be at least 1, but is 0");
            assertThat(index.size()).isEqualTo(2);
            assertThat(index.add(new float[] {5, 6})).isEqualTo(2);
            assertThat(index.get(2)).containsExactly(5, 6);
        }
    }

    @Test
    void whatJavaMustNotAskForIsABug() {
        assertBug(() -> Natives.indexCreate(2, 3, 0), "no metric has the ordinal 3");
        assertBug(() -> Natives.indexCreate(2, 0, 2), "no storage has the ordinal 2");
        assertBug(() -> Natives.indexMap("a.npy", -1), "no metric has the ordinal -1");
        try (VectorIndex index = VectorIndex.create(1, Metric.DOT_PRODUCT)) {
            index.add(new float[] {1});
            long handle = LongStream.iterate(1, candidate -> candidate + 1)
                    .filter(VectorIndexTest::isOpen)
                    .findFirst()
                    .getAsLong();
            assertBug(() -> Natives.indexSearch(handle, new float[1], 1, 3, 0, null, null), "no bound is numbered 3");
        }
    }

    private static boolean isOpen(long handle) {
        try {
            return Natives.indexDimension(handle) > 0;
        } catch (IllegalStateException closed) {
            return false;
        }
    }

    @Test
    void saysWhatItIsAndWhatIsSearchedFor() {
        VectorIndex index = VectorIndex.create(2, Metric.COSINE);
        assertThat(index).hasToString("0 vectors of 2 values by COSINE");
        index.addAll(new float[] {1, 2});
        assertThat(index).hasToString("1 vector of 2 values by COSINE");
        index.close();
        assertThat(index).hasToString("closed index of vectors of 2 values by COSINE");
        SearchOptions nearest = SearchOptions.nearest(10);
        assertThat(nearest).hasToString("10 nearest");
        assertThat(nearest.atLeast(0.7f).filter(IdFilter.exclude(3)))
                .hasToString("10 nearest, scores at least 0.7, filtered");
        assertThat(SearchOptions.all().atMost(2).filters(List.of(IdFilter.all())))
                .hasToString("all, scores at most 2.0, filtered for each query");
    }

    @Test
    void namesTheArgumentThatIsNull() {
        assertNull(() -> VectorIndex.create(1, null), "metric");
        assertNull(() -> VectorIndex.open(null, Metric.COSINE), "npy");
        assertNull(() -> VectorIndex.open(null), "directory");
        assertNull(() -> VectorIndex.map(null), "directory");
        assertNull(() -> VectorIndex.map(Path.of("a.npy"), null), "metric");
        try (VectorIndex index = VectorIndex.create(1, Metric.COSINE)) {
            assertNull(() -> index.add(null), "vector");
            assertNull(() -> index.addAll((float[]) null), "rowMajor");
            assertNull(() -> index.search(null, 1), "query");
            assertNull(() -> index.search(new float[1], 1, null), "allowed");
            assertNull(() -> index.searchAll(null, 1), "rowMajorQueries");
            assertNull(() -> index.search(new float[1], (SearchOptions) null), "options");
            assertNull(() -> index.searchAll(new float[1], (SearchOptions) null), "options");
            assertNull(
                    () -> {
                        index.save(null);
                        return index;
                    },
                    "path");
        }
    }

    @Test
    void everyUseOfAClosedIndexIsAnError(@TempDir Path directory) {
        VectorIndex index = VectorIndex.create(1, Metric.DOT_PRODUCT);
        index.add(new float[] {1});
        index.close();
        index.close();
        assertClosed(() -> index.add(new float[] {1}));
        assertClosed(() -> index.addAll(new float[] {1}));
        assertClosed(() -> index.get(0));
        assertClosed(index::size);
        assertClosed(index::dimension);
        assertClosed(index::metric);
        assertClosed(() -> index.useCodes(false));
        assertClosed(index::bytesInUse);
        assertClosed(() -> index.search(new float[] {1}, 1));
        assertClosed(() -> index.search(new float[] {1}, 1, new BitSet()));
        assertClosed(() -> index.searchAll(new float[] {1}, 1));
        assertClosed(() -> index.save(directory.resolve("a.npy")));
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void savedVectorsAreOpenedAndMapped(Metric metric, @TempDir Path directory) throws IOException {
        Path file = directory.resolve("Zoë 漢.npy");
        float[] query = Values.floats(5, DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, metric)) {
            index.addAll(Values.floats(6, 3000 * DIMENSION));
            index.save(file);
            assertThat(Files.size(file)).isEqualTo(128 + 3000L * DIMENSION * 4);
            Hits expected = index.search(query, 10);
            try (VectorIndex opened = VectorIndex.open(file, metric);
                    VectorIndex mapped = VectorIndex.map(file, metric)) {
                assertThat(opened.search(query, 10)).isEqualTo(expected);
                assertThat(mapped.search(query, 10)).isEqualTo(expected);
                assertThat(opened.add(query)).isEqualTo(3000);
                assertThat(mapped.bytesInUse()).isZero();
                assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(() -> mapped.add(query))
                        .withMessage("an index of a mapped file cannot be changed");
            }
        }
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void filesThatAreNoVectorsAreRefused(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing.npy");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> VectorIndex.open(missing, Metric.COSINE))
                .withMessageStartingWith(missing + ": ");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.open(directory, Metric.COSINE))
                .withMessage("cannot use " + directory
                        + ": it is a directory; the directory of an index is opened without a metric");
        Path file = directory.resolve("bad.npy");
        Files.writeString(file, "no array");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.map(file, Metric.COSINE))
                .withMessage("cannot use " + file + ": it does not begin as a .npy file does");
        try (VectorIndex index = VectorIndex.create(2, Metric.DOT_PRODUCT)) {
            index.addAll(new float[] {1, 2, 3, 4});
            index.save(file);
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        for (boolean map : new boolean[] {false, true}) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(
                            () -> (map ? VectorIndex.map(file, Metric.COSINE) : VectorIndex.open(file, Metric.COSINE))
                                    .close())
                    .withMessage("cannot use " + file + ": its header says 144 bytes, but it has 143 bytes");
        }
    }

    @Test
    void memoryIsAFewPercentMoreThanTheVectors() {
        try (VectorIndex index = VectorIndex.create(128, Metric.DOT_PRODUCT)) {
            float[] vector = Values.floats(7, 128);
            for (int i = 0; i < 20_000; i++) {
                index.add(vector);
            }
            assertThat(index.bytesInUse()).isBetween(20_000L * 512, 20_000L * 512 * 105 / 100);
            index.addAll(Values.floats(8, 40_000 * 128));
            assertThat(index.bytesInUse()).isBetween(60_000L * 512, 60_000L * 512 * 105 / 100);
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void codesTakeMemoryAndChangeNoResult(Metric metric) {
        int dimension = 64;
        int count = 12_000;
        float[] vectors = Values.floats(9, count * dimension);
        float[] queries = Values.floats(10, 5 * dimension);
        try (VectorIndex coded = VectorIndex.create(dimension, metric);
                VectorIndex plain = VectorIndex.create(dimension, metric)) {
            plain.useCodes(false);
            coded.addAll(vectors);
            plain.addAll(vectors);
            long bytes = (long) count * dimension * Float.BYTES;
            assertThat(coded.bytesInUse()).isEqualTo(bytes);
            for (int round = 0; round < 3; round++) {
                for (int query = 0; query < 5; query++) {
                    float[] one = Arrays.copyOfRange(queries, query * dimension, (query + 1) * dimension);
                    for (int k : new int[] {1, 10, 500}) {
                        assertThat(coded.search(one, k)).isEqualTo(plain.search(one, k));
                    }
                    float score = plain.search(one, 100).scores()[99];
                    SearchOptions within = metric == Metric.EUCLIDEAN
                            ? SearchOptions.all().atMost(score)
                            : SearchOptions.all().atLeast(score);
                    assertThat(coded.search(one, within)).isEqualTo(plain.search(one, within));
                    SearchOptions filtered = SearchOptions.nearest(20)
                            .filter(IdFilter.exclude(plain.search(one, 30).ids()));
                    assertThat(coded.search(one, filtered)).isEqualTo(plain.search(one, filtered));
                }
                assertThat(coded.searchAll(queries, 10)).isEqualTo(plain.searchAll(queries, 10));
                // What is replaced and added has codes of its own.
                float[] more = Values.floats(11 + round, 1000 * dimension);
                long[] ids = LongStream.range(0, 1000).map(id -> 13 * id).toArray();
                for (VectorIndex index : new VectorIndex[] {coded, plain}) {
                    index.putAll(ids, more);
                    index.removeAll(1, 2, 3);
                }
            }
            // The codes of 64 values and five numbers, in 8 bits, and in 4 bits where searches use those.
            assertThat(coded.bytesInUse() - plain.bytesInUse())
                    .isBetween(10_000L * (dimension + 20), 14_000L * (dimension + dimension / 2 + 40));
            coded.useCodes(false);
            float[] one = Arrays.copyOf(queries, dimension);
            assertThat(coded.search(one, 10)).isEqualTo(plain.search(one, 10));
        }
    }

    @Test
    void jmxShowsTheFigures() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.github.rustffi:type=VectorIndex");
        try (VectorIndex index = VectorIndex.create(1000, Metric.DOT_PRODUCT)) {
            index.addAll(Values.floats(9, 1000 * 1000));
            Await.until("the figures are there", () -> server.isRegistered(name));
            assertThat((Long) server.getAttribute(name, "BytesInUse")).isGreaterThanOrEqualTo(4_000_000);
            assertThat((Integer) server.getAttribute(name, "OpenIndexes")).isPositive();
        }
    }

    @Test
    void creatingAndClosingLeaksNothing() {
        long before = settledBytes();
        float[] vectors = Values.floats(10, 100 * DIMENSION);
        for (int round = 0; round < 10_000; round++) {
            try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.EUCLIDEAN)) {
                index.addAll(vectors);
            }
        }
        assertThat(settledBytes()).isLessThanOrEqualTo(before);
    }

    @Test
    void aForgottenIndexIsClosed() {
        long before = settledBytes();
        for (int i = 0; i < 100; i++) {
            VectorIndex.create(DIMENSION, Metric.EUCLIDEAN).addAll(Values.floats(i, 1000 * DIMENSION));
        }
        assertThat(Natives.indexBytesInUse()).isGreaterThan(before);
        assertThat(settledBytes()).isLessThanOrEqualTo(before);
    }

    /** Adds, searches, saves and closes from 8 threads. {@code -Drustffi.stress=30} makes it 30 seconds. */
    @Test
    void threadsMayDoEverythingAtOnce(@TempDir Path directory) throws Exception {
        double seconds = Double.parseDouble(System.getProperty("rustffi.stress", "1"));
        long end = System.nanoTime() + (long) (seconds * 1e9);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            while (System.nanoTime() < end) {
                VectorIndex index = VectorIndex.create(4, Metric.DOT_PRODUCT);
                index.addAll(new float[] {1, 1, 1, 1, 1, 1, 1, 1});
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    int kind = thread;
                    Path file = directory.resolve(thread + ".npy");
                    running.add(threads.submit(() -> use(index, kind, file)));
                }
                Thread.sleep(50);
                index.close();
                for (Future<?> use : running) {
                    use.get();
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Uses an index until it is closed. Vectors are added in pairs of equal ones, each pair better than the last. */
    private static Object use(VectorIndex index, int kind, Path file) throws IOException {
        try {
            for (float value = 2; ; value++) {
                if (kind == 0) {
                    float[] pair = new float[8];
                    Arrays.fill(pair, value);
                    index.addAll(pair);
                } else if (kind == 1) {
                    index.save(file);
                    try (VectorIndex copy = VectorIndex.open(file, Metric.DOT_PRODUCT)) {
                        assertThat(copy.size() % 2).isZero();
                    }
                } else {
                    float[] query = {1, 1, 1, 1};
                    Hits hits = kind < 5
                            ? index.search(query, 2)
                            : index.searchAll(query, 2).get(0);
                    assertThat(hits.size()).isEqualTo(2);
                    assertThat(hits.ids()[1]).isEqualTo(hits.ids()[0] + 1);
                    assertThat(hits.ids()[0] % 2).isZero();
                    assertThat(hits.scores()[0]).isEqualTo(4 * (hits.ids()[0] / 2 + 1));
                    assertThat(index.get(hits.ids()[1])[3] * 4).isEqualTo(hits.scores()[1]);
                }
            }
        } catch (IllegalStateException closed) {
            assertThat(closed).hasMessage("the index is closed");
            return index;
        }
    }

    /** Returns the native bytes of all indexes, once those that nobody refers to any more are closed. */
    private static long settledBytes() {
        long bytes = Natives.indexBytesInUse();
        for (int i = 0; i < 50; i++) {
            System.gc();
            sleep();
            long now = Natives.indexBytesInUse();
            if (now == bytes && i > 5) {
                break;
            }
            bytes = now;
        }
        return bytes;
    }

    private static void sleep() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double[] scores(Metric metric, float[] vectors, float[] query) {
        double[] scores = new double[vectors.length / query.length];
        for (int id = 0; id < scores.length; id++) {
            double dot = 0;
            double xx = 0;
            double yy = 0;
            double distance = 0;
            for (int i = 0; i < query.length; i++) {
                double x = query[i];
                double y = vectors[id * query.length + i];
                dot += x * y;
                xx += x * x;
                yy += y * y;
                distance += (x - y) * (x - y);
            }
            scores[id] = switch (metric) {
                case DOT_PRODUCT -> dot;
                case COSINE -> dot / Math.sqrt(xx * yy);
                case EUCLIDEAN -> distance;
            };
        }
        return scores;
    }

    private static long[] best(Metric metric, double[] scores, int k) {
        Comparator<Integer> order = Comparator.comparingDouble(id -> scores[id]);
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(metric == Metric.EUCLIDEAN ? order : order.reversed())
                .limit(k)
                .mapToLong(id -> id)
                .toArray();
    }

    private interface Call {
        Object run() throws IOException;
    }

    private static void assertIllegal(Call call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }

    private static void assertBug(Call call, String message) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(call::run)
                .withMessage("bug in rust_ffi: " + message);
    }

    private static void assertNull(Call call, String argument) {
        assertThatNullPointerException().isThrownBy(call::run).withMessage(argument);
    }

    private interface Use {
        void run() throws IOException;
    }

    private static void assertClosed(Use use) {
        assertThatIllegalStateException().isThrownBy(use::run).withMessage("the index is closed");
    }
}
