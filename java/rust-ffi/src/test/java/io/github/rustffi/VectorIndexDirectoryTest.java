package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.VectorIndex.Metric;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorIndexDirectoryTest {
    private static final int DIMENSION = 8;

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void name() {
        directory = temporary.resolve("Zoë 漢");
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void anIndexIsReadAndMappedAsItWasSaved(Metric metric) throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, metric)) {
            index.addAll(Values.floats(1, 3000 * DIMENSION));
            assertSavedAndRead(index);
            index.removeAll(LongStream.range(500, 900).toArray());
            index.remove(2999);
            assertSavedAndRead(index);
            index.putAll(new long[] {-7, 3, 1L << 40, Long.MIN_VALUE}, Values.floats(2, 4 * DIMENSION));
            assertSavedAndRead(index);
            index.removeAll(index.ids());
            assertSavedAndRead(index);
            index.put(Long.MAX_VALUE, Values.floats(3, DIMENSION));
            assertSavedAndRead(index);
        }
    }

    @Test
    void anIndexWithoutVectorsIsSaved() throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            assertSavedAndRead(index);
            index.add(Values.floats(1, DIMENSION));
            index.remove(0);
            assertSavedAndRead(index);
        }
        try (VectorIndex opened = VectorIndex.open(directory)) {
            assertThat(opened.add(Values.floats(1, DIMENSION))).isEqualTo(1);
        }
    }

    private void assertSavedAndRead(VectorIndex index) throws IOException {
        index.save(directory);
        VectorIndex.verify(directory);
        try (VectorIndex opened = VectorIndex.open(directory);
                VectorIndex mapped = VectorIndex.map(directory)) {
            assertSame(opened, index);
            assertSame(mapped, index);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> mapped.remove(1))
                    .withMessage("an index of a mapped file cannot be changed");
            if (index.ids().length == 0 || index.ids()[index.ids().length - 1] < Long.MAX_VALUE) {
                float[] vector = Values.floats(9, index.dimension());
                long id = opened.add(vector);
                try (VectorIndex copy = VectorIndex.open(directory)) {
                    assertThat(copy.add(vector)).isEqualTo(id);
                }
            }
        }
    }

    private static void assertSame(VectorIndex actual, VectorIndex expected) {
        assertThat(actual.metric()).isEqualTo(expected.metric());
        assertThat(actual.dimension()).isEqualTo(expected.dimension());
        assertThat(actual.size()).isEqualTo(expected.size());
        long[] ids = expected.ids();
        assertThat(actual.ids()).isEqualTo(ids);
        for (long id : ids) {
            assertThat(actual.get(id)).isEqualTo(expected.get(id));
        }
        float[] queries = Values.floats(5, 3 * expected.dimension());
        assertThat(actual.searchAll(queries, 20)).isEqualTo(expected.searchAll(queries, 20));
    }

    @Test
    void anIndexIsTheSameAfterAnyChangesAndSaves() throws IOException {
        Random random = new Random(1);
        VectorIndex index = VectorIndex.create(DIMENSION, Metric.EUCLIDEAN);
        Map<Long, float[]> model = new TreeMap<>();
        long next = 0;
        for (int step = 0; step < 600; step++) {
            float[] vector = Values.floats(step, DIMENSION);
            int kind = random.nextInt(10);
            if (kind < 3) {
                assertThat(index.add(vector)).isEqualTo(next);
                model.put(next++, vector);
            } else if (kind < 5) {
                long id = random.nextInt(300) - 50;
                assertThat(index.put(id, vector)).isEqualTo(model.put(id, vector) != null);
                next = Math.max(next, id + 1);
            } else if (kind < 7) {
                long id = random.nextInt(300) - 50;
                assertThat(index.remove(id)).isEqualTo(model.remove(id) != null);
            } else if (kind < 9) {
                index.save(directory);
                try (VectorIndex mapped = VectorIndex.map(directory)) {
                    assertIs(mapped, model);
                }
            } else {
                index.save(directory);
                index.close();
                index = VectorIndex.open(directory);
                assertIs(index, model);
            }
        }
        index.close();
        VectorIndex.verify(directory);
    }

    private static void assertIs(VectorIndex index, Map<Long, float[]> model) {
        assertThat(index.ids())
                .isEqualTo(model.keySet().stream().mapToLong(id -> id).sorted().toArray());
        model.forEach((id, vector) -> assertThat(index.get(id)).isEqualTo(vector));
    }

    @Test
    void fewChangesTakeFewBytes() throws IOException {
        int count = 20_000;
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.DOT_PRODUCT)) {
            index.addAll(Values.floats(1, count * DIMENSION));
            index.save(directory);
            Set<String> before = names();
            index.put(5, Values.floats(2, DIMENSION));
            index.remove(7);
            index.add(Values.floats(3, DIMENSION));
            index.save(directory);
            Set<String> added = names();
            added.removeAll(before);
            assertThat(added)
                    .containsExactlyInAnyOrder(
                            "segment-2-vectors.npy", "segment-2-ids.npy", "segment-2-tombstones.npy");
            assertThat(names()).containsAll(before);
            assertThat(bytes(added)).isEqualTo(128 + 2 * DIMENSION * 4 + 128 + 2 * 8 + 128 + 2 * 8);
            long written = 0;
            for (int change = 0; change < 300; change++) {
                before = names();
                index.put(change % 100, Values.floats(change, DIMENSION));
                index.save(directory);
                added = names();
                added.removeAll(before);
                written += bytes(added);
            }
            // Each of them less than nine times, and not all vectors once again.
            assertThat(written).isLessThan(300 * (3 * 128 + 9 * (DIMENSION * 4 + 16)));
            assertThat(names()).hasSizeLessThan(45).contains("segment-1-vectors.npy");
            // Now more is dead than alive.
            index.removeAll(LongStream.range(0, count * 3 / 4).toArray());
            index.save(directory);
            assertThat(names()).doesNotContain("segment-1-vectors.npy");
            assertThat(bytes(names())).isLessThan((count / 4 + 10) * (DIMENSION * 4L + 8) + 2000);
            assertSavedAndRead(index);
        }
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new HashSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    private long bytes(Set<String> names) throws IOException {
        long bytes = 0;
        for (String name : names) {
            bytes += Files.size(directory.resolve(name));
        }
        return bytes;
    }

    @Test
    void withoutChangesNothingIsWritten() throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.DOT_PRODUCT)) {
            index.addAll(Values.floats(1, 100 * DIMENSION));
            index.save(directory);
            Set<String> before = names();
            FileTime time = FileTime.fromMillis(0);
            Files.setLastModifiedTime(directory.resolve("manifest"), time);
            index.save(directory);
            assertThat(names()).isEqualTo(before);
            assertThat(Files.getLastModifiedTime(directory.resolve("manifest"))).isEqualTo(time);
        }
    }

    @Test
    void theFilesAreThoseOfNumPy() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.EUCLIDEAN)) {
            index.putAll(new long[] {9, -4, 5}, new float[] {1, 2, 3, 4, 5, 6});
            index.save(directory);
            index.putAll(LongStream.range(100, 120).toArray(), Values.floats(1, 40));
            index.save(directory);
            index.remove(9);
            index.save(directory);
        }
        assertThat(names())
                .contains("segment-2-vectors.npy", "segment-2-ids.npy", "segment-3-tombstones.npy")
                .hasSize(5);
        Path vectors = directory.resolve("segment-2-vectors.npy");
        assertThat(FloatMatrix.readNpy(vectors).row(0)).containsExactly(3, 4);
        long[] ids = Vectors.readNpyLongs(directory.resolve("segment-2-ids.npy"));
        assertThat(ids).startsWith(-4, 5, 9, 100, 101).hasSize(23);
        assertThat(Vectors.readNpyLongs(directory.resolve("segment-3-tombstones.npy")))
                .containsExactly(9);
        CRC32 crc = new CRC32();
        crc.update(Files.readAllBytes(vectors));
        assertThat(Files.readString(directory.resolve("manifest")))
                .startsWith("rust-ffi-index 1\nmetric EUCLIDEAN\ndimension 2\nsize 22\nnext-id 120\nnext-segment 4\n"
                        + "segment 2 vectors 23 tombstones 0\npart segment-2-vectors.npy bytes 312 crc32 "
                        + String.format("%08x", crc.getValue()) + "\n");
    }

    @Test
    void aReaderGoesOnWhileOthersAreSaved() throws Exception {
        float[] queries = Values.floats(4, 5 * DIMENSION);
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(Values.floats(1, 2000 * DIMENSION));
            index.save(directory);
            try (VectorIndex old = VectorIndex.map(directory)) {
                BatchHits expected = old.searchAll(queries, 10);
                for (int round = 0; round < 20; round++) {
                    index.putAll(LongStream.range(0, 2000).toArray(), Values.floats(round, 2000 * DIMENSION));
                    index.save(directory);
                    assertThat(old.searchAll(queries, 10)).isEqualTo(expected);
                }
                assertThat(index.searchAll(queries, 10)).isNotEqualTo(expected);
            }
            assertSavedAndRead(index);
        }
    }

    /** Saves pairs of equal vectors, while others read them. */
    @Test
    void whatIsReadWhileItIsSavedIsWhatOneSaveHasLeft() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.DOT_PRODUCT)) {
            index.putAll(new long[] {0, 1}, new float[2 * DIMENSION]);
            index.save(directory);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            List<Future<?>> readers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                boolean map = thread % 2 == 0;
                readers.add(threads.submit(() -> {
                    float last = 0;
                    while (System.nanoTime() < end) {
                        VectorIndex.verify(directory);
                        try (VectorIndex read = map ? VectorIndex.map(directory) : VectorIndex.open(directory)) {
                            assertThat(read.get(0)).isEqualTo(read.get(1));
                            assertThat(read.get(0)[0]).isGreaterThanOrEqualTo(last);
                            last = read.get(0)[0];
                        }
                    }
                    return null;
                }));
            }
            for (float value = 1; System.nanoTime() < end; value++) {
                float[] pair = new float[2 * DIMENSION];
                Arrays.fill(pair, value);
                index.putAll(new long[] {0, 1}, pair);
                index.put(100 + (long) value % 10, Values.floats(1, DIMENSION));
                index.save(directory);
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Saves an index to the directory once, and prints why it cannot. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            System.out.println(save(args[0]));
        }

        public static String save(String directory) {
            try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
                index.save(Path.of(directory));
                return "saved";
            } catch (IOException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatHasBeenRemovedIsSavedAgain() throws Exception {
        try (VectorIndex index = VectorIndex.create(2, Metric.EUCLIDEAN)) {
            index.addAll(Values.floats(1, 2000));
            index.save(directory);
            for (int change = 0; change < 2; change++) {
                for (Path removed : files(directory)) {
                    Files.deleteIfExists(removed);
                    index.save(directory);
                    assertSavedAs(index);
                }
                for (Path file : files(directory)) {
                    Files.delete(file);
                }
                Files.delete(directory);
                index.save(directory);
                assertSavedAs(index);
                index.put(1000 + change, new float[] {1, change});
            }
            assertThat(Child.run(List.of(), Writer.class, directory.toString()).output())
                    .startsWith("cannot use ");
        }
    }

    private void assertSavedAs(VectorIndex index) throws IOException {
        VectorIndex.verify(directory);
        try (VectorIndex read = VectorIndex.open(directory)) {
            assertSame(read, index);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** One that tries does not release the lock of the other, which other processes see. */
    @Test
    void nobodyElseIsLetInByAnotherClassLoader() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method save = loader.loadClass(Writer.class.getName()).getMethod("save", String.class);
            save.setAccessible(true);
            try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
                index.save(directory);
                assertThat(save.invoke(null, directory.toString()))
                        .asString()
                        .endsWith(": it is locked by another index or store, which has to be closed first");
                assertThat(Child.run(List.of(), Writer.class, directory.toString())
                                .output())
                        .startsWith("cannot use ");
            }
            assertThat(save.invoke(null, directory.toString())).isEqualTo("saved");
            assertThat(Child.run(List.of(), Writer.class, directory.toString()).output())
                    .isEqualTo("saved" + System.lineSeparator());
        }
    }

    @Test
    void oneIndexAtATimeIsSavedToADirectory() throws Exception {
        Path real;
        try (VectorIndex first = VectorIndex.create(DIMENSION, Metric.COSINE);
                VectorIndex second = VectorIndex.create(2, Metric.COSINE)) {
            first.save(directory);
            real = directory.toRealPath();
            String message =
                    "cannot use " + real + ": it is locked by another index or store, which has to be closed first";
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> second.save(directory))
                    .withMessage(message);
            List<String> options = List.of("-Dstdout.encoding=UTF-8", "-Dfile.encoding=UTF-8");
            assertThat(Child.run(options, Writer.class, directory.toString()).output())
                    .startsWith("cannot use ")
                    .endsWith(": it is locked by another index or store, which has to be closed first"
                            + System.lineSeparator());
            first.save(temporary.resolve("other"));
            second.save(directory);
            assertThat(Child.run(options, Writer.class, directory.toString()).output())
                    .startsWith("cannot use ");
        }
        assertThat(Child.run(List.of(), Writer.class, directory.toString()).output())
                .isEqualTo("saved" + System.lineSeparator());
    }

    @Test
    void aDirectoryIsReleasedWhenAnIndexIsForgotten() throws Exception {
        VectorIndex.create(DIMENSION, Metric.COSINE).save(directory);
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            Await.until("the directory is released", () -> {
                System.gc();
                try {
                    index.save(directory);
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void whatAnotherHasSavedIsNotLost() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            index.add(new float[] {1, 2});
            index.save(directory);
        }
        try (VectorIndex second = VectorIndex.open(directory)) {
            try (VectorIndex first = VectorIndex.open(directory)) {
                first.add(new float[] {3, 4});
                first.save(directory);
            }
            second.add(new float[] {5, 6});
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> second.save(directory))
                    .withMessage("cannot use " + directory.toRealPath()
                            + ": another index has been saved to it since this one was read from there");
        }
        try (VectorIndex opened = VectorIndex.open(directory);
                VectorIndex other = VectorIndex.create(1, Metric.EUCLIDEAN)) {
            assertThat(opened.get(1)).containsExactly(3, 4);
            // One that has not been read from there takes its place.
            other.save(directory);
        }
        try (VectorIndex opened = VectorIndex.open(directory)) {
            assertThat(opened.metric()).isEqualTo(Metric.EUCLIDEAN);
            assertThat(opened.size()).isZero();
        }
        try (VectorIndex other = VectorIndex.create(7, Metric.DOT_PRODUCT)) {
            assertSavedAndRead(other);
        }
    }

    @Test
    void anIndexIsSavedToSeveralDirectories() throws IOException {
        Path other = temporary.resolve("other");
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(Values.floats(1, 10 * DIMENSION));
            index.save(directory);
            index.remove(3);
            index.save(other);
            index.put(50, Values.floats(2, DIMENSION));
            assertSavedAndRead(index);
            try (VectorIndex mapped = VectorIndex.map(directory);
                    VectorIndex copied = VectorIndex.open(other)) {
                assertThat(copied.contains(50)).isFalse();
                mapped.save(other);
            }
            try (VectorIndex copied = VectorIndex.open(other)) {
                assertSame(copied, index);
            }
        }
    }

    /** Returns what has a search use codes, and make some of them. */
    private static void searchByCodes(VectorIndex index) {
        index.useCodesFrom(1);
        index.search(Values.floats(7, index.dimension()), 3);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void codesAreSavedAndRead(Metric metric) throws IOException {
        int dimension = 33;
        float[] queries = Values.floats(5, 6 * dimension);
        try (VectorIndex index = VectorIndex.create(dimension, metric)) {
            index.addAll(Values.floats(1, 2000 * dimension));
            index.save(directory);
            assertThat(names()).hasSize(4);
            searchByCodes(index);
            index.removeAll(LongStream.range(100, 300).toArray());
            index.putAll(LongStream.range(1500, 2700).toArray(), Values.floats(2, 1200 * dimension));
            index.save(directory);
            assertThat(names()).contains("segment-2-codes.npy", "segment-2-bounds.npy", "segment-2-centre.npy");
            index.remove(7);
            index.save(directory);
            VectorIndex.verify(directory);
            BatchHits expected = index.searchAll(queries, 20);
            try (VectorIndex opened = VectorIndex.open(directory);
                    VectorIndex mapped = VectorIndex.map(directory);
                    VectorIndex plain = VectorIndex.open(directory)) {
                plain.useCodes(false);
                opened.useCodesFrom(1);
                mapped.useCodesFrom(1);
                // Without a search there are codes already.
                assertThat(mapped.bytesInUse()).isGreaterThanOrEqualTo((index.size() - 32) * (dimension + 21));
                assertThat(opened.bytesInUse() - mapped.bytesInUse())
                        .isGreaterThanOrEqualTo(index.size() * dimension * 4);
                long before = mapped.bytesInUse();
                for (VectorIndex read : List.of(opened, mapped, plain)) {
                    assertSame(read, index);
                    assertThat(read.searchAll(queries, 20)).isEqualTo(expected);
                    for (int query = 0; query < 6; query++) {
                        float[] one = Arrays.copyOfRange(queries, query * dimension, (query + 1) * dimension);
                        assertThat(read.search(one, 20)).isEqualTo(expected.get(query));
                    }
                }
                assertThat(mapped.bytesInUse()).isEqualTo(before);
            }
        }
        byte[] centre = Files.readAllBytes(directory.resolve("segment-2-centre.npy"));
        try (VectorIndex opened = VectorIndex.open(directory)) {
            // What is added has codes relative to the same, without a search.
            opened.useCodesFrom(1);
            opened.addAll(Values.floats(3, 500 * dimension));
            opened.save(directory);
            assertThat(names()).contains("segment-4-codes.npy");
            for (String name : names()) {
                if (name.endsWith("-centre.npy")) {
                    assertThat(directory.resolve(name)).hasBinaryContent(centre);
                }
            }
            try (VectorIndex mapped = VectorIndex.map(directory);
                    VectorIndex plain = VectorIndex.map(directory)) {
                mapped.useCodesFrom(1);
                plain.useCodes(false);
                assertSame(mapped, opened);
                assertSame(plain, opened);
            }
        }
    }

    @Test
    void codesOfAnotherVersionAreNotRead() throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(Values.floats(1, 2000 * DIMENSION));
            searchByCodes(index);
            index.save(directory);
            String text = Files.readString(directory.resolve("manifest"));
            String content = text.substring(0, text.lastIndexOf("crc32 "));
            assertThat(content).startsWith("rust-ffi-index 2\n").contains("vectors 2000 tombstones 0 codes 1\n");
            rewrite(content.replace(" codes 1\n", " codes 7\n"));
            VectorIndex.verify(directory);
            try (VectorIndex mapped = VectorIndex.map(directory)) {
                assertThat(mapped.bytesInUse()).isZero();
                mapped.useCodesFrom(1);
                assertSame(mapped, index);
                assertThat(mapped.bytesInUse()).isPositive();
            }
        }
    }

    @Test
    void codesThatAreTurnedOffAreNotSaved() throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(Values.floats(1, 2000 * DIMENSION));
            searchByCodes(index);
            index.useCodes(false);
            index.save(directory);
            assertThat(names()).hasSize(4);
        }
    }

    @Test
    void theCodesAreThoseOfNumPy() throws IOException {
        int dimension = 3;
        float[] vectors = Values.floats(1, 1000 * dimension);
        try (VectorIndex index = VectorIndex.create(dimension, Metric.DOT_PRODUCT)) {
            index.addAll(vectors);
            searchByCodes(index);
            index.save(directory);
        }
        FloatMatrix codes = FloatMatrix.readNpy(directory.resolve("segment-1-codes.npy"));
        FloatMatrix bounds = FloatMatrix.readNpy(directory.resolve("segment-1-bounds.npy"));
        double[] centre = Vectors.readNpy(directory.resolve("segment-1-centre.npy"));
        assertThat(new int[] {codes.rows(), codes.columns(), bounds.rows(), bounds.columns(), centre.length})
                .containsExactly(1000, dimension, 1000, 5, dimension);
        for (int row = 0; row < 1000; row++) {
            double left = 0;
            for (int i = 0; i < dimension; i++) {
                double y = (double) vectors[row * dimension + i] - centre[i];
                left += Math.pow(y - (double) bounds.get(row, 0) * codes.get(row, i), 2);
            }
            // R is not less than what the codes leave, and little more.
            assertThat(Math.sqrt(left)).isBetween(0.99 * bounds.get(row, 1) - 1e-7, (double) bounds.get(row, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void damageIsFoundAndNamed(boolean withCodes) throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, Metric.COSINE)) {
            index.addAll(Values.floats(1, 100 * DIMENSION));
            if (withCodes) {
                searchByCodes(index);
            }
            index.save(directory);
            index.useCodes(false);
            index.remove(5);
            index.put(7, Values.floats(2, DIMENSION));
            index.save(directory);
        }
        Random random = new Random(1);
        Set<String> names = names();
        names.remove("rust-ffi.lock");
        assertThat(names).hasSize(withCodes ? 9 : 6);
        for (String name : names) {
            Path file = directory.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertDamaged(file, true);
            }
            Files.write(file, Arrays.copyOf(whole, whole.length + 1));
            assertDamaged(file, true);
            for (int i = 0; i < 150; i++) {
                byte[] flipped = whole.clone();
                int place = i < 70 ? Math.min(i, whole.length - 1) : random.nextInt(whole.length);
                flipped[place] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, flipped);
                assertDamaged(file, !name.endsWith("-vectors.npy"));
            }
            Files.delete(file);
            assertDamaged(file, true);
            Files.write(file, whole);
            VectorIndex.verify(directory);
        }
        swap("segment-1-vectors.npy", "segment-2-vectors.npy");
        assertDamaged(directory.resolve("segment-1-vectors.npy"), true);
        swap("segment-1-vectors.npy", "segment-2-vectors.npy");
        swap("segment-2-ids.npy", "segment-2-tombstones.npy");
        assertDamaged(directory.resolve("segment-2-"), true);
        swap("segment-2-ids.npy", "segment-2-tombstones.npy");
        VectorIndex.open(directory).close();
    }

    private void swap(String one, String other) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(one));
        Files.write(directory.resolve(one), Files.readAllBytes(directory.resolve(other)));
        Files.write(directory.resolve(other), bytes);
    }

    /** Asserts that everything that reads the index names the file; what maps it only if it looks at the vectors. */
    private void assertDamaged(Path file, boolean alsoMapped) {
        assertThatThrownBy(() -> VectorIndex.open(directory).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> VectorIndex.verify(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        if (alsoMapped) {
            assertThatThrownBy(() -> VectorIndex.map(directory).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void aLaterVersionSaysSo() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            index.save(directory);
        }
        Path manifest = directory.resolve("manifest");
        String text = Files.readString(manifest);
        String content = text.substring(0, text.lastIndexOf("crc32 "));
        rewrite(content.replace("rust-ffi-index 1\n", "rust-ffi-index 3\ncodes 8\n"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.open(directory))
                .withMessage(
                        "cannot use " + manifest + ": it is of version 3, and this release reads versions 1 and 2");
        for (String wrong : List.of(
                content.replace("dimension 2", "dimension 0"),
                content.replace("dimension 2", "dimension 02"),
                content.replace("metric COSINE", "metric NONE"),
                content.replace("size 0", "size"),
                content + "more\n",
                "rust-ffi-index 1\n")) {
            rewrite(wrong);
            assertThatThrownBy(() -> VectorIndex.map(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot use " + manifest + ": it is not as an index writes it");
        }
        rewrite(content.replace("size 0", "size 1"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.map(directory))
                .withMessage("cannot use " + manifest + ": it says 1 vectors, but the segments have 0");
        rewrite(content);
        VectorIndex.open(directory).close();
    }

    private void rewrite(String content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(directory.resolve("manifest"), content + String.format("crc32 %08x\n", crc.getValue()));
    }

    @Test
    void whatIsNoIndexIsRefused() throws IOException {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> VectorIndex.open(directory))
                .withMessage(directory + ": there is no such directory");
        Files.createDirectory(directory);
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> VectorIndex.map(directory))
                .withMessage(directory.resolve("manifest") + ": there is no index in this directory");
        Path file = Files.writeString(directory.resolve("segment-1-vectors.npy"), "somebody's");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> VectorIndex.open(file))
                .withMessage("cannot use " + file
                        + ": it is not the directory of an index; a .npy file is opened with a metric");
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> index.save(directory))
                    .withMessage("cannot use " + directory.toRealPath()
                            + ": it is neither empty nor the directory of an index");
            assertThat(file).hasContent("somebody's");
            Path text = Files.writeString(temporary.resolve("text"), "");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> index.save(text))
                    .withMessage("cannot use " + text
                            + ": it is not a directory; the name of a single file of vectors ends with .npy");
            Path below = temporary.resolve("none").resolve("index");
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> index.save(below))
                    .withMessage(below + ": there is no directory above it");
            Files.delete(file);
            index.save(directory);
        }
    }

    @Test
    void aSaveThatFailsLeavesWhatWasThere() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            index.addAll(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
            index.save(directory);
            Set<String> before = names();
            index.put(2, new float[] {7, 8});
            index.remove(0);
            // In the way of a part, of the new manifest, and of the name of the manifest.
            Path part = Files.createDirectories(directory.resolve("segment-2-ids.npy/sub"));
            assertThatThrownBy(() -> index.save(directory)).isInstanceOf(IOException.class);
            assertOldState(before);
            Files.delete(part);
            Path manifest = Files.createDirectories(directory.resolve("manifest.tmp/sub"));
            assertThatThrownBy(() -> index.save(directory)).isInstanceOf(IOException.class);
            index.add(new float[] {9, 9});
            assertThatThrownBy(() -> index.save(directory)).isInstanceOf(IOException.class);
            assertOldState(before);
            Files.delete(manifest);
            Files.delete(manifest.getParent());
            index.save(directory);
            assertThat(names()).hasSize(4);
            try (VectorIndex opened = VectorIndex.open(directory)) {
                assertSame(opened, index);
            }
        }
    }

    private void assertOldState(Set<String> before) throws IOException {
        VectorIndex.verify(directory);
        try (VectorIndex opened = VectorIndex.open(directory)) {
            assertThat(opened.ids()).containsExactly(0, 1, 2, 3);
            assertThat(opened.get(2)).containsExactly(5, 6);
        }
        Set<String> names = names();
        names.removeIf(name -> Files.isDirectory(directory.resolve(name)));
        assertThat(names).isEqualTo(before);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDirectoryThatMustNotBeWrittenIsRead() throws IOException {
        try (VectorIndex index = VectorIndex.create(2, Metric.COSINE)) {
            index.add(new float[] {1, 2});
            index.save(directory);
        }
        Files.delete(directory.resolve("rust-ffi.lock"));
        Set<String> before = names();
        assertThat(directory.toFile().setWritable(false)).isTrue();
        try (VectorIndex opened = VectorIndex.open(directory);
                VectorIndex mapped = VectorIndex.map(directory)) {
            assertSame(mapped, opened);
        } finally {
            assertThat(directory.toFile().setWritable(true)).isTrue();
        }
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void aClosedIndexIsNotSaved() throws Exception {
        VectorIndex index = VectorIndex.create(2, Metric.COSINE);
        index.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> index.save(directory))
                .withMessage("the index is closed");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 20; round++) {
                VectorIndex closing = VectorIndex.create(DIMENSION, Metric.COSINE);
                closing.addAll(Values.floats(1, 1000 * DIMENSION));
                closing.save(directory);
                Future<?> saving = threads.submit(() -> {
                    for (int i = 0; ; i++) {
                        closing.put(i, Values.floats(2, DIMENSION));
                        closing.save(directory);
                    }
                });
                Thread.sleep(round);
                closing.close();
                assertThatThrownBy(saving::get).hasCauseInstanceOf(IllegalStateException.class);
                VectorIndex.verify(directory);
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Changes an index and saves it, again and again, and prints how many changes it has saved. */
    static final class Saver {
        private Saver() {}

        public static void main(String[] args) throws IOException {
            Path directory = Path.of(args[0]);
            boolean isThere = Files.exists(directory.resolve("manifest"));
            try (VectorIndex index =
                    isThere ? VectorIndex.open(directory) : VectorIndex.create(DIMENSION, Metric.EUCLIDEAN)) {
                int step = index.contains(COUNTER) ? (int) index.get(COUNTER)[0] : 0;
                // Every segment has codes.
                index.useCodesFrom(1);
                while (true) {
                    step++;
                    index.put(COUNTER, vector(step));
                    index.put(step % 50, vector(step));
                    index.put(100 + step % 7, vector(step));
                    index.remove(100 + (step + 3) % 7);
                    index.search(vector(step), 1);
                    index.save(directory);
                    System.out.println(step);
                }
            }
        }
    }

    private static final long COUNTER = 1000;

    private static float[] vector(int step) {
        float[] vector = new float[DIMENSION];
        Arrays.fill(vector, step);
        return vector;
    }

    private static Map<Long, float[]> after(int steps) {
        Map<Long, float[]> state = new HashMap<>();
        for (int step = 1; step <= steps; step++) {
            state.put(COUNTER, vector(step));
            state.put((long) step % 50, vector(step));
            state.put(100 + (long) step % 7, vector(step));
            state.remove(100 + (step + 3L) % 7);
        }
        return state;
    }

    @Test
    void oneThatIsKilledLeavesAWholeState() throws Exception {
        killSavers(4);
    }

    @Test
    @Tag("slow")
    void oneThatIsKilledAHundredTimesLeavesAWholeStateEachTime() throws Exception {
        killSavers(100);
    }

    private void killSavers(int times) throws Exception {
        Random random = new Random(1);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        int last = 0;
        for (int time = 0; time < times; time++) {
            Path output = temporary.resolve("output");
            Process saver = new ProcessBuilder(
                            java.toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Saver.class.getName(),
                            directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int before = last;
            Await.until("a step is saved", () -> printed(output) > before || !saver.isAlive());
            Thread.sleep(random.nextInt(100), random.nextInt(1_000_000));
            saver.destroyForcibly().waitFor();
            int printed = printed(output);
            assertThat(printed).as(Files.readString(output)).isGreaterThan(before);
            VectorIndex.verify(directory);
            try (VectorIndex opened = VectorIndex.open(directory);
                    VectorIndex mapped = VectorIndex.map(directory)) {
                last = (int) opened.get(COUNTER)[0];
                // What was printed had been saved, and one step more may have been.
                assertThat(last).isBetween(printed, printed + 1);
                assertIs(opened, after(last));
                assertIs(mapped, after(last));
                if (time % 10 == 9) {
                    // To lock the directory removes what the killed one has left.
                    opened.save(directory);
                    long named = Files.readString(directory.resolve("manifest"))
                            .lines()
                            .filter(line -> line.startsWith("part "))
                            .count();
                    assertThat(names()).hasSize((int) named + 2);
                }
            }
        }
    }

    /** Returns the number in the last whole line of a file, or 0. */
    private static int printed(Path output) throws IOException {
        String text = Files.readString(output);
        String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).strip().split("\\R");
        String line = lines[lines.length - 1];
        return line.matches("\\d+") ? Integer.parseInt(line) : 0;
    }
}
