package io.github.rustffi;

import io.github.rustffi.internal.Figures;
import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exact nearest-neighbour search in memory.
 *
 * <p>An index holds vectors of floats, all of the same dimension, outside of the Java heap, and finds those nearest to
 * a query. In {@linkplain Storage#FLOAT16 half precision} the vectors take half the memory. A search compares the query
 * with every vector, so the answer is exact: that of a search in double precision, but for scores that are the same to
 * the precision of a float, which come in the order of their ids. A float's range does not matter: where two scores are
 * both infinite, or both zero, because they are too large or too small for a float, the better one still comes first.
 * The answer does not depend on the number of threads, nor on whether a query is asked alone or with others.
 *
 * <pre>{@code
 * try (VectorIndex index = VectorIndex.create(3, VectorIndex.Metric.COSINE)) {
 *     index.add(new float[] {1, 0, 0});
 *     index.add(new float[] {0, 1, 1});
 *     Hits hits = index.search(new float[] {1, 1, 1}, 1);
 *     hits.ids()[0]; // 1
 * }
 * }</pre>
 *
 * <p>The ids are 0, 1, 2 and so on, or the caller's own: {@link #put} adds a vector with an id or replaces the one that
 * has it, {@link #remove} removes it. Ids of one's own take some 50 bytes a vector, which {@link #bytesInUse()} does
 * not count.
 *
 * <p>{@link #save} keeps an index in a directory, and writes what has changed when it is called again;
 * {@link #open(Path)} and {@link #map(Path)} return it.
 *
 * <p>An index may be used from any number of threads. Searches run concurrently with each other and with changes, and
 * wait for none: a search sees the index as it is at one moment, with every change that had completed before, and
 * nothing of one that has not. Changes wait for each other.
 *
 * <p>{@link #close()} frees the memory; an index that was not closed is closed some time after it has become
 * unreachable. Every method of a closed index but {@code close} throws an {@link IllegalStateException}. A search that
 * is running while its index is closed completes normally.
 *
 * <p>From 10,000 vectors on, searches read codes of 8 bits a value, which rule out most vectors by a proven bound, and
 * the floats of the others alone. They find the same, bit for bit, in a fraction of the time. The first searches make
 * the codes. Those of a vector of d values take d + 20 bytes, at 768 values 26 % of the bytes of its floats, and d/2 +
 * 20 more, another 13 %, where codes of 4 bits are faster; {@link #useCodes} turns them off. Where they gain nothing,
 * as with vectors that are nearly equal, searches read the floats as before.
 *
 * <p>The memory is at most 5 % more than the vectors' own bytes and the codes, but for the smallest indexes, and
 * growing never holds anything twice. What is replaced or removed takes at most an eighth of the bytes of the vectors
 * that are there, and what lies in one chunk of at most 64 MB, unless a search that began before still reads it.
 * {@link #bytesInUse()} says how much it is; operators find the sum of all indexes in JMX, under
 * {@code io.github.rustffi:type=VectorIndex}.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null. Those that create an index
 * throw the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()} where the native library cannot be loaded.
 */
public final class VectorIndex implements AutoCloseable {
    /** The measure of similarity: by it the nearest vectors are found. */
    public enum Metric {
        /** The dot product: the greatest is the best. */
        DOT_PRODUCT,
        /** The cosine of the angle, from -1 to 1: the greatest is the best. */
        COSINE,
        /** The square of the Euclidean distance: the smallest is the best. */
        EUCLIDEAN
    }

    /**
     * How the values of vectors are stored. The arithmetic of a search is the same: what differs is what the values
     * have been rounded to.
     */
    public enum Storage {
        /** Single precision, as values are given: 4 bytes a value. */
        FLOAT32,
        /**
         * Half precision (IEEE 754 binary16, NumPy's {@code float16}): 2 bytes a value. Values are rounded to the
         * nearest number, of two that are equally near to the even one. The error is at most 2<sup>-11</sup> of a value
         * from 2<sup>-14</sup> to 65504 in magnitude, and 2<sup>-25</sup> of a smaller one. From 65520 on, a value is
         * refused.
         */
        FLOAT16
    }

    private final Opened opened;

    /** Names the index to Rust, which knows the names of closed ones too: no use of it can reach freed memory. */
    private final long handle;

    private final int dimension;
    private final Metric metric;
    private final Storage storage;

    /** What the index has been read from, unless it has been saved to a directory since; null if from none. */
    private @Nullable Manifest base;

    /** The real path of that directory. */
    private @Nullable Path from;

    private VectorIndex(Opened opened, Metric metric) {
        this.opened = opened;
        this.handle = opened.closing.handle;
        this.dimension = Natives.indexDimension(handle);
        this.metric = metric;
        this.storage = Natives.indexStorage(handle) == 0 ? Storage.FLOAT32 : Storage.FLOAT16;
        Figures.update();
        Reference.reachabilityFence(opened);
    }

    /**
     * What an index has on the other side. It is made before the index is, and has the index closed at the latest when
     * this object is no longer reachable: wherever memory or the stack may end in between, nothing is lost.
     */
    private static final class Opened {
        final Closing closing = new Closing();
        final Cleaner.Cleanable cleanable = Cleaning.cleaner().register(this, closing);
    }

    private static final class Closing implements Runnable {
        /** Zero as long as there is no index. Nothing that can fail may come between making one and writing this. */
        long handle;

        /** Held while the index is saved to a directory. */
        final ReentrantLock saving = new ReentrantLock();

        /** The directory that the index is saved to; null if to none. Only used by who holds the lock. */
        @Nullable
        IndexDirectory directory;

        volatile boolean isClosed;

        @Override
        public void run() {
            try {
                close();
            } finally {
                Figures.update();
            }
        }

        /** Closes the index and releases its directory; a save that is running does that when it ends. */
        void close() {
            isClosed = true;
            try {
                if (handle != 0) {
                    Natives.indexClose(handle);
                }
            } finally {
                release();
            }
        }

        void release() {
            if (isClosed && saving.tryLock()) {
                try {
                    IndexDirectory held = directory;
                    directory = null;
                    if (held != null) {
                        held.close();
                    }
                } finally {
                    saving.unlock();
                }
            }
        }
    }

    /**
     * Returns an index without vectors.
     *
     * @param dimension the number of values of a vector
     * @param metric the measure of similarity
     * @return the index
     * @throws IllegalArgumentException if {@code dimension} is less than 1
     */
    public static VectorIndex create(int dimension, Metric metric) {
        // Before the storage is looked at: loading initializes its class.
        NativeLibrary.load();
        return create(dimension, metric, Storage.FLOAT32);
    }

    /**
     * Returns an index without vectors that stores them as asked for.
     *
     * <p>With {@link Storage#FLOAT16}, vectors take half the memory and half the space of a file, and codes as much as
     * before; where a search reads vectors themselves, it reads 2 bytes a value less. Embeddings of neural networks
     * usually lose nothing that matters: their scores change by less than a thousandth. It is no use where values are
     * greater than 65504 in magnitude, or where vectors differ by less than the rounding. Searches find what they find
     * in an index of {@link Storage#FLOAT32} that the rounded values have been added to, bit for bit; queries are not
     * rounded.
     *
     * <pre>{@code
     * VectorIndex.create(768, VectorIndex.Metric.COSINE, VectorIndex.Storage.FLOAT16)
     * }</pre>
     *
     * @param dimension the number of values of a vector
     * @param metric the measure of similarity
     * @param storage how values are stored
     * @return the index
     * @throws IllegalArgumentException if {@code dimension} is less than 1
     */
    public static VectorIndex create(int dimension, Metric metric, Storage storage) {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(storage, "storage");
        NativeLibrary.load();
        Opened opened = new Opened();
        opened.closing.handle = Natives.indexCreate(dimension, metric.ordinal(), storage.ordinal());
        return new VectorIndex(opened, metric);
    }

    /**
     * Returns an index of the vectors in a {@code .npy} file, as {@code numpy.save} writes it: an array of two
     * dimensions, of any integer or floating-point type from 8 to 64 bits or of truth values, in either byte order, in
     * C or Fortran order. Floating-point numbers are rounded to the nearest float; one that is too large for a float,
     * and an integer that no float is exactly, is refused. The file is read into memory, and may change afterwards.
     *
     * @param npy the file
     * @param metric the measure of similarity
     * @return the index
     * @throws IOException if the file cannot be read, is not such an array, is not as long as its header says, or has a
     *     value that is refused; if a vector holds NaN or infinity, or is zero where the metric is the cosine
     * @throws UnsupportedOperationException if the file is not one of the default file system
     * @throws OutOfMemoryError if there is not enough memory
     */
    public static VectorIndex open(Path npy, Metric metric) throws IOException {
        NativeLibrary.load();
        return open(npy, metric, Storage.FLOAT32);
    }

    /**
     * Returns an index of the vectors in a {@code .npy} file, as {@link #open(Path, Metric)} does, that stores them as
     * asked for. A file of {@code float16} is read into an index of {@link Storage#FLOAT16} as it is.
     *
     * @param npy the file
     * @param metric the measure of similarity
     * @param storage how values are stored; they are rounded to the nearest float before they are rounded to
     *     {@code float16}
     * @return the index
     * @throws IOException as for {@link #open(Path, Metric)}, and if a value is too large for {@code float16}, or a
     *     vector is zero when it is rounded to it and the metric is the cosine
     * @throws UnsupportedOperationException if the file is not one of the default file system
     * @throws OutOfMemoryError if there is not enough memory
     */
    public static VectorIndex open(Path npy, Metric metric, Storage storage) throws IOException {
        String file = file(npy, metric);
        Objects.requireNonNull(storage, "storage");
        Opened opened = new Opened();
        opened.closing.handle = Natives.indexOpen(file, metric.ordinal(), storage.ordinal());
        return new VectorIndex(opened, metric);
    }

    /**
     * Returns the index that has been saved to a directory, read into memory. It has the metric, the storage and the
     * ids of the one that was saved. Every file is compared with its checksum.
     *
     * <p>The directory may be saved to meanwhile and afterwards: what is read is what one save has left. To change the
     * index changes nothing in the directory until it is {@linkplain #save saved}.
     *
     * @param directory the directory
     * @return the index
     * @throws IOException if there is no index in the directory, a file cannot be read, a file is damaged, or the index
     *     was saved by a later version of this library in a form of its own; the message names the file
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     * @throws OutOfMemoryError if there is not enough memory
     */
    public static VectorIndex open(Path directory) throws IOException {
        return read(directory, false);
    }

    /**
     * Returns the index that has been saved to a directory, mapped into memory: vectors are not read before they are
     * needed, and processes that map the same files share them. It cannot be changed. Ids are read, and take memory
     * where they are not 0, 1, 2 and so on; codes that have been saved are read into memory.
     *
     * <p>The directory may be saved to meanwhile: this index stays as it is. Nobody else may change the files in place,
     * for which {@link #map(Path, Metric)} says what happens. The manifest, ids and lengths are checked, but not the
     * checksums of the vectors, which would have to be read for that: {@link #verify} does it.
     *
     * @param directory the directory
     * @return the index
     * @throws IOException as for {@link #open(Path)}
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     * @throws OutOfMemoryError if there is not enough memory
     */
    public static VectorIndex map(Path directory) throws IOException {
        return read(directory, true);
    }

    private static VectorIndex read(Path directory, boolean map) throws IOException {
        Objects.requireNonNull(directory, "directory");
        Path path = Path.of(LocalFile.path(directory));
        Opened opened = new Opened();
        boolean isRead = false;
        try {
            Manifest manifest = IndexDirectory.load(path, found -> {
                Closing closing = opened.closing;
                if (closing.handle != 0) {
                    Natives.indexClose(closing.handle);
                }
                int metric = found.metric().ordinal();
                int storage = found.storage().ordinal();
                closing.handle = map
                        ? Natives.indexCreateMapped(found.dimension(), metric, storage)
                        : Natives.indexCreate(found.dimension(), metric, storage);
                return closing.handle;
            });
            VectorIndex index = new VectorIndex(opened, manifest.metric());
            index.base = manifest;
            index.from = path.toRealPath();
            isRead = true;
            return index;
        } finally {
            if (!isRead) {
                opened.cleanable.clean();
            }
        }
    }

    /**
     * Returns an index of the vectors in a {@code .npy} file, mapped into memory: nothing is read before it is needed,
     * and processes that map the same file share it. It cannot be changed.
     *
     * <p>As long as the index is open the file must not be changed in place: a search that meets the missing end of a
     * file that has been truncated ends the process, as mapped files do, and so does one for which the disk or the
     * network cannot give what is in the file. {@code numpy.save} to the same path truncates it. To replace the file as
     * a whole, as {@link #save} does, is harmless, where the system allows it; Windows does not.
     *
     * <p>The vectors are not checked: one that holds NaN or infinity, or is zero where the metric is the cosine, is
     * never found.
     *
     * @param npy the file
     * @param metric the measure of similarity
     * @return the index
     * @throws IOException if the file cannot be mapped, is not a two-dimensional array of {@code float32} or
     *     {@code float16} in C order and in this machine's byte order, or is not as long as its header says
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static VectorIndex map(Path npy, Metric metric) throws IOException {
        String file = file(npy, metric);
        Opened opened = new Opened();
        opened.closing.handle = Natives.indexMap(file, metric.ordinal());
        return new VectorIndex(opened, metric);
    }

    /**
     * Adds a vector, and returns its id. The ids are 0, 1, 2 and so on, and where others have been given by
     * {@link #put}, one more than the greatest that there has been.
     *
     * @param vector the vector
     * @return its id
     * @throws IllegalArgumentException if it is not of the index's dimension, holds NaN or infinity, or is zero where
     *     the metric is the cosine; if the index stores {@link Storage#FLOAT16}, also if a value is too large for it,
     *     or if the vector is zero when it is rounded and the metric is the cosine. The message names vector, position
     *     and value.
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws IllegalStateException if there has been the id {@link Long#MAX_VALUE}
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long add(float[] vector) {
        Objects.requireNonNull(vector, "vector");
        try {
            return Natives.indexAdd(handle, vector);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds vectors that follow one another in an array, all of them or none, and returns the id of the first.
     *
     * @param rowMajor the vectors
     * @return the id of the first, or that of the next to be added if there are none
     * @throws IllegalArgumentException if the number of values is not a multiple of the index's dimension, or a vector
     *     holds NaN or infinity, or is zero where the metric is the cosine, or as for {@link #add}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long addAll(float[] rowMajor) {
        Objects.requireNonNull(rowMajor, "rowMajor");
        try {
            return Natives.indexAddAll(handle, rowMajor, 0, rowMajor.length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds vectors, all of them or none, and returns the id of the first. They are copied to the index one by one, not
     * put together in the Java heap before.
     *
     * @param vectors the vectors
     * @return the id of the first, or that of the next to be added if there are none
     * @throws NullPointerException also if one of the vectors is null: {@code vectors[3]}
     * @throws IllegalArgumentException if a vector is not of the index's dimension, holds NaN or infinity, or is zero
     *     where the metric is the cosine, or as for {@link #add}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long addAll(float[][] vectors) {
        Objects.requireNonNull(vectors, "vectors");
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i] == null) {
                throw new NullPointerException("vectors[" + i + "]");
            }
        }
        try {
            return Natives.indexAddRows(handle, vectors);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds the rows of a matrix, all of them or none, and returns the id of the first.
     *
     * @param vectors the matrix, which has a vector in each row
     * @return the id of the first, or that of the next to be added if there are none
     * @throws IllegalArgumentException if the matrix has rows, but not as many columns as the index's dimension, or a
     *     row holds NaN or infinity, or is zero where the metric is the cosine, or as for {@link #add}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long addAll(FloatMatrix vectors) {
        Objects.requireNonNull(vectors, "vectors");
        try {
            return Natives.indexAddMatrix(handle, vectors.rows(), vectors.columns(), vectors.values());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds the vectors that follow one another in a buffer, from its position to its limit, all of them or none, and
     * returns the id of the first. The position stays as it is.
     *
     * <p>From a direct buffer in this machine's byte order ({@link java.nio.ByteOrder#nativeOrder()}), such as that of
     * a mapped file, and from one that has an array, they are copied to the index at once; from any other one through
     * an array in the Java heap.
     *
     * @param vectors the buffer
     * @return the id of the first, or that of the next to be added if there are none
     * @throws IllegalArgumentException if the number of values is not a multiple of the index's dimension, or a vector
     *     holds NaN or infinity, or is zero where the metric is the cosine, or as for {@link #add}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long addAll(FloatBuffer vectors) {
        Objects.requireNonNull(vectors, "vectors");
        int first = vectors.position();
        int count = vectors.remaining();
        try {
            if (vectors.isDirect() && vectors.order() == ByteOrder.nativeOrder()) {
                return Natives.indexAddMemory(handle, vectors, first, count);
            }
            if (vectors.hasArray()) {
                return Natives.indexAddAll(handle, vectors.array(), vectors.arrayOffset() + first, count);
            }
            float[] copy = new float[count];
            vectors.duplicate().get(copy);
            return Natives.indexAddAll(handle, copy, 0, count);
        } finally {
            // The memory of a direct buffer is freed when the buffer is unreachable.
            Reference.reachabilityFence(vectors);
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds a vector with an id of the caller's, in place of the one that may have it.
     *
     * @param id any number
     * @param vector the vector
     * @return whether there was a vector with this id
     * @throws IllegalArgumentException as for {@link #add}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public boolean put(long id, float[] vector) {
        Objects.requireNonNull(vector, "vector");
        try {
            return Natives.indexPut(handle, id, vector);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds vectors with ids of the caller's, in place of those that may have these ids. A search sees all of these
     * changes or none. Where an id comes twice, its last vector stays.
     *
     * @param ids the ids, any numbers
     * @param rowMajor the vectors that follow one another, one for each id
     * @return how many vectors that were there before have been replaced
     * @throws IllegalArgumentException if there are not as many vectors as ids, or as for {@link #addAll(float[])}
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long putAll(long[] ids, float[] rowMajor) {
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(rowMajor, "rowMajor");
        try {
            return Natives.indexPutAll(handle, ids, rowMajor);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Removes a vector. Its id is not given out again by {@link #add}.
     *
     * @param id its id
     * @return whether there was a vector with this id
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public boolean remove(long id) {
        return removeAll(id) != 0;
    }

    /**
     * Removes vectors. A search sees all of them or none.
     *
     * @param ids their ids; ids of no vector in them do not matter
     * @return how many vectors have been removed
     * @throws UnsupportedOperationException if the index is a mapped file
     * @throws OutOfMemoryError if there is not enough memory; the index is as it was
     */
    public long removeAll(long... ids) {
        Objects.requireNonNull(ids, "ids");
        try {
            return Natives.indexRemove(handle, ids);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns whether there is a vector with an id.
     *
     * @param id the id
     * @return whether there is one
     */
    public boolean contains(long id) {
        try {
            return Natives.indexContains(handle, id);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the ids of all vectors, as of one moment.
     *
     * @return the ids in ascending order, in a new array
     * @throws OutOfMemoryError if there is not enough memory, or there are more ids than an array holds
     */
    public long[] ids() {
        try {
            return Natives.indexIds(handle);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns a copy of a vector.
     *
     * @param id its id
     * @return the vector, exactly as it was added, or rounded to {@code float16} where the index stores that
     * @throws IndexOutOfBoundsException if there is no vector with this id
     * @throws OutOfMemoryError if there is not enough memory
     */
    public float[] get(long id) {
        try {
            return Natives.indexGet(handle, id);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the number of vectors.
     *
     * @return the number
     */
    public long size() {
        try {
            return Natives.indexSize(handle);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the number of values of a vector.
     *
     * @return the number
     */
    public int dimension() {
        ensureOpen();
        return dimension;
    }

    /** Returns what the index is, such as {@code 90000 vectors of 384 values by COSINE}, or that it is closed. */
    @Override
    public String toString() {
        String each = " of " + dimension + (dimension == 1 ? " value" : " values") + " by " + metric;
        try {
            long size = size();
            return size + (size == 1 ? " vector" : " vectors") + each;
        } catch (IllegalStateException e) {
            return "closed index of vectors" + each;
        }
    }

    /**
     * Returns the measure of similarity.
     *
     * @return the metric
     */
    public Metric metric() {
        ensureOpen();
        return metric;
    }

    /**
     * Returns how values are stored. An index of a mapped file stores them as the file does.
     *
     * @return the storage
     */
    public Storage storage() {
        ensureOpen();
        return storage;
    }

    /**
     * Says whether searches use codes of 8 and 4 bits, as they do if nothing is said. What they find is the same.
     *
     * <p>Codes are made by the searches, from 10,000 vectors on, and freed with their vectors: to save the memory, turn
     * them off before the first search. An index that is mapped keeps its codes in memory. They rule out fewer vectors
     * where those that were there at the first search are very different from the others.
     *
     * <p>Each of the first searches makes the codes of a part of the vectors. {@link #save} writes all of them once
     * there are some, and none while they are turned off; what is read from such a directory has its codes at once, and
     * keeps their memory even if they are turned off then.
     *
     * @param enabled whether searches use codes
     */
    public void useCodes(boolean enabled) {
        useCodesFrom(enabled ? 0 : Long.MAX_VALUE);
    }

    /** Has searches use codes from so many vectors on, or from 10,000 if it is 0: those of tests are fewer. */
    void useCodesFrom(long vectors) {
        try {
            Natives.indexUseCodes(handle, vectors);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the bytes of native memory that the vectors take, with what is left over for further ones, and the codes
     * that searches have made of them or that were saved. The vectors of a mapped file take none.
     *
     * @return the bytes
     */
    public long bytesInUse() {
        try {
            return Natives.indexBytes(handle);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the {@code k} vectors nearest to a query, or all of them if there are fewer.
     *
     * @param query the query
     * @param k the number of vectors to find
     * @return the vectors, the best first
     * @throws IllegalArgumentException if {@code query} is not of the index's dimension, holds NaN or infinity, or is
     *     zero where the metric is the cosine, or if {@code k} is less than 1
     * @throws OutOfMemoryError if there is not enough memory
     */
    public Hits search(float[] query, int k) {
        return search(query, SearchOptions.nearest(k));
    }

    /**
     * Returns the {@code k} vectors nearest to a query among those that are allowed, or all of these if there are
     * fewer.
     *
     * @param query the query
     * @param k the number of vectors to find
     * @param allowed the ids that may be found; ids of no vector in it do not matter
     * @return the vectors, the best first
     * @throws IllegalArgumentException as for {@link #search(float[], int)}
     * @throws OutOfMemoryError if there is not enough memory
     */
    public Hits search(float[] query, int k, BitSet allowed) {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(allowed, "allowed");
        return search(query, SearchOptions.nearest(k).filter(IdFilter.allow(allowed)));
    }

    /**
     * Returns the vectors nearest to a query, as many, with such scores and of such ids as the options say.
     *
     * <pre>{@code
     * index.search(query, SearchOptions.nearest(10).atLeast(0.7f).filter(IdFilter.exclude(seen)));
     * index.search(query, SearchOptions.all().atMost(radius * radius)); // of Euclidean distances
     * }</pre>
     *
     * @param query the query
     * @param options what to find
     * @return the vectors, the best first
     * @throws IllegalArgumentException if {@code query} is not of the index's dimension, holds NaN or infinity, or is
     *     zero where the metric is the cosine; if k is less than 1; if the threshold is NaN, or not one for the metric;
     *     or if there are filters, but not one for each query
     * @throws OutOfMemoryError if there is not enough memory, or more is found than an array holds
     */
    public Hits search(float[] query, SearchOptions options) {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(options, "options");
        try {
            long[] packed = Natives.indexSearch(
                    handle, query, options.k, options.bound, options.threshold, options.filters, options.own);
            long[] ids = ids(packed);
            return new Hits(ids, scores(packed, ids.length));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the {@code k} vectors nearest to each of the queries that follow one another in an array. Many queries
     * share one pass over memory: together they take a fraction of the time that they take one by one. All of them see
     * the same vectors.
     *
     * @param rowMajorQueries the queries
     * @param k the number of vectors to find for each
     * @return what was found for each query
     * @throws IllegalArgumentException if the number of values is not a multiple of the index's dimension, or as for
     *     {@link #search(float[], int)}
     * @throws OutOfMemoryError if there is not enough memory, or more is found than an array holds
     */
    public BatchHits searchAll(float[] rowMajorQueries, int k) {
        return searchAll(rowMajorQueries, SearchOptions.nearest(k));
    }

    /**
     * Returns the vectors nearest to each of the queries that follow one another in an array, as many, with such scores
     * and of such ids as the options say. Many queries share one pass over memory: together they take a fraction of the
     * time that they take one by one. All of them see the same vectors.
     *
     * @param rowMajorQueries the queries
     * @param options what to find for each
     * @return what was found for each query
     * @throws IllegalArgumentException if the number of values is not a multiple of the index's dimension, or as for
     *     {@link #search(float[], SearchOptions)}
     * @throws OutOfMemoryError if there is not enough memory, or more is found than an array holds
     */
    public BatchHits searchAll(float[] rowMajorQueries, SearchOptions options) {
        Objects.requireNonNull(rowMajorQueries, "rowMajorQueries");
        Objects.requireNonNull(options, "options");
        int[] counts = new int[rowMajorQueries.length / dimension];
        try {
            long[] packed = Natives.indexSearchAll(
                    handle,
                    rowMajorQueries,
                    options.k,
                    options.bound,
                    options.threshold,
                    options.filters,
                    options.own,
                    counts);
            long[] ids = ids(packed);
            int[] offsets = new int[counts.length + 1];
            for (int query = 0; query < counts.length; query++) {
                offsets[query + 1] = offsets[query] + counts[query];
            }
            return new BatchHits(ids, scores(packed, ids.length), offsets);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Saves the index to a directory, from which {@link #open(Path)} and {@link #map(Path)} read it: vectors, ids,
     * metric and storage. If the name of the path ends with {@code .npy}, the vectors alone are written to a single
     * file.
     *
     * <p><b>A directory</b> is created if there is none; the one above it has to be there. It has to be empty, or that
     * of an index, in whose place this one is saved. Whenever the save is interrupted, even by the end of the process
     * or of the machine, the directory holds what there was before or what has been saved, whole; once it has returned,
     * what has been saved is on the disk. Changes that are made while it runs are not saved.
     *
     * <p>An index that was read from the directory, or saved to it before, writes only what has changed since, and now
     * and then some of it again: on average, a change costs a number of bytes that is in proportion to those of a
     * vector and the logarithm of the size. It has the directory locked from its first save on until it is closed, or
     * saved to another directory: no other index, of this process or another one, can be saved there, while any number
     * may read it. If another index has been saved there between the reading and the first save, the save is refused.
     * If files of the directory have been removed, everything is saved again. To save an index as soon as it has been
     * read writes nothing, and locks the directory.
     *
     * <p>An index that has searched by codes saves them with the vectors, in d + 20 more bytes for a vector of d
     * values, so that the first searches of an index that is opened or mapped are as fast as others: search once before
     * the save to have that, or {@linkplain #useCodes turn them off} not to. Parts of fewer than 1024 vectors have
     * none, and what was saved before the first search gets its codes when it is written again.
     *
     * <p>The parts are {@code .npy} files that NumPy reads. They never change; a file named {@code manifest} says which
     * ones count and has their checksums. Parts that no longer count are removed. An index that has mapped them goes
     * on: where the system does not let a mapped file be removed, on Windows, a later save removes it.
     *
     * <p><b>A {@code .npy} file</b> of {@code float32} or {@code float16}, as the values are stored, is written as
     * {@code numpy.save} does, for {@code numpy.load}, {@link #open(Path, Metric)} and {@link #map(Path, Metric)}. The
     * vectors are in the order of their ids, which are not written. It takes the place of a file that may be there: a
     * reader sees the old file or the new one, whatever happens meanwhile.
     *
     * @param path the directory or the file
     * @throws IOException if the directory or the file cannot be written, the directory is neither empty nor that of an
     *     index, another index is or has been saved to it, or the index there is damaged; what was there stays as it
     *     was
     * @throws UnsupportedOperationException if the path is not one of the default file system
     * @throws OutOfMemoryError if there is not enough memory; what was there stays as it was
     */
    public void save(Path path) throws IOException {
        Objects.requireNonNull(path, "path");
        String absolute = LocalFile.path(path);
        try {
            if (absolute.toLowerCase(Locale.ROOT).endsWith(".npy")) {
                Natives.indexSave(handle, absolute);
            } else {
                saveTo(Path.of(absolute));
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void saveTo(Path path) throws IOException {
        Closing closing = opened.closing;
        closing.saving.lock();
        try {
            ensureOpen();
            Path real = IndexDirectory.create(path);
            IndexDirectory last = closing.directory;
            if (last != null && last.path().equals(real)) {
                if (last.isThere()) {
                    last.save(handle, metric, storage, dimension);
                    return;
                }
                // Somebody has removed it: everything is saved again.
                closing.directory = null;
                last.close();
                last = null;
            }
            IndexDirectory directory = IndexDirectory.lock(real, real.equals(from) ? base : null);
            boolean isSaved = false;
            try {
                directory.save(handle, metric, storage, dimension);
                closing.directory = directory;
                isSaved = true;
            } finally {
                IndexDirectory left = isSaved ? last : directory;
                if (left != null) {
                    left.close();
                }
            }
            base = null;
            from = null;
        } finally {
            closing.saving.unlock();
            closing.release();
        }
    }

    /**
     * Reads every file of the index in a directory, and compares it with its checksum. {@link #open(Path)} does that
     * too; {@link #map(Path)} does not look at the vectors.
     *
     * @param directory the directory
     * @throws IOException if there is no index, a file cannot be read, or one is damaged: the message names it
     * @throws UnsupportedOperationException if the directory is not one of the default file system
     */
    public static void verify(Path directory) throws IOException {
        Objects.requireNonNull(directory, "directory");
        IndexDirectory.verify(Path.of(LocalFile.path(directory)));
    }

    /** Closes the index and frees its memory, unless that has happened already. */
    @Override
    public void close() {
        // First of all, for what is cleaned is cleaned once, even where the stack ends in the middle of it. What cannot
        // be done
        // now is left to the cleaner.
        opened.closing.close();
        if (Figures.update()) {
            opened.cleanable.clean();
        }
    }

    /** Returns the ids of hits that Rust has packed: they come first, and then two scores in each number. */
    private static long[] ids(long[] packed) {
        return Arrays.copyOf(packed, (int) (packed.length * 2L / 3));
    }

    private static float[] scores(long[] packed, int count) {
        float[] scores = new float[count];
        for (int i = 0; i < count; i++) {
            scores[i] = Float.intBitsToFloat((int) (packed[count + i / 2] >>> 32 * (i % 2)));
        }
        return scores;
    }

    private void ensureOpen() {
        size();
    }

    private static String file(Path npy, Metric metric) throws IOException {
        Objects.requireNonNull(npy, "npy");
        Objects.requireNonNull(metric, "metric");
        NativeLibrary.load();
        String file = LocalFile.path(npy);
        if (Files.isDirectory(npy)) {
            throw IndexDirectory.unusable(
                    Path.of(file), "it is a directory; the directory of an index is opened without a metric");
        }
        return file;
    }
}
