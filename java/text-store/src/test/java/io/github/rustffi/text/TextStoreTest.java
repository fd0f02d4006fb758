package io.github.rustffi.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.VectorIndex;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TextStoreTest {
    @TempDir
    Path directory;

    private static Segment segment(String id, String text, float... vector) {
        return new Segment(id, vector, text, Map.of());
    }

    private static List<String> ids(List<Match> matches) {
        return matches.stream().map(match -> match.segment().id()).toList();
    }

    @Test
    void findsTheNearestWithTextMetadataAndVector() {
        try (TextStore store = TextStore.create()) {
            assertThat(store.dimension()).isZero();
            assertThat(store.search(new float[] {1}, 3, -1, null)).isEmpty();
            store.putAll(List.of(
                    new Segment("a", new float[] {1, 0, 0}, "first", Map.of("year", 2023)),
                    new Segment("b", new float[] {0, 3, 4}, "second", Map.of("year", 2024)),
                    new Segment("c", new float[] {1, 1, 0}, null, Map.of())));
            assertThat(store.dimension()).isEqualTo(3);
            assertThat(store.size()).isEqualTo(3);

            List<Match> matches = store.search(new float[] {0, 3, 4}, 10, -1, null);
            assertThat(ids(matches)).containsExactly("b", "c", "a");
            Segment best = matches.get(0).segment();
            assertThat(matches.get(0).score()).isEqualTo(1);
            assertThat(best.text()).isEqualTo("second");
            assertThat(best.metadata()).isEqualTo(Map.of("year", 2024));
            assertThat(best.vector()).containsExactly(0, 3, 4);
            assertThat(matches.get(1).segment().text()).isNull();
            assertThat(ids(store.search(new float[] {0, 3, 4}, 10, 0.1f, null))).containsExactly("b", "c");
            assertThat(ids(store.search(new float[] {0, 3, 4}, 1, -1, null))).containsExactly("b");
        }
    }

    @Test
    void replacesAndRemoves() {
        try (TextStore store = TextStore.create(2)) {
            store.putAll(List.of(segment("a", "old", 1, 0), segment("b", "b", 0, 1), segment("a", "older", 1, 1)));
            assertThat(store.size()).isEqualTo(2);
            store.putAll(List.of(segment("a", "new", 1, 2)));
            assertThat(store.size()).isEqualTo(2);
            Segment a = store.search(new float[] {1, 2}, 1, -1, null).get(0).segment();
            assertThat(a.text()).isEqualTo("new");
            assertThat(a.vector()).containsExactly(1, 2);

            assertThat(store.removeAll(List.of("a", "x", "a"))).isEqualTo(1);
            assertThat(ids(store.search(new float[] {1, 2}, 9, -1, null))).containsExactly("b");
            store.putAll(List.of(segment("a", "again", 1, 0)));
            assertThat(store.removeAll(Condition.ofAll(Map::isEmpty).not())).isZero();
            assertThat(store.removeAll()).isEqualTo(2);
            assertThat(store.size()).isZero();
            assertThat(store.dimension()).isEqualTo(2);
            assertThat(store.search(new float[] {1, 2}, 9, -1, null)).isEmpty();
        }
    }

    @Test
    void namesTheSegmentThatIsWrong() {
        try (TextStore store = TextStore.create()) {
            store.putAll(List.of(segment("id-1", "x", 1, 2)));
            assertThatThrownBy(() -> store.putAll(List.of(segment("id-2", "x", 1, 2), segment("id-7", "x", 1, 2, 3))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-7' has 3 values, but the store's dimension is 2");
            assertThatThrownBy(() -> store.putAll(List.of(segment("id-8", "x", 1, Float.NaN))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-8' has NaN at 1");
            assertThatThrownBy(() -> store.putAll(List.of(segment("id-9", "x", 0, -0.0f))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-9' has only zeros, to which there is no angle");
            assertThatThrownBy(() -> store.putAll(List.of(segment("id-10", "x"))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-10' has no values");
            assertThatThrownBy(() -> store.search(new float[3], 1, -1, null))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the query has 3 values, but the store's dimension is 2");
            assertThat(store.size()).isEqualTo(1);
        }
        assertThatThrownBy(() -> new Segment("s", new float[1], "x", Map.of("when", new Date(0))))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("segment 's' has metadata 'when' of java.util.Date, which is none of String, Integer, Long,"
                        + " Float, Double, Boolean, UUID and lists of these");
        Map<String, @Nullable Object> withNull = new HashMap<>();
        withNull.put("k", null);
        assertThatThrownBy(() -> new Segment("s", new float[1], "x", withNull))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("segment 's' has metadata 'k' that is null");
    }

    @Test
    void aClosedStoreSaysSo() throws IOException {
        TextStore store = TextStore.open(directory, 1);
        store.close();
        store.close();
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        store::size,
                        store::dimension,
                        store::save,
                        store::removeAll,
                        () -> store.putAll(List.of()),
                        () -> store.search(new float[] {1}, 1, -1, null))) {
            assertThatThrownBy(call)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the store is closed");
        }
        try (TextStore inMemory = TextStore.create()) {
            assertThat(inMemory.canBeSaved()).isFalse();
            assertThatThrownBy(inMemory::save)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the store has no directory");
        }
    }

    @Test
    void conditionsAreTestedOncePerValueAndOnlyWhereTheyMatter() {
        try (TextStore store = TextStore.create()) {
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Map<String, Object> metadata = i % 3 == 2 ? Map.of("i", i) : Map.of("i", i, "kind", "k" + i % 3);
                segments.add(new Segment("s" + i, new float[] {1, i}, "t", metadata));
            }
            segments.add(new Segment("no text", new float[] {1, 1}, null, Map.of("kind", "k0")));
            store.putAll(segments);

            List<@Nullable Object> tested = new ArrayList<>();
            Condition kind = Condition.of("kind", value -> {
                tested.add(value);
                return "k0".equals(value);
            });
            assertThat(store.search(new float[] {1, 0}, 1000, -1, kind)).hasSize(100);
            assertThat(tested).containsExactlyInAnyOrder("k0", "k1", null);
            assertThat(store.search(new float[] {1, 0}, 1000, -1, kind.not())).hasSize(200);

            Condition throwing = Condition.of("i", value -> {
                if ((int) value % 3 != 0) {
                    throw new IllegalStateException("tested " + value);
                }
                return (int) value < 30;
            });
            assertThat(store.search(new float[] {1, 0}, 1000, -1, kind.and(throwing)))
                    .hasSize(10);
            assertThat(store.search(new float[] {1, 0}, 1000, -1, kind.not().or(throwing)))
                    .hasSize(210);
            assertThatThrownBy(() -> store.search(new float[] {1, 0}, 1, -1, throwing))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("tested 1");
            assertThat(store.removeAll(kind.and(throwing))).isEqualTo(10);
            assertThat(store.size()).isEqualTo(291);
        }
    }

    @Test
    void valuesThatAreKnownAreLookedUp() {
        try (TextStore store = TextStore.create()) {
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                segments.add(new Segment("s" + i, new float[] {1, i}, "t", i % 10 == 0 ? Map.of() : Map.of("n", i)));
            }
            store.putAll(segments);
            List<@Nullable Object> tested = new ArrayList<>();
            Condition condition = Condition.ofValues("n", Set.of(3, 77, 1000), value -> {
                tested.add(value);
                return value != null && Set.of(3, 77).contains(((Number) value).intValue());
            });
            assertThat(ids(store.search(new float[] {1, 0}, 9, -1, condition))).containsExactly("s3", "s77");
            assertThat(tested).containsExactly((Object) null);
            assertThat(store.search(new float[] {1, 0}, 1000, -1, condition.not()))
                    .hasSize(98);
            // As soon as there is a value of another class, all are tested.
            store.putAll(List.of(new Segment("long", new float[] {1, 0}, "t", Map.of("n", 77L))));
            assertThat(ids(store.search(new float[] {1, 0}, 9, -1, condition))).containsExactly("long", "s3", "s77");
        }
    }

    @Test
    void storesDoNotShareWhatTheyKnowOfMetadata() {
        Condition condition = Condition.of("same", "yes"::equals);
        for (String value : List.of("yes", "no", "yes")) {
            try (TextStore store = TextStore.create()) {
                store.putAll(List.of(new Segment("a", new float[] {1}, "t", Map.of("same", value))));
                assertThat(store.search(new float[] {1}, 1, -1, condition)).hasSize(value.equals("yes") ? 1 : 0);
            }
        }
    }

    @Test
    void moreKeysThanThereAreColumnsAreTestedToo() {
        try (TextStore store = TextStore.create()) {
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                segments.add(new Segment("s" + i, new float[] {1, i}, "t", Map.of("key" + i, i)));
            }
            store.putAll(segments);
            for (int i = 0; i < 200; i++) {
                Condition condition = Condition.of("key" + i, ((Object) i)::equals);
                assertThat(ids(store.search(new float[] {1, 0}, 9, -1, condition)))
                        .containsExactly("s" + i);
            }
        }
    }

    /** What a store should answer, by a plain loop. */
    private static List<String> naive(
            Map<String, Segment> segments, float[] query, int k, @Nullable Predicate<Map<String, Object>> test) {
        return segments.values().stream()
                .filter(segment -> test == null || segment.text() != null && test.test(segment.metadata()))
                .sorted(Comparator.comparingDouble(
                        (Segment segment) -> -Vectors.cosineSimilarity(query, segment.vector())))
                .limit(k)
                .map(Segment::id)
                .toList();
    }

    @Test
    void answersAsALoopDoesAfterAnyChanges() throws IOException {
        Random random = new Random(7);
        Map<String, Segment> expected = new HashMap<>();
        TextStore store = TextStore.open(directory);
        for (int round = 0; round < 60; round++) {
            List<Segment> batch = new ArrayList<>();
            for (int i = random.nextInt(200); i > 0; i--) {
                float[] vector = new float[16];
                for (int j = 0; j < vector.length; j++) {
                    vector[j] = (float) random.nextGaussian();
                }
                batch.add(new Segment(
                        "s" + random.nextInt(2000),
                        vector,
                        random.nextInt(10) == 0 ? null : "round " + round + ", " + i,
                        Map.of("a", random.nextInt(5), "b", "b" + random.nextInt(1000))));
            }
            store.putAll(batch);
            batch.forEach(segment -> expected.put(segment.id(), segment));
            List<String> gone = IntStream.range(0, random.nextInt(150))
                    .mapToObj(i -> "s" + random.nextInt(2000))
                    .toList();
            store.removeAll(gone);
            gone.forEach(expected::remove);
            if (round % 20 == 13) {
                assertThat(store.removeAll(Condition.of("a", value -> (int) value != 1)))
                        .isPositive();
                expected.values()
                        .removeIf(segment -> segment.text() != null
                                && (int) segment.metadata().get("a") != 1);
            }
            if (round % 3 == 0) {
                store.save();
            }
            if (round % 10 == 7) {
                store.save();
                store.close();
                store = TextStore.open(directory);
            }
            assertThat(store.size()).isEqualTo(expected.size());
            float[] query = new float[16];
            for (int j = 0; j < query.length; j++) {
                query[j] = (float) random.nextGaussian();
            }
            assertThat(ids(store.search(query, 10, -1, null))).isEqualTo(naive(expected, query, 10, null));
            Condition condition = Condition.of("a", value -> (int) value > 2)
                    .and(Condition.of("b", value -> value.toString().compareTo("b5") < 0))
                    .or(Condition.of("a", Integer.valueOf(1)::equals));
            Predicate<Map<String, Object>> test =
                    m -> (int) m.get("a") > 2 && m.get("b").toString().compareTo("b5") < 0 || (int) m.get("a") == 1;
            List<Match> matches = store.search(query, 10, -1, condition);
            assertThat(ids(matches)).isEqualTo(naive(expected, query, 10, test));
            for (Match match : matches) {
                Segment segment = expected.get(match.segment().id());
                assertThat(match.segment().text()).isEqualTo(segment.text());
                assertThat(match.segment().vector()).isEqualTo(segment.vector());
                assertThat(match.segment().metadata()).isEqualTo(segment.metadata());
            }
        }
        store.close();
    }

    @Test
    void keepsEveryValueAsItIs() throws IOException {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("", "");
        metadata.put("string", "ä €😀\u0000 \ud800 alone");
        metadata.put("\udc00", Integer.MIN_VALUE);
        metadata.put("long", Long.MIN_VALUE);
        metadata.put("float", Float.MIN_VALUE);
        metadata.put("NaN", Float.NaN);
        metadata.put("double", -0.0);
        metadata.put("infinite", Double.NEGATIVE_INFINITY);
        metadata.put("true", true);
        metadata.put("false", false);
        metadata.put("uuid", new UUID(-1, 5));
        metadata.put("list", List.of("a", 1, 2L, List.of(), List.of(true)));
        String longText = "ü".repeat(400_000) + "\udfff";
        try (TextStore store = TextStore.open(directory)) {
            store.putAll(List.of(
                    new Segment("💾\ud83d", new float[] {1, 2}, longText, metadata),
                    new Segment("", new float[] {2, 1}, "", Map.of()),
                    new Segment("none", new float[] {-1, 1}, null, Map.of("k", "v"))));
            store.save();
        }
        for (TextStore store : List.of(TextStore.open(directory), TextStore.map(directory))) {
            try (store) {
                List<Match> matches = store.search(new float[] {1, 2}, 9, -1, null);
                assertThat(ids(matches)).containsExactly("💾\ud83d", "", "none");
                assertThat(matches.get(0).segment().text()).isEqualTo(longText);
                assertThat(matches.get(0).segment().metadata()).isEqualTo(metadata);
                assertThat(matches.get(1).segment().text()).isEmpty();
                assertThat(matches.get(2).segment().text()).isNull();
                assertThat(matches.get(2).segment().metadata()).isEqualTo(Map.of("k", "v"));
            }
        }
    }

    @Test
    void aMappedStoreStaysAsItIsAndCannotBeChanged() throws IOException {
        try (TextStore store = TextStore.open(directory)) {
            store.putAll(List.of(segment("a", "old", 1, 2), segment("b", "b", 2, 1)));
            store.save();
            try (TextStore mapped = TextStore.map(directory)) {
                store.putAll(List.of(segment("a", "new", 1, 3)));
                store.removeAll(List.of("b"));
                store.save();
                assertThat(mapped.search(new float[] {1, 2}, 9, -1, null))
                        .extracting(match -> match.segment().text())
                        .containsExactly("old", "b");
                assertThat(mapped.canBeSaved()).isFalse();
                String message = "the store is mapped from " + directory + ": open it instead";
                assertThatThrownBy(() -> mapped.putAll(List.of(segment("c", "c", 1, 1))))
                        .isExactlyInstanceOf(UnsupportedOperationException.class)
                        .hasMessage(message);
                assertThatThrownBy(mapped::removeAll)
                        .isExactlyInstanceOf(UnsupportedOperationException.class)
                        .hasMessage(message);
                assertThatThrownBy(mapped::save)
                        .isExactlyInstanceOf(UnsupportedOperationException.class)
                        .hasMessage(message);
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void doesNotSayThatItHasSavedTextsToAFileThatIsGone() throws IOException {
        Path used = directory.resolve("used");
        try (TextStore store = TextStore.open(used, 2)) {
            store.putAll(List.of(segment("a", "a", 1, 2)));
            store.save();
            Path texts = used.toRealPath().resolve("texts");
            byte[] bytes = Files.readAllBytes(texts);
            Files.write(texts, Arrays.copyOf(bytes, bytes.length - 1));
            store.putAll(List.of(segment("b", "b", 2, 1)));
            assertThatThrownBy(store::save)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage(
                            "cannot use %s: it has %d bytes, but %d have been written",
                            texts, bytes.length - 1, bytes.length);
            Files.delete(texts);
            assertThatThrownBy(store::save)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("cannot use " + texts + ": it has been removed while the store was open");
            Files.write(texts, bytes);
            assertThat(store.size()).isEqualTo(2);
        }
        try (TextStore store = TextStore.open(used)) {
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void refusesADirectoryThatIsInUseOrNotItsOwn() throws IOException {
        Path used = directory.resolve("used");
        try (TextStore store = TextStore.open(used, 2)) {
            assertThatThrownBy(() -> TextStore.open(used))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("cannot use " + used.toRealPath()
                            + ": it is locked by another index or store, which has to be closed first");
            store.putAll(List.of(segment("a", "a", 1, 2)));
            store.save();
        }
        assertThatThrownBy(() -> TextStore.open(used, 3))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("the segments in " + used + " have vectors of 2 values, but the store is to have 3");
        Path index = directory.resolve("index");
        try (VectorIndex plain = VectorIndex.create(1, VectorIndex.Metric.COSINE)) {
            plain.add(new float[] {1});
            plain.save(index);
        }
        assertThatThrownBy(() -> TextStore.open(index))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(
                        "cannot use " + index.resolve("texts") + ": there is an index of 1 vectors, but no such file");
        assertThatThrownBy(() -> TextStore.open(directory.resolve("a.npy")))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("a name that ends with .npy");
        assertThatThrownBy(() -> TextStore.open(directory))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("cannot use " + directory + ": it is neither empty nor the directory of a store");
        Path file = index.resolve("manifest");
        assertThatThrownBy(() -> TextStore.open(file))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("cannot use " + file + ": it is not a directory");
        Path below = directory.resolve("no/below");
        assertThatThrownBy(() -> TextStore.open(below))
                .isExactlyInstanceOf(NoSuchFileException.class)
                .hasMessage(below + ": there is no directory above it");
        Path late = directory.resolve("late");
        try (TextStore first = TextStore.open(late)) {
            try (TextStore second = TextStore.open(late)) {
                second.putAll(List.of(segment("b", "b", 1)));
                second.save();
            }
            assertThatThrownBy(() -> first.putAll(List.of(segment("a", "a", 1))))
                    .hasRootCauseMessage(
                            "cannot use " + late + ": another store has been saved to it since this one was opened");
        }
        try (TextStore again = TextStore.open(late)) {
            assertThat(again.size()).isEqualTo(1);
        }
    }
}
