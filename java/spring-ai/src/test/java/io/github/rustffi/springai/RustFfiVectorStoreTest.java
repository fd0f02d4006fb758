package io.github.rustffi.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.springai.examples.WordsModel;
import io.github.rustffi.text.TextStore;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.ai.vectorstore.filter.Filter;
import org.springframework.ai.vectorstore.filter.FilterExpressionBuilder;

class RustFfiVectorStoreTest {
    @TempDir
    Path directory;

    private static RustFfiVectorStore inMemory() {
        return RustFfiVectorStore.builder(new WordsModel()).build();
    }

    private static Document document(String id, String text, Map<String, Object> metadata) {
        return Document.builder().id(id).text(text).metadata(metadata).build();
    }

    private static List<String> ids(List<Document> documents) {
        return documents.stream().map(Document::getId).toList();
    }

    private static SearchRequest.Builder all(String query) {
        return SearchRequest.builder().query(query).topK(1000).similarityThresholdAll();
    }

    @Test
    void aStoreThatIsOpenedAgainHasWhatWasAdded() throws Exception {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("int", 1);
        metadata.put("list", List.of("a", List.of(2L)));
        metadata.put("true", true);
        metadata.put("uuid", new UUID(1, 2));
        try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                .directory(directory)
                .build()) {
            store.add(List.of(document("a", "first text", metadata), document("b", "second text", Map.of())));
            store.delete(List.of("b", "none"));
            store.add(List.of(document("c", "third text", Map.of())));
            // It is neither saved nor closed.
            Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
            Files.createDirectory(copy);
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            try (RustFfiVectorStore again = RustFfiVectorStore.builder(new WordsModel())
                    .directory(copy)
                    .dimension(256)
                    .build()) {
                List<Document> found = again.similaritySearch(all("first").build());
                assertThat(ids(found)).containsExactly("a", "c");
                assertThat(found).isEqualTo(store.similaritySearch(all("first").build()));
                assertThat(found.get(0).getText()).isEqualTo("first text");
                assertThat(found.get(0).getMetadata()).containsAllEntriesOf(metadata);
            }
        }
    }

    @Test
    void savesWhenItIsToldTo() {
        try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                .directory(directory)
                .saveOnChange(false)
                .build()) {
            store.add(List.of(document("a", "a", Map.of())));
            store.save();
            store.add(List.of(document("b", "b", Map.of())));
        }
        try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                .directory(directory)
                .build()) {
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void scoresAndDistancesAreThoseOfTheSimpleStore() {
        try (RustFfiVectorStore store = inMemory()) {
            SimpleVectorStore simple =
                    SimpleVectorStore.builder(new WordsModel()).build();
            List<Document> documents = new ArrayList<>();
            List<String> words = List.of("bread", "rust", "java", "memory", "kitchen", "oven", "compiler", "thread");
            Random random = new Random(4);
            for (int i = 0; i < 300; i++) {
                String text = random.ints(1 + random.nextInt(9), 0, words.size())
                        .mapToObj(words::get)
                        .collect(Collectors.joining(" "));
                documents.add(document("id" + i, text, Map.of("i", i)));
            }
            for (VectorStore one : List.of(store, simple)) {
                one.add(documents);
                one.delete(List.of("id3", "id5"));
                one.add(List.of(document("id7", "bread bread rust", Map.of("i", 7))));
            }
            for (double threshold : new double[] {0, 0.3, 0.9, 1}) {
                for (int k : new int[] {0, 1, 20, 1000}) {
                    SearchRequest request = SearchRequest.builder()
                            .query("rust compiler thread")
                            .topK(k)
                            .similarityThreshold(threshold)
                            .build();
                    List<Document> found = store.similaritySearch(request);
                    List<Document> wanted = simple.similaritySearch(request);
                    assertThat(found).hasSameSizeAs(wanted);
                    for (int i = 0; i < found.size(); i++) {
                        assertThat(found.get(i).getScore())
                                .isCloseTo(wanted.get(i).getScore(), within(1e-6));
                    }
                    // Of documents with the same text the stores may take different ones.
                    if (k == 1000) {
                        assertThat(found)
                                .isSortedAccordingTo(
                                        Comparator.comparing(Document::getScore).reversed());
                        Map<String, Document> byId = wanted.stream().collect(Collectors.toMap(Document::getId, d -> d));
                        for (Document one : found) {
                            Document same = byId.get(one.getId());
                            assertThat(one.getText()).isEqualTo(same.getText());
                            assertThat(one.getMetadata().get("i"))
                                    .isEqualTo(same.getMetadata().get("i"));
                            assertThat((double) one.getMetadata().get("distance"))
                                    .isCloseTo((double) same.getMetadata().get("distance"), within(1e-6));
                        }
                    }
                }
            }
        }
    }

    @Test
    void filtersFindAndDeleteWhatTheSimpleStoreFinds() {
        List<Document> documents = new ArrayList<>();
        Random random = new Random(6);
        for (int i = 0; i < 200; i++) {
            Map<String, Object> metadata = new HashMap<>();
            metadata.put("id", i);
            if (random.nextInt(4) > 0) {
                metadata.put("country", List.of("BG", "NL", "DE").get(random.nextInt(3)));
            }
            if (random.nextInt(4) > 0) {
                metadata.put("year", 2018 + random.nextInt(6));
            }
            if (random.nextInt(4) > 0) {
                metadata.put("price", random.nextInt(10) / 2.0);
            }
            if (random.nextInt(4) > 0) {
                metadata.put("isNew", random.nextBoolean());
            }
            metadata.put("when", "202" + random.nextInt(4) + "-01-01T00:00:00Z");
            documents.add(document("id" + i, "one text", metadata));
        }
        SimpleVectorStore simple = SimpleVectorStore.builder(new WordsModel()).build();
        simple.add(documents);
        try (RustFfiVectorStore store = inMemory()) {
            store.add(documents);
            for (String filter : List.of(
                    "country == 'BG'",
                    "country != 'BG'",
                    "country in ['BG', 'DE']",
                    "country not in ['BG', 'DE']",
                    "year == 2020",
                    "year != 2020",
                    "year > 2020",
                    "year >= 2020",
                    "year < 2020",
                    "year <= 2020",
                    "year in [2019, 2021]",
                    "year nin [2019, 2021]",
                    "price > 2.5",
                    "price <= 2",
                    "isNew == true",
                    "country > 'BG'",
                    "country == 'BG' && year >= 2020",
                    "country == 'BG' || year >= 2020 && price < 3.0",
                    "(country == 'BG' || year >= 2020) && price < 3.0",
                    "NOT (year > 2020)",
                    "NOT (country == 'BG' && year >= 2020)",
                    "NOT (country in ['BG'] || isNew == false)",
                    "'country' == 'NL' AND missing == 'x'")) {
                SearchRequest request = all("one text").filterExpression(filter).build();
                assertThat(ids(store.similaritySearch(request)))
                        .as(filter)
                        .containsExactlyInAnyOrderElementsOf(ids(simple.similaritySearch(request)));
            }
            Filter.Expression later = new FilterExpressionBuilder()
                    .gte("when", Date.from(java.time.Instant.parse("2022-01-01T00:00:00Z")))
                    .build();
            SearchRequest request = all("one text").filterExpression(later).build();
            assertThat(ids(store.similaritySearch(request)))
                    .hasSizeBetween(50, 150)
                    .containsExactlyInAnyOrderElementsOf(ids(simple.similaritySearch(request)));

            long before = store.size();
            long deleted = store.similaritySearch(
                            all("one text").filterExpression("year < 2021").build())
                    .size();
            store.delete("year < 2021");
            assertThat(store.size()).isEqualTo(before - deleted);
            assertThat(store.similaritySearch(
                            all("one text").filterExpression("year < 2021").build()))
                    .isEmpty();
        }
    }

    @Test
    void filtersKnowMissingKeysAndNumbersOfEveryClass() {
        try (RustFfiVectorStore store = inMemory()) {
            store.add(List.of(
                    document("int", "t", Map.of("n", 3)),
                    document("long", "t", Map.of("n", 3L)),
                    document("double", "t", Map.of("n", 3.0)),
                    document("large", "t", Map.of("n", Long.MAX_VALUE)),
                    document("text", "t", Map.of("n", "3")),
                    document("none", "t", Map.of())));
            FilterExpressionBuilder b = new FilterExpressionBuilder();
            assertThat(ids(store.similaritySearch(
                            all("t").filterExpression("n == 3").build())))
                    .containsExactly("int", "long", "double");
            assertThat(ids(store.similaritySearch(
                            all("t").filterExpression("n in [3, 4]").build())))
                    .containsExactly("int", "long", "double");
            assertThat(ids(store.similaritySearch(all("t").filterExpression(
                                    b.eq("n", Long.MAX_VALUE - 1).build())
                            .build())))
                    .isEmpty();
            Filter.Key key = new Filter.Key("n");
            assertThat(ids(store.similaritySearch(
                            all("t").filterExpression(new Filter.Expression(Filter.ExpressionType.ISNULL, key))
                                    .build())))
                    .containsExactly("none");
            assertThat(store.similaritySearch(
                            all("t").filterExpression(new Filter.Expression(Filter.ExpressionType.ISNOTNULL, key))
                                    .build()))
                    .hasSize(5);
            assertThatThrownBy(() -> store.similaritySearch(
                            all("t").filterExpression("n > 3").build()))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("metadata 'n' is 3 of java.lang.String, which cannot be compared with 3 of"
                            + " java.lang.Integer");
        }
    }

    @Test
    void saysWhatIsWrong() {
        try (RustFfiVectorStore store =
                RustFfiVectorStore.builder(new WordsModel()).dimension(3).build()) {
            assertThatThrownBy(() -> store.add(List.of(document("id-7", "x", Map.of()))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("segment 'id-7' has 256 values, but the store's dimension is 3");
            assertThatThrownBy(() -> store.add(List.of(document("id-8", "x", Map.of("when", new Date(0))))))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("segment 'id-8' has metadata 'when' of java.util.Date");
            assertThatThrownBy(() -> store.add(List.of()))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("documents cannot be null or empty");
            assertThat(store.<TextStore>getNativeClient())
                    .hasValueSatisfying(client -> assertThat(client.size()).isZero());
            Path missing = directory.resolve("a/b");
            assertThatThrownBy(() -> RustFfiVectorStore.builder(new WordsModel())
                            .directory(missing)
                            .dimension(1)
                            .build())
                    .isExactlyInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(missing.toString());
        }
    }

    @Test
    void operationsAreObserved() {
        TestObservationRegistry registry = TestObservationRegistry.create();
        try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                .observationRegistry(registry)
                .build()) {
            store.add(List.of(document("a", "x", Map.of())));
            store.similaritySearch("x");
            TestObservationRegistryAssert.assertThat(registry).hasNumberOfObservationsEqualTo(2);
            TestObservationRegistryAssert.assertThat(registry)
                    .hasAnObservationWithAKeyValue("db.search.similarity_metric", "cosine");
            TestObservationRegistryAssert.assertThat(registry)
                    .hasAnObservationWithAKeyValue("db.vector.dimension_count", "256");
        }
    }
}
