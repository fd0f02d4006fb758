package io.github.rustffi.springai;

import io.github.rustffi.text.Condition;
import io.github.rustffi.text.Match;
import io.github.rustffi.text.Segment;
import io.github.rustffi.text.TextStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.document.DocumentMetadata;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.observation.conventions.VectorStoreSimilarityMetric;
import org.springframework.ai.vectorstore.AbstractVectorStoreBuilder;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.filter.Filter;
import org.springframework.ai.vectorstore.observation.AbstractObservationVectorStore;
import org.springframework.ai.vectorstore.observation.VectorStoreObservationContext;

/**
 * A vector store that searches exactly: in memory, or in a directory.
 *
 * <pre>{@code
 * VectorStore store = RustFfiVectorStore.builder(embeddingModel).directory(Path.of("passages")).build();
 * store.add(documents);
 * store.similaritySearch(SearchRequest.builder().query("memory safety").topK(5).filterExpression("year >= 2020").build());
 * }</pre>
 *
 * <p>It finds the documents whose embeddings are nearest to the query's by the cosine, among all of them or among those
 * that a filter expression allows: always the true ones, no fewer than there are. A document's score is the cosine, to
 * the precision of a float, and its metadata has the distance, 1 minus the score, as that of other stores has it.
 *
 * <p><b>Filters</b> mean what they do in Spring AI's {@code SimpleVectorStore}: a key that is missing is less than
 * every value, and values that cannot be compared, such as a text with a number, throw an
 * {@link IllegalArgumentException} where they have to be in order, and are not equal. Numbers are equal if their values
 * are, whatever their classes.
 *
 * <p><b>Documents</b> have text. A value of the metadata is a {@link String}, {@link Integer}, {@link Long},
 * {@link Float}, {@link Double}, {@link Boolean} or {@link java.util.UUID}, or a list of these. To add a document with
 * the id of one that is there replaces it.
 *
 * <p><b>The directory</b> holds what was added when the method that did it has returned, also after the process or the
 * machine has been stopped at any moment: the documents before a call or those after it, with their embeddings. To load
 * a lot in small pieces, {@link Builder#saveOnChange saveOnChange(false)} leaves it to {@link #save}. The directory is
 * locked while the store is open, so that no other one changes it.
 *
 * <p><b>Threads</b>: a store may be used from any number of threads. A search sees the store as it is at one moment.
 *
 * <p>{@link #close()} frees the memory of the embeddings, which is outside of the Java heap; a Spring context does it.
 * Every other method of a closed store throws an {@link IllegalStateException}. Methods that change the store throw an
 * {@link UncheckedIOException} if the directory cannot be written; the change is in memory then, and the next save
 * tries again.
 */
public final class RustFfiVectorStore extends AbstractObservationVectorStore implements AutoCloseable {
    private final TextStore store;
    private final boolean savesOnChange;

    private RustFfiVectorStore(Builder builder, TextStore store) {
        super(builder);
        this.store = store;
        this.savesOnChange = builder.savesOnChange && store.canBeSaved();
    }

    /**
     * Returns a builder of a store in memory, whose first embedding says how many values each has.
     *
     * @param embeddingModel what computes the embeddings of documents and queries
     * @return the builder
     */
    public static Builder builder(EmbeddingModel embeddingModel) {
        return new Builder(embeddingModel);
    }

    /** Says what a store is to be. */
    public static final class Builder extends AbstractVectorStoreBuilder<Builder> {
        private int dimension;
        private @Nullable Path directory;
        private boolean savesOnChange = true;

        private Builder(EmbeddingModel embeddingModel) {
            super(embeddingModel);
        }

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
         * @param savesOnChange whether to save; if not, {@link RustFfiVectorStore#save} does it
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
        @Override
        public RustFfiVectorStore build() {
            return new RustFfiVectorStore(this, TextStore.of(directory, dimension));
        }
    }

    /**
     * Adds documents, all of them or none, each in place of the one that has its id. A search sees all of them or none.
     * Their embeddings are computed before, in the batches that the batching strategy makes.
     *
     * @param documents the documents
     * @throws IllegalArgumentException if there are none; if a value of the metadata is of another class than those
     *     above; if an embedding has another number of values than the store's, holds NaN or infinity, or is zero. The
     *     message names the segment by the document's id, and the store is as it was.
     */
    @Override
    public void doAdd(List<Document> documents) {
        if (documents == null || documents.isEmpty()) {
            throw new IllegalArgumentException("documents cannot be null or empty");
        }
        List<float[]> embeddings =
                embeddingModel.embed(documents, EmbeddingOptions.builder().build(), batchingStrategy);
        if (embeddings.size() != documents.size()) {
            throw new IllegalArgumentException("the embedding model has returned " + embeddings.size()
                    + " embeddings of " + documents.size() + " documents");
        }
        List<Segment> segments = new ArrayList<>(documents.size());
        for (int i = 0; i < documents.size(); i++) {
            Document document = documents.get(i);
            segments.add(new Segment(document.getId(), embeddings.get(i), document.getText(), document.getMetadata()));
        }
        store.putAll(segments);
        saveIfWanted();
    }

    /**
     * Removes documents. A search sees all of them or none.
     *
     * @param idList their ids; those of no document do not matter
     * @throws IllegalArgumentException if {@code idList} is null
     */
    @Override
    public void doDelete(List<String> idList) {
        if (idList == null) {
            throw new IllegalArgumentException("idList cannot be null");
        }
        store.removeAll(idList.stream().filter(Objects::nonNull).toList());
        saveIfWanted();
    }

    /**
     * Removes the documents that a filter allows. A search sees all of them or none.
     *
     * @param filterExpression the filter
     * @throws IllegalArgumentException if it is null, is none that can be evaluated, or has to bring values in order
     *     that cannot be compared
     */
    @Override
    protected void doDelete(Filter.Expression filterExpression) {
        if (filterExpression == null) {
            throw new IllegalArgumentException("filterExpression cannot be null");
        }
        store.removeAll(Filters.condition(filterExpression));
        saveIfWanted();
    }

    /**
     * Returns the documents nearest to a query, the best first.
     *
     * @param request the query, how many documents to find, the lowest score, and the filter
     * @return the documents with their scores, and the distances in their metadata
     * @throws IllegalArgumentException if the query's embedding has another number of values than the store's, holds
     *     NaN or infinity, or is zero; as for {@link #doDelete(Filter.Expression)} because of the filter
     */
    @Override
    public List<Document> doSimilaritySearch(SearchRequest request) {
        Condition condition = request.hasFilterExpression() ? Filters.condition(request.getFilterExpression()) : null;
        double least = request.getSimilarityThreshold();
        float[] query = embeddingModel.embed(request.getQuery());
        if (request.getTopK() < 1) {
            return List.of();
        }
        // A little less, for it is rounded to a float: what is found is compared once more.
        List<Match> matches = store.search(query, request.getTopK(), Math.nextDown((float) least), condition);
        List<Document> documents = new ArrayList<>(matches.size());
        for (Match match : matches) {
            double score = match.score();
            if (score >= least) {
                Segment segment = match.segment();
                Map<String, Object> metadata = new HashMap<>(segment.metadata());
                metadata.put(DocumentMetadata.DISTANCE.value(), 1 - score);
                documents.add(Document.builder()
                        .id(segment.id())
                        .text(segment.text())
                        .metadata(metadata)
                        .score(score)
                        .build());
            }
        }
        return documents;
    }

    @Override
    public VectorStoreObservationContext.Builder createObservationContextBuilder(String operationName) {
        VectorStoreObservationContext.Builder builder = VectorStoreObservationContext.builder("rust_ffi", operationName)
                .similarityMetric(VectorStoreSimilarityMetric.COSINE.value());
        int dimension = store.dimension();
        return dimension == 0 ? builder : builder.dimensions(dimension);
    }

    /**
     * Returns the store beneath.
     *
     * @param <T> {@link TextStore}
     * @return the {@link TextStore}
     */
    @Override
    @SuppressWarnings("unchecked")
    public <T> Optional<T> getNativeClient() {
        return Optional.of((T) store);
    }

    /**
     * Returns the number of documents.
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
}
