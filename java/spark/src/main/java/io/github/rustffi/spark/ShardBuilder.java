package io.github.rustffi.spark;

import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Makes a shard of the rows of a partition, each of an id and a vector. */
final class ShardBuilder {
    /** Values that are added at once. */
    private static final int BATCH = 1 << 18;

    private final Metric metric;
    private @Nullable VectorIndex index;
    private long[] ids = new long[0];
    private float[] values = new float[0];
    private int dimension;
    private int count;

    private ShardBuilder(Metric metric) {
        this.metric = metric;
    }

    /** What a task has made. */
    static final class Made implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        /** Null if there is no row, or there is a problem. */
        final @Nullable Shard shard;

        final int dimension;

        /** The ids in the shard, if they were asked for. */
        final long[] ids;

        final @Nullable String problem;

        private Made(@Nullable Shard shard, int dimension, long[] ids, @Nullable String problem) {
            this.shard = shard;
            this.dimension = dimension;
            this.ids = ids;
            this.problem = problem;
        }
    }

    /** Makes and writes the shard; {@code known} is the number of values that a vector has to have, or 0. */
    static Made build(Iterator<Row> rows, Metric metric, int known, boolean wantsIds, ShardStore store) {
        ExecutorThreads.prepare();
        ShardBuilder builder = new ShardBuilder(metric);
        builder.dimension = known;
        Path local = null;
        try {
            while (rows.hasNext()) {
                builder.add(rows.next());
            }
            builder.flush();
            VectorIndex index = builder.index;
            if (index == null) {
                return new Made(null, 0, new long[0], null);
            }
            local = ShardStore.scratch();
            index.save(local);
            Shard shard = ShardFiles.upload(store.system(), store.root(), local, index.size());
            return new Made(shard, builder.dimension, wantsIds ? index.ids() : new long[0], null);
        } catch (UnsuitableRowsException e) {
            return new Made(null, 0, new long[0], String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (builder.index != null) {
                builder.index.close();
            }
            deleteQuietly(local);
        }
    }

    private static void deleteQuietly(@Nullable Path local) {
        try {
            ShardFiles.delete(local);
        } catch (IOException e) {
            // In a directory of Spark's own, which is removed with the rest of it.
        }
    }

    private void add(Row row) {
        if (row.isNullAt(0)) {
            throw new UnsuitableRowsException("an id is null");
        }
        long id = row.getLong(0);
        float[] vector = Values.floats(row.get(1));
        if (vector == null) {
            throw new UnsuitableRowsException("id " + id + " has " + Values.describe(row, 1) + " for its vector");
        }
        if (dimension == 0) {
            dimension = vector.length;
        }
        if (vector.length != dimension || dimension == 0) {
            throw new UnsuitableRowsException(
                    "id " + id + " has a vector of " + vector.length + " values, but others have " + dimension);
        }
        if (ids.length == 0) {
            ids = new long[Math.max(1, BATCH / dimension)];
            values = new float[Math.multiplyExact(ids.length, dimension)];
        }
        ids[count] = id;
        System.arraycopy(vector, 0, values, count * dimension, dimension);
        count++;
        if (count == ids.length) {
            flush();
        }
    }

    private void flush() {
        if (count == 0) {
            return;
        }
        VectorIndex vectors = index;
        if (vectors == null) {
            vectors = VectorIndex.create(dimension, metric);
            index = vectors;
        }
        long[] batch = Arrays.copyOf(ids, count);
        for (long id : batch) {
            if (vectors.contains(id)) {
                throw twice(id);
            }
        }
        long[] sorted = batch.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                throw twice(sorted[i]);
            }
        }
        try {
            vectors.putAll(batch, Arrays.copyOf(values, count * dimension));
        } catch (IllegalArgumentException e) {
            throw refused(vectors, batch, e);
        }
        count = 0;
    }

    private static UnsuitableRowsException twice(long id) {
        return new UnsuitableRowsException("id " + id + " comes twice");
    }

    /** Returns what is wrong with the first vector that is refused by itself. */
    private UnsuitableRowsException refused(VectorIndex vectors, long[] batch, IllegalArgumentException failure) {
        for (int i = 0; i < batch.length; i++) {
            try {
                vectors.put(batch[i], Arrays.copyOfRange(values, i * dimension, (i + 1) * dimension));
            } catch (IllegalArgumentException e) {
                return new UnsuitableRowsException("id " + batch[i] + ": " + e.getMessage());
            }
        }
        return new UnsuitableRowsException(String.valueOf(failure.getMessage()));
    }
}
