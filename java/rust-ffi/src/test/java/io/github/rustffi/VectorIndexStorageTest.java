package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.rustffi.VectorIndex.Metric;
import io.github.rustffi.VectorIndex.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Indexes in half precision beside indexes of floats that the rounded values are added to. */
class VectorIndexStorageTest {
    private static final int DIMENSION = 29;

    @TempDir
    Path directory;

    /** Returns the number of half precision that is nearest to a value, of two the even one. */
    private static float rounded(float value) {
        double step = Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 10);
        return (float) (Math.rint(value / step) * step);
    }

    private static float[] rounded(float[] values) {
        float[] all = new float[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = rounded(values[i]);
        }
        return all;
    }

    private static void assertSame(VectorIndex halves, VectorIndex floats) {
        assertThat(halves.storage()).isEqualTo(Storage.FLOAT16);
        long[] ids = floats.ids();
        assertThat(halves.ids()).isEqualTo(ids);
        for (long id : ids) {
            assertThat(halves.get(id)).isEqualTo(floats.get(id));
        }
        float[] queries = Values.floats(5, 9 * DIMENSION);
        float[] query = Arrays.copyOf(queries, DIMENSION);
        float middle = floats.search(query, ids.length).scores()[ids.length / 2];
        SearchOptions all = SearchOptions.all();
        long[] third = LongStream.of(ids).filter(id -> id % 3 == 0).toArray();
        List<IdFilter> own = IntStream.range(0, 9)
                .mapToObj(q -> q % 2 == 0 ? IdFilter.exclude(third) : IdFilter.allow(third))
                .toList();
        for (SearchOptions options : List.of(
                SearchOptions.nearest(20),
                floats.metric() == Metric.EUCLIDEAN ? all.atMost(middle) : all.atLeast(middle),
                SearchOptions.nearest(7).filter(IdFilter.allow(third)),
                all.filter(IdFilter.exclude(third)))) {
            assertThat(halves.search(query, options)).isEqualTo(floats.search(query, options));
            assertThat(halves.searchAll(queries, options)).isEqualTo(floats.searchAll(queries, options));
        }
        SearchOptions options = SearchOptions.nearest(20).filters(own);
        assertThat(halves.searchAll(queries, options)).isEqualTo(floats.searchAll(queries, options));
    }

    /** Adds vectors in every way there is, and replaces and removes some. */
    private static void fill(VectorIndex index, boolean isRounded) {
        float[] values = Values.floats(1, 400 * DIMENSION);
        float[] vectors = isRounded ? rounded(values) : values;
        float[] one = Arrays.copyOf(vectors, DIMENSION);
        FloatBuffer direct = ByteBuffer.allocateDirect(vectors.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(vectors)
                .flip();
        assertThat(index.add(one)).isZero();
        assertThat(index.addAll(vectors)).isEqualTo(1);
        assertThat(index.addAll(new float[][] {one, one})).isEqualTo(401);
        assertThat(index.addAll(FloatMatrix.of(400, DIMENSION, vectors))).isEqualTo(403);
        assertThat(index.addAll(FloatBuffer.wrap(vectors))).isEqualTo(803);
        assertThat(index.addAll(direct)).isEqualTo(1203);
        assertThat(index.put(7, one)).isTrue();
        assertThat(index.putAll(new long[] {-3, 9}, Arrays.copyOf(vectors, 2 * DIMENSION)))
                .isEqualTo(1);
        assertThat(index.removeAll(LongStream.range(20, 600).toArray())).isEqualTo(580);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void searchesFindWhatTheyFindAmongTheRoundedValues(Metric metric) throws IOException {
        try (VectorIndex halves = VectorIndex.create(DIMENSION, metric, Storage.FLOAT16);
                VectorIndex floats = VectorIndex.create(DIMENSION, metric)) {
            fill(halves, false);
            fill(floats, true);
            assertThat(floats.storage()).isEqualTo(Storage.FLOAT32);
            assertThat(halves.bytesInUse()).isLessThan(floats.bytesInUse() * 6 / 10);
            assertSame(halves, floats);
            floats.useCodes(false);
            halves.useCodesFrom(1);
            assertSame(halves, floats);
            assertSame(halves, floats);
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void aDirectorySaysHowItsVectorsAreStored(Metric metric) throws IOException {
        try (VectorIndex halves = VectorIndex.create(DIMENSION, metric, Storage.FLOAT16);
                VectorIndex floats = VectorIndex.create(DIMENSION, metric)) {
            fill(halves, false);
            fill(floats, true);
            halves.save(directory);
            float[] values = Values.floats(2, DIMENSION);
            halves.put(1000, values);
            floats.put(1000, rounded(values));
            halves.save(directory);
            VectorIndex.verify(directory);
            assertThat(Files.readString(directory.resolve("manifest")))
                    .startsWith("rust-ffi-index 2\nmetric " + metric + "\nstorage FLOAT16\ndimension 29\nsize ");
            byte[] vectors = Files.readAllBytes(directory.resolve("segment-2-vectors.npy"));
            assertThat(new String(vectors, StandardCharsets.ISO_8859_1))
                    .contains("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 29), }");
            assertThat(vectors).hasSize(128 + 2 * DIMENSION);
            try (VectorIndex opened = VectorIndex.open(directory);
                    VectorIndex mapped = VectorIndex.map(directory)) {
                assertThat(mapped.bytesInUse()).isZero();
                for (int from : new int[] {0, 1}) {
                    opened.useCodesFrom(from);
                    mapped.useCodesFrom(from);
                    assertSame(opened, floats);
                    assertSame(mapped, floats);
                }
                Path copy = directory.resolve("copy");
                opened.put(4, values);
                floats.put(4, rounded(values));
                opened.save(copy);
                try (VectorIndex again = VectorIndex.map(copy)) {
                    assertSame(again, floats);
                }
            }
        }
    }

    @Test
    void aFileOfHalfPrecisionIsWrittenOpenedAndMapped() throws IOException {
        Path npy = directory.resolve("vectors.npy");
        float[] values = Values.floats(3, 500 * DIMENSION);
        try (VectorIndex floats = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            floats.addAll(rounded(values));
            try (VectorIndex halves = VectorIndex.create(DIMENSION, Metric.COSINE, Storage.FLOAT16)) {
                halves.addAll(values);
                halves.save(npy);
            }
            assertThat(Files.size(npy)).isEqualTo(128 + 2 * values.length);
            assertThat(FloatMatrix.readNpy(npy).toArray()).isEqualTo(rounded(values));
            try (VectorIndex mapped = VectorIndex.map(npy, Metric.COSINE);
                    VectorIndex halves = VectorIndex.open(npy, Metric.COSINE, Storage.FLOAT16);
                    VectorIndex opened = VectorIndex.open(npy, Metric.COSINE)) {
                assertSame(mapped, floats);
                assertSame(halves, floats);
                assertThat(opened.storage()).isEqualTo(Storage.FLOAT32);
                assertThat(opened.get(3)).isEqualTo(floats.get(3));
            }
            FloatMatrix.of(500, DIMENSION, values).writeNpy(npy);
            try (VectorIndex halves = VectorIndex.open(npy, Metric.COSINE, Storage.FLOAT16)) {
                assertSame(halves, floats);
            }
        }
    }

    @Test
    void valuesThatDoNotFitAreRefused() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE, Storage.FLOAT16)) {
            float[] vectors = {1, 65_519.99f, 0, 0x1.000002p-25f, 3, -65_520};
            String tooLarge = "value 1 of vector 2 is -65520.0, but the largest of float16 is 65504.0";
            assertIllegal(() -> index.addAll(vectors), tooLarge);
            assertIllegal(() -> index.addAll(new float[][] {{1, 2}, {3, 4}, {3, -65_520}}), tooLarge);
            vectors[5] = 0x1p-25f;
            vectors[4] = 1e-30f;
            assertIllegal(
                    () -> index.addAll(vectors),
                    "vector 2 is zero when it is rounded to float16, which has no direction");
            assertIllegal(
                    () -> index.put(1, new float[] {Float.NaN, 0}),
                    "value 0 of the vector is NaN, not a finite number");
            assertThat(index.size()).isZero();
            index.addAll(Arrays.copyOf(vectors, 4));
            assertThat(index.get(0)).containsExactly(1, 65_504);
            assertThat(index.get(1)).containsExactly(0, 0x1p-24f);
            // Queries are not rounded.
            assertThat(index.search(new float[] {-1e30f, 1e-30f}, 1).ids()).containsExactly(1);
        }
        Path npy = directory.resolve("vectors.npy");
        FloatMatrix.of(1, 2, 1, 70_000).writeNpy(npy);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.open(npy, Metric.COSINE, Storage.FLOAT16))
                .withMessage("cannot use " + npy
                        + ": value 1 of vector 0 is 70000.0, but the largest of float16 is 65504.0");
    }

    @Test
    void aManifestThatSaysSomethingElseIsRefused() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.EUCLIDEAN, Storage.FLOAT16)) {
            index.add(new float[] {1, 2});
            index.save(directory);
        }
        Path manifest = directory.resolve("manifest");
        String text = Files.readString(manifest);
        String content = text.substring(0, text.lastIndexOf("crc32 "));
        for (String wrong : List.of(
                content.replace("rust-ffi-index 2", "rust-ffi-index 1"),
                content.replace("storage FLOAT16\n", ""),
                content.replace("storage FLOAT16", "storage FLOAT32"),
                content.replace("storage FLOAT16\n", "storage FLOAT16\nstorage FLOAT16\n"))) {
            rewrite(manifest, wrong);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> VectorIndex.open(directory))
                    .withMessageStartingWith("cannot use " + manifest + ": it is not as an index writes it");
        }
        rewrite(
                manifest,
                content.replace("rust-ffi-index 2", "rust-ffi-index 1").replace("storage FLOAT16\n", ""));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.open(directory))
                .withMessageEndingWith("its values are of the type float16, not float32 in C order");
        rewrite(manifest, content);
        VectorIndex.open(directory).close();
    }

    private static void rewrite(Path manifest, String content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(manifest, content + String.format("crc32 %08x\n", crc.getValue()));
    }

    private static void assertIllegal(Runnable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }
}
