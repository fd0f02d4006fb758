package io.github.rustffi.langchain4j;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.RelevanceScore;
import dev.langchain4j.store.embedding.filter.Filter;
import io.github.rustffi.text.Condition;
import io.github.rustffi.text.Match;
import io.github.rustffi.text.Segment;
import io.github.rustffi.text.TextStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An embedding store that searches exactly: in memory, or in a directory.
 *
 * <pre>{@code
 * EmbeddingStore<TextSegment> store =
 *         RustFfiEmbeddingStore.builder().directory(Path.of("passages")).build();
 * EmbeddingStoreIngestor.builder().embeddingModel(model).embeddingStore(store).build().ingest(documents);
 * }</pre>
 *
 * <p>It finds the segments whose embeddings are nearest to the query's by the cosine, among all of them or among those
 * whose metadata a {@link Filter} matches: always the true ones, no fewer than there are. Scores are relevance scores,
 * (cosine + 1) / 2, from 0 to 1, of cosines to the precision of a float. Segments with the same score come in the order
 * in which they were added.
 *
 * <p><b>Ids</b>: to add a segment with the id of one that is there replaces it. Filters mean what their {@code test}
 * says, and throw what it throws, where it is reached; they match no embedding that was added without a segment.
 *
 * <p><b>The directory</b> holds what was added when the method that did it has returned, also after the process or the
 * machine has been stopped at any moment: the segments before a call or those after it, with their embeddings. To load
 * a lot in small pieces, {@link Builder#saveOnChange saveOnChange(false)} leaves it to {@link #save}. The directory is
 * locked while the store is open, so that no other one changes it.
 *
 * <p><b>Threads</b>: a store may be used from any number of threads. A search sees the store as it is at one moment.
 *
 * <p>{@link #close()} frees the memory of the embeddings, which is outside of the Java heap. Every other method of a
 * closed store throws an {@link IllegalStateException}. Methods that change the store throw an
 * {@link UncheckedIOException} if the directory cannot be written; the change is in memory then, and the next save
 * tries again.
 */
public final class RustFfiEmbeddingStore implements EmbeddingStore<TextSegment>, AutoCloseable {
    private final TextStore store;
    private final boolean savesOnChange;

    private RustFfiEmbeddingStore(TextStore store, boolean savesOnChange) {
        this.store = store;
        this.savesOnChange = savesOnChange && store.canBeSaved();
    }

    /**
     * Returns a builder of a store in memory, whose first embedding says how many values each has.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Says what a store is to be. */
    public static final class Builder {
        private int dimension;
        private @Nullable Path directory;
        private boolean savesOnChange = true;

        private Builder() {}

        /**
         * Sets the number of values of an embedding. If it is not set, the first embedding, or what is in the
         * directory, says it.
         *
         * @param dimension the number of values
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder dimension(int dimension) {
            if (dimension < 1) {
                throw new IllegalArgumentException("dimension is less than 1: " + dimension);
            }
            this.dimension = dimension;
            return this;
        }

        /**
         * Sets the directory that the store is read from and saved to. It is created if there is none; the one above it
         * has to be there.
         *
         * @param directory the directory, which has to be empty or that of a store
         * @return this builder
         */
        public Builder directory(Path directory) {
            this.directory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets whether every method that changes the store saves it, as it does if nothing is said: what is added in
         * one call takes some milliseconds longer, for it is forced to the disk.
         *
         * @param savesOnChange whether to save; if not, {@link RustFfiEmbeddingStore#save} does it
         * @return this builder
         */
        public Builder saveOnChange(boolean savesOnChange) {
            this.savesOnChange = savesOnChange;
            return this;
        }

        /**
         * Returns the store, with what has been saved to its directory.
         *
         * @return the store
         * @throws UncheckedIOException if the directory cannot be read or written, is neither empty nor that of a
         *     store, is that of a store that is open, or one of its files is damaged; the message names the file
         * @throws IllegalArgumentException if the embeddings in the directory have another number of values
         */
        public RustFfiEmbeddingStore build() {
            return new RustFfiEmbeddingStore(TextStore.of(directory, dimension), savesOnChange);
        }
    }

    /**
     * Adds an embedding without a segment.
     *
     * @param embedding the embedding
     * @return its id, a random one
     * @throws IllegalArgumentException as for {@link #addAll(List, List, List)}
     */
    @Override
    public String add(Embedding embedding) {
        return add(embedding, null);
    }

    /**
     * Adds an embedding without a segment, in place of what has the id.
     *
     * @param id its id
     * @param embedding the embedding
     * @throws IllegalArgumentException as for {@link #addAll(List, List, List)}
     */
    @Override
    public void add(String id, Embedding embedding) {
        addAll(Collections.singletonList(id), Collections.singletonList(embedding), null);
    }

    /**
     * Adds an embedding with its segment.
     *
     * @param embedding the embedding
     * @param segment the segment; null if there is none
     * @return its id, a random one
     * @throws IllegalArgumentException as for {@link #addAll(List, List, List)}
     */
    @Override
    public String add(Embedding embedding, @Nullable TextSegment segment) {
        String id = UUID.randomUUID().toString();
        addAll(List.of(id), Collections.singletonList(embedding), Collections.singletonList(segment));
        return id;
    }

    /**
     * Adds embeddings without segments, all of them or none.
     *
     * @param embeddings the embeddings
     * @return their ids, random ones
     * @throws IllegalArgumentException as for {@link #addAll(List, List, List)}
     */
    @Override
    public List<String> addAll(List<Embedding> embeddings) {
        List<String> ids = generateIds(notNull(embeddings, "embeddings").size());
        addAll(ids, embeddings, null);
        return ids;
    }

    /**
     * Adds embeddings with their segments, all of them or none, each in place of what has its id. A search sees all of
     * them or none.
     *
     * @param ids their ids
     * @param embeddings the embeddings
     * @param segments the segments, of which each may be null; null if there are none
     * @throws IllegalArgumentException if there are not as many of each; if an id is null or blank, or an embedding is
     *     null; if an embedding has another number of values than the store's, holds NaN or infinity, or is zero. The
     *     message names the segment by its id, and the store is as it was.
     */
    @Override
    public void addAll(List<String> ids, List<Embedding> embeddings, @Nullable List<TextSegment> segments) {
        notNull(ids, "ids");
        notNull(embeddings, "embeddings");
        if (ids.size() != embeddings.size() || segments != null && segments.size() != ids.size()) {
            throw new IllegalArgumentException("there are " + ids.size() + " ids, " + embeddings.size()
                    + " embeddings and " + (segments == null ? "no" : segments.size()) + " segments");
        }
        List<Segment> added = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            String id = notBlank(ids.get(i), "id");
            Embedding embedding = embeddings.get(i);
            if (embedding == null) {
                throw new IllegalArgumentException("segment '" + id + "' has no embedding");
            }
            TextSegment segment = segments == null ? null : segments.get(i);
            added.add(new Segment(
                    id,
                    embedding.vector(),
                    segment == null ? null : segment.text(),
                    segment == null ? Map.of() : segment.metadata().toMap()));
        }
        store.putAll(added);
        saveIfWanted();
    }

    /**
     * Removes what has one of some ids. A search sees all of it or nothing.
     *
     * @param ids the ids; those of no segment do not matter
     * @throws IllegalArgumentException if there are none
     */
    @Override
    public void removeAll(Collection<String> ids) {
        if (ids == null || ids.isEmpty()) {
            throw new IllegalArgumentException("ids cannot be null or empty");
        }
        store.removeAll(ids.stream().filter(Objects::nonNull).toList());
        saveIfWanted();
    }

    /**
     * Removes the segments whose metadata a filter matches. A search sees all of them or none.
     *
     * @param filter the filter
     * @throws IllegalArgumentException if it is null, or it throws that for metadata whose type is another one than
     *     that of what it is compared with
     */
    @Override
    public void removeAll(Filter filter) {
        store.removeAll(Filters.condition(notNull(filter, "filter")));
        saveIfWanted();
    }

    /** Removes everything. A search sees all of it or nothing. */
    @Override
    public void removeAll() {
        store.removeAll();
        saveIfWanted();
    }

    /**
     * Returns the segments nearest to a query, the best first.
     *
     * @param request the query's embedding, and what to find; its text does not matter
     * @return the segments with their embeddings and scores
     * @throws IllegalArgumentException if the query has another number of values than the store's embeddings, holds NaN
     *     or infinity, or is zero; if the filter throws that for metadata whose type is another one than that of what
     *     it is compared with
     */
    @Override
    public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
        notNull(request, "request");
        double least = request.minScore();
        // A little less, for it is rounded to a float: what is found is compared once more.
        float cosine = least <= 0 ? -1 : Math.nextDown((float) (2 * least - 1));
        Condition condition = request.filter() == null ? null : Filters.condition(request.filter());
        List<Match> found = store.search(request.queryEmbedding().vector(), request.maxResults(), cosine, condition);
        List<EmbeddingMatch<TextSegment>> matches = new ArrayList<>(found.size());
        for (Match match : found) {
            double score = Math.max(0, Math.min(1, RelevanceScore.fromCosineSimilarity(match.score())));
            if (score >= least) {
                Segment segment = match.segment();
                String text = segment.text();
                matches.add(new EmbeddingMatch<>(
                        score,
                        segment.id(),
                        Embedding.from(segment.vector()),
                        text == null ? null : TextSegment.from(text, Metadata.from(segment.metadata()))));
            }
        }
        return new EmbeddingSearchResult<>(matches);
    }

    /**
     * Returns the number of embeddings.
     *
     * @return the number
     */
    public long size() {
        return store.size();
    }

    /**
     * Saves what has changed to the directory. When it has returned, all changes that had completed before are on the
     * disk. To call it is only needed after {@link Builder#saveOnChange saveOnChange(false)}, or when a save has
     * failed.
     *
     * @throws IllegalStateException if the store has no directory
     * @throws UncheckedIOException if the directory cannot be written; what was saved before is still there
     */
    public void save() {
        try {
            store.save();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void saveIfWanted() {
        if (savesOnChange) {
            save();
        }
    }

    /** Closes the store and frees its memory, unless that has happened already. It does not save. */
    @Override
    public void close() {
        store.close();
    }

    private static <T> T notNull(@Nullable T argument, String name) {
        if (argument == null) {
            throw new IllegalArgumentException(name + " cannot be null");
        }
        return argument;
    }

    private static String notBlank(@Nullable String argument, String name) {
        if (argument == null || argument.isBlank()) {
            throw new IllegalArgumentException(name + " cannot be null or blank");
        }
        return argument;
    }
}
