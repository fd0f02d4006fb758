package io.github.rustffi.text;

import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Segments of text, found by their vectors: exactly those nearest to a query by the cosine, among all segments or among
 * those whose metadata a {@link Condition} allows.
 *
 * <pre>{@code
 * try (TextStore store = TextStore.open(Path.of("passages"))) {
 *     store.putAll(List.of(new Segment("a", vector, "The first passage", Map.of("year", 2024))));
 *     store.save();
 *     List<Match> matches = store.search(query, 10, -1, Condition.of("year", Integer.valueOf(2024)::equals));
 *     matches.get(0).segment().text(); // The first passage
 * }
 * }</pre>
 *
 * <p>Vectors are in a {@link VectorIndex}, outside of the Java heap; text and metadata are in the heap. A store has a
 * directory, or is in memory alone.
 *
 * <p><b>The directory</b> is that of {@link VectorIndex#save}, with one more file, {@code texts}. {@link #save} writes
 * what has changed, and is atomic and durable: whenever the process or the machine ends, the directory holds the
 * segments that had been saved before or those that have been saved, text, metadata and vectors together. It is locked
 * while a store that can be changed is open, a new one from its first segment on where its dimension is not given; any
 * number may {@link #map} it. {@code docs/index-files.md} has the form.
 *
 * <p><b>Threads</b>: a store may be used from any number of threads. Searches run concurrently. Each sees the store as
 * it is at one moment: all of a call of {@code putAll} or of a removal, or nothing of it, and a text always with its
 * own vector. Searches do not wait for segments that are added, nor for a save; they wait for segments that are
 * replaced or removed, which wait for the searches that have begun before. Changes wait for each other and for a save.
 *
 * <p>{@link #close()} frees the memory of the vectors. Every other method of a closed store throws an
 * {@link IllegalStateException}. Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public final class TextStore implements AutoCloseable {
    private static final String MANIFEST = "manifest";
    private static final String LOCK = "rust-ffi.lock";

    private final @Nullable Path directory;
    private final boolean isMapped;

    /** Held by a save: those that wait for it have what they want saved together. Taken before {@link #changes}. */
    private final ReentrantLock saving = new ReentrantLock();

    /** Held by whatever changes the store, and while it is saved. Taken before {@link #views}. */
    private final ReentrantLock changes = new ReentrantLock();

    /** Held for writing where a search that runs must not see two states: it cannot where rows are only added. */
    private final ReentrantReadWriteLock views = new ReentrantReadWriteLock();

    /** The row of each id. Guarded by {@link #changes}. */
    private final Map<String, Row> byId = new HashMap<>();

    /** Rows are here before the index has their vectors. */
    private volatile Rows rows = Rows.none();

    /** The vectors; null as long as their dimension is not known. */
    private volatile @Nullable VectorIndex index;

    private @Nullable TextFile file;

    /** The bytes in the file that count. Guarded by {@link #changes}, as are the next ones. */
    private long counting;

    /** The number of the first row that the file does not have yet. */
    private long unwritten;

    private volatile long version;
    private volatile long saved;
    private volatile boolean isClosed;

    private TextStore(@Nullable Path directory, boolean isMapped) {
        this.directory = directory;
        this.isMapped = isMapped;
    }

    /**
     * Returns a store in memory without segments. The first vector says how many values each has.
     *
     * @return the store
     */
    public static TextStore create() {
        return new TextStore(null, false);
    }

    /**
     * Returns a store in memory without segments.
     *
     * @param dimension the number of values of a vector
     * @return the store
     * @throws IllegalArgumentException if {@code dimension} is less than 1
     */
    public static TextStore create(int dimension) {
        TextStore store = new TextStore(null, false);
        store.index = VectorIndex.create(dimension, VectorIndex.Metric.COSINE);
        return store;
    }

    /**
     * Returns the store in a directory, or one without segments that is saved there. Where there is none, the first
     * vector says how many values each has.
     *
     * @param directory the directory, which is created if there is none; the one above it has to be there
     * @return the store
     * @throws IOException if the directory cannot be read or written, is neither empty nor that of a store, is that of
     *     a store that is open, or one of its files is damaged; the message names the file
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     */
    public static TextStore open(Path directory) throws IOException {
        Objects.requireNonNull(directory, "directory");
        if (directory.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            throw TextFile.unusable(directory, "a name that ends with .npy is that of a single file of vectors");
        }
        TextStore store = new TextStore(directory, false);
        if (Files.exists(directory.resolve(MANIFEST))) {
            store.begin(VectorIndex.open(directory));
        } else {
            checkNew(directory);
        }
        return store;
    }

    /** Fails where no store can be saved, which would be noticed later otherwise. */
    private static void checkNew(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Path above = directory.toAbsolutePath().getParent();
            if (above != null && !Files.isDirectory(above)) {
                throw new NoSuchFileException(directory.toString(), null, "there is no directory above it");
            }
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw TextFile.unusable(directory, "it is not a directory");
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent() && !Files.exists(directory.resolve(LOCK))) {
                throw TextFile.unusable(directory, "it is neither empty nor the directory of a store");
            }
        }
    }

    /**
     * Returns the store in a directory, or one without segments that is saved there.
     *
     * @param directory the directory, which is created if there is none; the one above it has to be there
     * @param dimension the number of values of a vector
     * @return the store
     * @throws IllegalArgumentException if {@code dimension} is less than 1, or the vectors in the directory have
     *     another number of values
     * @throws IOException as for {@link #open(Path)}
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     */
    public static TextStore open(Path directory, int dimension) throws IOException {
        TextStore store = open(directory);
        boolean isRight = false;
        try {
            int found = store.dimension();
            if (found == 0) {
                store.begin(VectorIndex.create(dimension, VectorIndex.Metric.COSINE));
            } else if (found != dimension) {
                throw new IllegalArgumentException("the segments in " + directory + " have vectors of " + found
                        + " values, but the store is to have " + dimension);
            }
            isRight = true;
            return store;
        } finally {
            if (!isRight) {
                store.close();
            }
        }
    }

    /**
     * Returns the store that settings with defaults ask for: one of {@link #open(Path)} or {@link #open(Path, int)}, or
     * of {@link #create()} or {@link #create(int)}.
     *
     * @param directory the directory; null for a store in memory
     * @param dimension the number of values of a vector; 0 if the first vector or the directory says it
     * @return the store
     * @throws UncheckedIOException with what {@link #open(Path)} throws
     * @throws IllegalArgumentException as for {@link #open(Path, int)}
     */
    public static TextStore of(@Nullable Path directory, int dimension) {
        if (directory == null) {
            return dimension == 0 ? create() : create(dimension);
        }
        try {
            return dimension == 0 ? open(directory) : open(directory, dimension);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the store that has been saved to a directory, as it is now, with its vectors mapped into memory:
     * processes share them. It cannot be changed: a method that would do so throws an
     * {@link UnsupportedOperationException}. The directory may be saved to meanwhile and afterwards.
     *
     * @param directory the directory
     * @return the store
     * @throws IOException if there is no store in the directory, it cannot be read, or a file is damaged; the message
     *     names the file. The checksums of the vectors are not compared: {@link VectorIndex#verify} does it.
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     */
    public static TextStore map(Path directory) throws IOException {
        Objects.requireNonNull(directory, "directory");
        Path manifest = directory.resolve(MANIFEST);
        while (true) {
            byte[] before = Files.exists(manifest) ? Files.readAllBytes(manifest) : new byte[0];
            TextStore store = new TextStore(directory, true);
            try {
                store.begin(VectorIndex.map(directory));
                return store;
            } catch (IOException e) {
                if (!Files.exists(manifest) || Arrays.equals(before, Files.readAllBytes(manifest))) {
                    throw e;
                }
                // Something else has been saved since, and texts that it does not need are gone.
            }
        }
    }

    /** Takes an index for the vectors, and reads the texts of those that it has. Closes it if that fails. */
    private void begin(VectorIndex opened) throws IOException {
        boolean hasBegun = false;
        try {
            if (opened.metric() != VectorIndex.Metric.COSINE) {
                throw TextFile.unusable(directory, "it is an index by " + opened.metric() + ", not by the cosine");
            }
            if (!isMapped) {
                // Locks the directory: the texts do not change any more.
                opened.save(directory);
                unwritten = opened.addAll(new float[0]);
            }
            long[] numbers = opened.ids();
            TextFile.Content content = TextFile.read(directory, numbers, isMapped ? Long.MAX_VALUE : unwritten);
            int missing = content.missing();
            if (missing >= 0) {
                throw TextFile.unusable(
                        directory.resolve(TextFile.NAME),
                        "vector " + numbers[missing] + " has no text"
                                + (content.damage == null ? "" : ": " + content.damage));
            }
            if (!isMapped) {
                file = TextFile.open(directory, content.end);
            }
            Rows read = Rows.of(Arrays.asList(content.rows));
            for (Row row : content.rows) {
                byId.put(row.id, row);
                counting += row.bytes;
            }
            if (byId.size() < content.rows.length) {
                throw TextFile.unusable(
                        directory.resolve(TextFile.NAME),
                        content.rows.length + " vectors have only " + byId.size() + " different ids");
            }
            rows = read;
            index = opened;
            hasBegun = true;
        } finally {
            if (!hasBegun) {
                if (file != null) {
                    file.close();
                    file = null;
                }
                opened.close();
            }
        }
    }

    /**
     * Adds segments, in place of those that have their ids. Where an id comes twice, its last segment stays. A search
     * sees all of these changes or none.
     *
     * @param segments the segments; their vectors are copied
     * @throws IllegalArgumentException if a vector has another number of values than the store's, holds NaN or
     *     infinity, or is zero; the message names the segment, and the store is as it was
     * @throws UnsupportedOperationException if the store is mapped
     * @throws UncheckedIOException if the first vector is added and the directory cannot be written
     * @throws OutOfMemoryError if there is not enough memory; the store is as it was
     */
    public void putAll(List<Segment> segments) {
        Objects.requireNonNull(segments, "segments");
        Map<String, Segment> different = new LinkedHashMap<>();
        for (Segment segment : segments) {
            Objects.requireNonNull(segment, "segment");
            checkValues(segment);
            different.put(segment.id(), segment);
        }
        change();
        try {
            if (segments.isEmpty()) {
                return;
            }
            int dimension = index == null ? segments.get(0).vector().length : dimension();
            for (Segment segment : segments) {
                if (segment.vector().length != dimension) {
                    throw new IllegalArgumentException(Segment.name(segment.id()) + " has " + segment.vector().length
                            + " values, but the store's dimension is " + dimension);
                }
            }
            if (index == null) {
                beginWith(dimension);
            }
            put(different);
        } finally {
            changes.unlock();
        }
    }

    private static void checkValues(Segment segment) {
        float[] vector = segment.vector();
        boolean isZero = true;
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(Segment.name(segment.id()) + " has " + vector[i] + " at " + i);
            }
            isZero &= vector[i] == 0;
        }
        if (isZero) {
            throw new IllegalArgumentException(Segment.name(segment.id())
                    + (vector.length == 0 ? " has no values" : " has only zeros, to which there is no angle"));
        }
    }

    private void beginWith(int dimension) {
        VectorIndex created = VectorIndex.create(dimension, VectorIndex.Metric.COSINE);
        if (directory == null) {
            index = created;
            return;
        }
        try {
            if (Files.exists(directory.resolve(MANIFEST))) {
                created.close();
                throw TextFile.unusable(directory, "another store has been saved to it since this one was opened");
            }
            begin(created);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(Map<String, Segment> segments) {
        VectorIndex index = Objects.requireNonNull(this.index);
        long next = index.addAll(new float[0]);
        float[][] vectors = new float[segments.size()][];
        List<Row> added = new ArrayList<>(segments.size());
        List<Row> replaced = new ArrayList<>();
        for (Segment segment : segments.values()) {
            Row old = byId.get(segment.id());
            if (old != null) {
                replaced.add(old);
            }
            vectors[added.size()] = segment.vector();
            added.add(new Row(next + added.size(), segment.id(), segment.text(), segment.metadata()));
        }
        Rows before = rows;
        Rows after = before.plus(added);
        if (replaced.isEmpty()) {
            rows = after;
            boolean isAdded = false;
            try {
                index.addAll(vectors);
                isAdded = true;
            } finally {
                if (!isAdded) {
                    undo();
                }
            }
        } else {
            views.writeLock().lock();
            try {
                index.addAll(vectors);
                boolean isRemoved = false;
                try {
                    index.removeAll(numbers(replaced));
                    isRemoved = true;
                } finally {
                    if (!isRemoved) {
                        index.removeAll(numbers(added));
                    }
                }
                rows = after;
                replaced.forEach(this::forget);
            } finally {
                views.writeLock().unlock();
            }
        }
        added.forEach(row -> byId.put(row.id, row));
        version++;
        shrink();
    }

    /** Takes back rows whose vectors could not be added, when no search has them before it any more. */
    private void undo() {
        views.writeLock().lock();
        try {
            rows = Rows.of(byId.values().stream()
                    .sorted((a, b) -> Long.compare(a.number, b.number))
                    .toList());
        } finally {
            views.writeLock().unlock();
        }
    }

    private static long[] numbers(List<Row> rows) {
        return rows.stream().mapToLong(row -> row.number).toArray();
    }

    /** Forgets a row, while no search runs. */
    private void forget(Row row) {
        rows.remove(row.number);
        counting -= row.bytes;
    }

    /** Makes the arrays small again when more than half of the rows are gone. */
    private void shrink() {
        if (rows.removed > 1000 && rows.removed > rows.count / 2) {
            undo();
        }
    }

    /**
     * Removes the segments that have one of some ids. A search sees all of them or none.
     *
     * @param ids the ids; those of no segment do not matter
     * @return how many segments have been removed
     * @throws UnsupportedOperationException if the store is mapped
     * @throws OutOfMemoryError if there is not enough memory; the store is as it was
     */
    public int removeAll(Collection<String> ids) {
        Objects.requireNonNull(ids, "ids");
        change();
        try {
            Map<String, Row> found = new LinkedHashMap<>();
            for (String id : ids) {
                Row row = byId.get(id);
                if (row != null) {
                    found.put(row.id, row);
                }
            }
            return remove(List.copyOf(found.values()));
        } finally {
            changes.unlock();
        }
    }

    /**
     * Removes the segments that a condition allows. A search sees all of them or none.
     *
     * @param condition the condition
     * @return how many segments have been removed
     * @throws UnsupportedOperationException if the store is mapped
     * @throws OutOfMemoryError if there is not enough memory; the store is as it was
     */
    public int removeAll(Condition condition) {
        Objects.requireNonNull(condition, "condition");
        change();
        try {
            Rows rows = this.rows;
            long[] words = rows.withText();
            condition.apply(rows, words);
            List<Row> found = new ArrayList<>();
            forEach(words, place -> found.add(Objects.requireNonNull(rows.rows[place])));
            return remove(found);
        } finally {
            changes.unlock();
        }
    }

    /**
     * Removes all segments. The number of values that a vector has stays as it is.
     *
     * @return how many segments have been removed
     * @throws UnsupportedOperationException if the store is mapped
     * @throws OutOfMemoryError if there is not enough memory; the store is as it was
     */
    public int removeAll() {
        change();
        try {
            return remove(List.copyOf(byId.values()));
        } finally {
            changes.unlock();
        }
    }

    private int remove(List<Row> removed) {
        if (removed.isEmpty()) {
            return 0;
        }
        views.writeLock().lock();
        try {
            Objects.requireNonNull(index).removeAll(numbers(removed));
            removed.forEach(this::forget);
        } finally {
            views.writeLock().unlock();
        }
        removed.forEach(row -> byId.remove(row.id));
        version++;
        shrink();
        return removed.size();
    }

    /** Begins a change. */
    private void change() {
        changes.lock();
        boolean hasBegun = false;
        try {
            ensureOpen();
            if (isMapped) {
                throw new UnsupportedOperationException("the store is mapped from " + directory + ": open it instead");
            }
            hasBegun = true;
        } finally {
            if (!hasBegun) {
                changes.unlock();
            }
        }
    }

    /**
     * Returns the segments nearest to a query, the best first, as of one moment.
     *
     * @param query the query
     * @param k the greatest number of segments to find
     * @param atLeast the lowest score to find; -1 for all
     * @param condition what the metadata has to be; null for all segments, also those without text
     * @return the segments with their scores, which are floats nearest to the cosines; those with the same come in the
     *     order in which they were added
     * @throws IllegalArgumentException if {@code query} has another number of values than the store's vectors, holds
     *     NaN or infinity, or is zero; if {@code k} is less than 1; if {@code atLeast} is NaN
     * @throws OutOfMemoryError if there is not enough memory
     */
    public List<Match> search(float[] query, int k, float atLeast, @Nullable Condition condition) {
        Objects.requireNonNull(query, "query");
        views.readLock().lock();
        try {
            ensureOpen();
            VectorIndex index = this.index;
            if (index == null) {
                return List.of();
            }
            if (query.length != index.dimension()) {
                throw new IllegalArgumentException(
                        "the query has " + query.length + " values, but the store's dimension is " + index.dimension());
            }
            SearchOptions options = SearchOptions.nearest(k);
            // No score is less than -1, but for rounding.
            options = atLeast <= -1 ? options : options.atLeast(atLeast);
            if (condition != null) {
                Rows rows = this.rows;
                long[] words = rows.withText();
                condition.apply(rows, words);
                options = options.filter(filter(rows, words));
            }
            Hits hits = index.search(query, options);
            // Where others have added segments meanwhile, what is found may be among them.
            Rows rows = this.rows;
            List<Match> matches = new ArrayList<>(hits.size());
            for (int i = 0; i < hits.size(); i++) {
                long number = hits.ids()[i];
                Row row = rows.get(number);
                if (row == null) {
                    throw new AssertionError("bug in rust_ffi: vector " + number + " has no text");
                }
                matches.add(new Match(new Segment(row, index.get(number)), hits.scores()[i]));
            }
            return matches;
        } finally {
            views.readLock().unlock();
        }
    }

    /** Returns the filter of the rows whose bits are set. */
    private static IdFilter filter(Rows rows, long[] words) {
        int count = rows.count;
        if (count > 0 && rows.numbers[0] == 0 && rows.numbers[count - 1] == count - 1) {
            return IdFilter.allowBits(words);
        }
        if (count > 0 && rows.numbers[count - 1] / 64 < count) {
            // Few enough words.
            long[] bits = new long[(int) (rows.numbers[count - 1] / 64) + 1];
            forEach(words, place -> bits[(int) (rows.numbers[place] / 64)] |= 1L << rows.numbers[place]);
            return IdFilter.allowBits(bits);
        }
        int allowed = 0;
        for (long word : words) {
            allowed += Long.bitCount(word);
        }
        long[] numbers = new long[allowed];
        int[] at = new int[1];
        forEach(words, place -> numbers[at[0]++] = rows.numbers[place]);
        return IdFilter.allow(numbers);
    }

    private static void forEach(long[] words, IntConsumer use) {
        for (int word = 0; word < words.length; word++) {
            for (long left = words[word]; left != 0; left &= left - 1) {
                use.accept(word * 64 + Long.numberOfTrailingZeros(left));
            }
        }
    }

    /**
     * Returns the number of segments.
     *
     * @return the number
     */
    public long size() {
        ensureOpen();
        VectorIndex index = this.index;
        return index == null ? 0 : index.size();
    }

    /**
     * Returns the number of values of a vector.
     *
     * @return the number; 0 as long as it is not known
     */
    public int dimension() {
        ensureOpen();
        VectorIndex index = this.index;
        return index == null ? 0 : index.dimension();
    }

    /**
     * Returns whether {@link #save} can save it: whether it has a directory and can be changed.
     *
     * @return whether it can
     */
    public boolean canBeSaved() {
        return directory != null && !isMapped;
    }

    /**
     * Saves the segments to the directory, unless nothing has changed: when it has returned, all changes that had
     * completed before it was called are on the disk. Threads that save at the same time share the work.
     *
     * @throws IllegalStateException if the store is in memory alone
     * @throws UnsupportedOperationException if the store is mapped
     * @throws IOException if the directory cannot be written; what was saved before is still there, the store stays as
     *     it is, and the next save tries again
     */
    public void save() throws IOException {
        long wanted = version;
        if (directory == null) {
            throw new IllegalStateException("the store has no directory");
        }
        saving.lock();
        try {
            if (saved >= wanted && !isMapped) {
                ensureOpen();
                return;
            }
            change();
            try {
                if (index != null && file != null && saved < version) {
                    write(index, file);
                }
            } finally {
                changes.unlock();
            }
        } finally {
            saving.unlock();
        }
    }

    private void write(VectorIndex index, TextFile file) throws IOException {
        file.requireThere();
        Rows rows = this.rows;
        List<Row> unwritten = new ArrayList<>();
        for (int place = rows.from(this.unwritten); place < rows.count; place++) {
            Row row = rows.rows[place];
            if (row != null) {
                unwritten.add(row);
            }
        }
        if (!unwritten.isEmpty()) {
            file.append(unwritten);
            for (Row row : unwritten) {
                counting += row.bytes;
            }
        }
        this.unwritten = rows.count == 0 ? this.unwritten : rows.numbers[rows.count - 1] + 1;
        index.save(directory);
        saved = version;
        if (file.isSparse(counting)) {
            try {
                file.rewrite(Arrays.stream(rows.rows, 0, rows.count)
                        .filter(Objects::nonNull)
                        .toList());
            } catch (IOException e) {
                // It is saved. The next save tries this again.
            }
        }
    }

    /**
     * Closes the store and frees its memory, unless that has happened already. What has not been {@linkplain #save
     * saved} is lost. Waits for a search, a change and a save that run.
     */
    @Override
    public void close() {
        changes.lock();
        try {
            views.writeLock().lock();
            try {
                isClosed = true;
                if (file != null) {
                    file.close();
                }
                if (index != null) {
                    index.close();
                }
            } finally {
                views.writeLock().unlock();
            }
        } finally {
            changes.unlock();
        }
    }

    private void ensureOpen() {
        if (isClosed) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
