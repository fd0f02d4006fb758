package io.github.rustffi.langchain4j;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.ContainsString;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThan;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotIn;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RustFfiEmbeddingStoreTest {
    @TempDir
    Path directory;

    private static Embedding embedding(float... values) {
        return Embedding.from(values);
    }

    private static Embedding random(Random random) {
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.from(values);
    }

    private static EmbeddingSearchRequest request(Embedding query, int k, double minScore, @Nullable Filter filter) {
        return EmbeddingSearchRequest.builder()
                .queryEmbedding(query)
                .maxResults(k)
                .minScore(minScore)
                .filter(filter)
                .build();
    }

    @Test
    void aStoreThatIsOpenedAgainHasWhatWasAdded() {
        Embedding query = embedding(1, 2, 2);
        try (RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().directory(directory).build()) {
            store.addAll(
                    List.of("a", "b"),
                    List.of(embedding(1, 2, 3), embedding(3, 2, 1)),
                    List.of(TextSegment.from("first", Metadata.from("k", "v")), TextSegment.from("second")));
            // It is neither saved nor closed.
            Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
            copyTo(copy);
            try (RustFfiEmbeddingStore again =
                    RustFfiEmbeddingStore.builder().directory(copy).dimension(3).build()) {
                assertThat(again.size()).isEqualTo(2);
                assertThat(again.search(request(query, 5, 0, null)))
                        .usingRecursiveComparison()
                        .isEqualTo(store.search(request(query, 5, 0, null)));
            }
        }
    }

    private void copyTo(Path copy) {
        try (var files = Files.list(directory)) {
            Files.createDirectory(copy);
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void savesWhenItIsToldTo() {
        RustFfiEmbeddingStore.Builder builder =
                RustFfiEmbeddingStore.builder().directory(directory).saveOnChange(false);
        try (RustFfiEmbeddingStore store = builder.build()) {
            store.add("a", embedding(1, 2));
            store.save();
            store.add("b", embedding(2, 1));
        }
        try (RustFfiEmbeddingStore store = builder.build()) {
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void replacesWhatHasTheId() {
        try (RustFfiEmbeddingStore store = RustFfiEmbeddingStore.builder().build()) {
            store.addAll(List.of("a"), List.of(embedding(1, 2)), List.of(TextSegment.from("old")));
            store.addAll(List.of("a"), List.of(embedding(2, 1)), List.of(TextSegment.from("new")));
            List<EmbeddingMatch<TextSegment>> matches =
                    store.search(request(embedding(2, 1), 5, 0, null)).matches();
            assertThat(matches)
                    .containsExactly(new EmbeddingMatch<>(1.0, "a", embedding(2, 1), TextSegment.from("new")));
        }
    }

    @Test
    void saysWhatIsWrong() {
        try (RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().dimension(384).build()) {
            assertThatThrownBy(() -> store.add("id-7", embedding(1, 2, 3)))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-7' has 3 values, but the store's dimension is 384");
            assertThatThrownBy(() -> store.search(request(embedding(1), 1, 0, null)))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the query has 1 values, but the store's dimension is 384");
            assertThatThrownBy(() -> store.add(" ", embedding(1)))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("id cannot be null or blank");
            assertThatThrownBy(() -> store.addAll(List.of("a"), List.of(), null))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there are 1 ids, 0 embeddings and no segments");
            assertThatThrownBy(() -> store.addAll(List.of("a"), Collections.singletonList(null), null))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'a' has no embedding");
            assertThatThrownBy(() -> RustFfiEmbeddingStore.builder().dimension(0))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dimension is less than 1: 0");
            Path missing = directory.resolve("a/b");
            assertThatThrownBy(() -> RustFfiEmbeddingStore.builder()
                            .directory(missing)
                            .dimension(1)
                            .build())
                    .isExactlyInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(missing.toString());
            assertThat(store.size()).isZero();
        }
    }

    @Test
    void findsWhatTheStoreInMemoryFinds() {
        Random random = new Random(1);
        InMemoryEmbeddingStore<TextSegment> expected = new InMemoryEmbeddingStore<>();
        try (RustFfiEmbeddingStore store = RustFfiEmbeddingStore.builder().build()) {
            List<String> ids = new ArrayList<>();
            List<Embedding> embeddings = new ArrayList<>();
            List<@Nullable TextSegment> segments = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                ids.add("id" + i);
                embeddings.add(random(random));
                segments.add(i % 50 == 0 ? null : TextSegment.from("text " + i, metadata(random)));
            }
            for (EmbeddingStore<TextSegment> one : List.of(expected, store)) {
                one.addAll(ids, embeddings, segments);
                one.removeAll(ids.subList(500, 520));
                one.removeAll(metadataKey("text").isEqualTo("b"));
            }
            int found = 0;
            int thrown = 0;
            for (int i = 0; i < 700; i++) {
                Filter filter = i % 10 == 0 ? null : filter(random, 2);
                EmbeddingSearchRequest request =
                        request(random(random), 1 + random.nextInt(20), random.nextInt(4) / 5.0, filter);
                List<EmbeddingMatch<TextSegment>> wanted;
                try {
                    wanted = expected.search(request).matches();
                } catch (RuntimeException e) {
                    thrown++;
                    // Where several values cannot be compared, another one may come first.
                    assertThat(e).isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> store.search(request)).isInstanceOf(IllegalArgumentException.class);
                    continue;
                }
                List<EmbeddingMatch<TextSegment>> matches =
                        store.search(request).matches();
                assertThat(matches)
                        .as("%s", filter)
                        .extracting(EmbeddingMatch::embeddingId)
                        .isEqualTo(
                                wanted.stream().map(EmbeddingMatch::embeddingId).toList());
                for (int j = 0; j < wanted.size(); j++) {
                    found++;
                    assertThat(matches.get(j).score()).isCloseTo(wanted.get(j).score(), within(1e-6));
                    assertThat(matches.get(j).embedding())
                            .isEqualTo(wanted.get(j).embedding());
                    assertThat(matches.get(j).embedded())
                            .isEqualTo(wanted.get(j).embedded());
                }
            }
            assertThat(found).isGreaterThan(1000);
            assertThat(thrown).isBetween(50, 650);
        }
    }

    private static final UUID ID = new UUID(1, 2);

    /** Values of every type, and now and then another type for the same key. */
    private static Metadata metadata(Random random) {
        Map<String, Object> metadata = new HashMap<>();
        if (random.nextInt(5) > 0) {
            metadata.put("text", "" + (char) ('a' + random.nextInt(4)));
        }
        if (random.nextInt(5) > 0) {
            metadata.put("number", number(random));
        }
        if (random.nextInt(5) > 0) {
            metadata.put("int", random.nextInt(5));
        }
        if (random.nextInt(5) > 0) {
            metadata.put("id", random.nextBoolean() ? ID : random.nextBoolean() ? ID.toString() : new UUID(3, 4));
        }
        if (random.nextInt(700) == 0) {
            metadata.put("int", "a");
            metadata.put("number", Float.NaN);
        }
        return Metadata.from(metadata);
    }

    private static Object number(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> random.nextInt(4);
            case 1 -> (long) random.nextInt(4);
            case 2 -> 1.1f;
            case 3 -> 1.1;
            case 4 -> -0.0f;
            case 5 -> 0.0;
            default -> Long.MAX_VALUE;
        };
    }

    private static Filter filter(Random random, int depth) {
        if (depth > 0 && random.nextInt(3) > 0) {
            Filter left = filter(random, depth - 1);
            return switch (random.nextInt(3)) {
                case 0 -> left.and(filter(random, depth - 1));
                case 1 -> left.or(filter(random, depth - 1));
                default -> Filter.not(left);
            };
        }
        String key = List.of("text", "number", "int", "id", "none").get(random.nextInt(5));
        Comparable<?> value =
                switch (key) {
                    case "text" -> "" + (char) ('a' + random.nextInt(4));
                    case "id" -> ID;
                    case "int" -> random.nextInt(5);
                    default -> (Comparable<?>) number(random);
                };
        return switch (random.nextInt(10)) {
            case 0 -> new IsEqualTo(key, value);
            case 1 -> new IsNotEqualTo(key, value);
            case 2 -> key.equals("id") ? new IsEqualTo(key, value) : new IsGreaterThan(key, value);
            case 3 -> key.equals("id") ? new IsEqualTo(key, value) : new IsGreaterThanOrEqualTo(key, value);
            case 4 -> key.equals("id") ? new IsEqualTo(key, value) : new IsLessThan(key, value);
            case 5 -> key.equals("id") ? new IsEqualTo(key, value) : new IsLessThanOrEqualTo(key, value);
            case 6 -> new IsIn(key, List.of(value));
            case 7 -> new IsNotIn(key, List.of(value));
            case 8 -> key.equals("text") ? new ContainsString(key, "b") : new IsNotEqualTo(key, value);
            // A filter that this library does not know.
            default ->
                new Filter() {
                    @Override
                    public boolean test(Object metadata) {
                        return ((Metadata) metadata).toMap().size() > 2;
                    }

                    @Override
                    public String toString() {
                        return "more than two keys";
                    }
                };
        };
    }
}
