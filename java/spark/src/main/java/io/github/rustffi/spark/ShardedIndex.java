package io.github.rustffi.spark;

import io.github.rustffi.BatchHits;
import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Exact nearest-neighbour search over a cluster: vectors in shards, each an index that executors copy to their disks
 * and map into memory.
 *
 * <pre>{@code
 * ShardedIndex index = ShardedIndex.build(passages, "id", "embedding", Metric.COSINE, 16, "hdfs:///indexes/passages");
 * List<Hits> hits = index.search(queries, 10);
 *
 * ShardedIndex later = ShardedIndex.open(spark, "hdfs:///indexes/passages");
 * Dataset<Row> all = later.search(questions, "id", "embedding", ShardedSearchOptions.nearest(10));
 * }</pre>
 *
 * <p><b>The answer</b> is that of one {@link VectorIndex} over all vectors, bit for bit, whatever the number of shards
 * and of executors: the same ids with the same scores in the same order.
 *
 * <p><b>Files.</b> The index is a directory of any file system that Hadoop knows: a directory for each shard, which is
 * that of {@link VectorIndex#save}, a file for each removal of ids, and numbered manifests, of which the one with the
 * highest number counts. Shards never change. A change that is interrupted leaves the index as it was. One program at a
 * time may change an index, while any number search it.
 *
 * <p><b>Executors.</b> The first search has an executor copy a shard to its disk, compare it with its checksum
 * (SHA-256) and map it. Later searches of this object go to the executor that has it, unless that one is busy for
 * longer than {@code spark.locality.wait}: then another one makes a copy. An executor that is lost is replaced in the
 * same way. Copies are in the directory that {@code spark.rustffi.shards.directory} names, where an executor that is
 * started later finds them again by their checksums, and compares them with those of their files; if it names none,
 * they are in Spark's own local directory and end with the executor. Vectors are read from the mapped files, and need
 * not fit in memory. What does is the codes that {@link VectorIndex} describes, 26 to 40 % of the vectors' bytes,
 * unless {@code spark.rustffi.shards.codes} is {@code false}, and some 50 bytes a vector for its id. Both are outside
 * of the Java heap, in {@code spark.executor.memoryOverhead}; they are kept as long as the executor lives.
 *
 * <p>An object of this class is immutable and may be used from any number of threads: it stays the index of the moment
 * when it was opened. A change returns the index that it makes.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null.
 */
public final class ShardedIndex {
    private static final Logger LOG = LoggerFactory.getLogger(ShardedIndex.class);

    private static final StructType FOUND = new StructType()
            .add("query", DataTypes.LongType, false)
            .add("rank", DataTypes.IntegerType, false)
            .add("id", DataTypes.LongType, false)
            .add("score", DataTypes.FloatType, false);

    /** Queries that are answered together. */
    private static final int TOGETHER = 256;

    private final SparkSession spark;
    private final ShardStore store;
    private final long number;
    private final ShardManifest manifest;

    /** The shards, with what is gone from each: where Spark keeps them, they have been mapped. */
    private final JavaRDD<Located> shards;

    private ShardedIndex(SparkSession spark, ShardStore store, long number, ShardManifest manifest) {
        this.spark = spark;
        this.store = store;
        this.number = number;
        this.manifest = manifest;
        List<Located> located = new ArrayList<>();
        for (Shard shard : manifest.shards()) {
            located.add(new Located(located.size(), shard, manifest.since(shard).toArray(new Removal[0]), store));
        }
        // Spark sends tasks to where it keeps a partition.
        shards = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(located, located.size())
                .map(Located::load)
                .persist(StorageLevel.MEMORY_ONLY());
    }

    /** A shard with what is gone from it, as a task gets it. */
    private static final class Located implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        final int number;
        final Shard shard;
        final Removal[] removals;
        final ShardStore store;

        Located(int number, Shard shard, Removal[] removals, ShardStore store) {
            this.number = number;
            this.shard = shard;
            this.removals = removals;
            this.store = store;
        }

        Located load() {
            store.index(shard);
            store.ids(removals);
            return this;
        }

        /** Returns what is found for each query. */
        List<ShardHits> search(float[] queries, ShardedSearchOptions options) {
            VectorIndex index = store.index(shard);
            BatchHits found = index.searchAll(queries, options.in(store.ids(removals)));
            List<ShardHits> hits = new ArrayList<>(found.size());
            for (int query = 0; query < found.size(); query++) {
                hits.add(ShardHits.of(number, index, found.get(query), queries, query * index.dimension()));
            }
            return hits;
        }

        /** Returns the number of vectors that are there. */
        long size() {
            VectorIndex index = store.index(shard);
            return index.size()
                    - Arrays.stream(store.ids(removals)).filter(index::contains).count();
        }
    }

    /**
     * Builds an index of the vectors of a data set.
     *
     * @param data the data set
     * @param id the column of ids: whole numbers, of which none comes twice
     * @param vector the column of vectors ({@code org.apache.spark.ml.linalg.Vector}), or of arrays of numbers; all of
     *     the same length; they are rounded to floats
     * @param metric the measure of similarity
     * @param shards the number of shards, into which vectors go by a hash of their ids: some three for each core that
     *     is to search are a good number, and each has to fit in the native memory of an executor when it is built
     * @param path the directory; it is created, and must not have an index
     * @return the index
     * @throws IllegalArgumentException if there are no rows; if something in the data set cannot be indexed, with its
     *     id: {@code id 7 comes twice}, {@code id 7 has a vector of 3 values, but others have 4}; if {@code shards} is
     *     less than 1
     * @throws IOException if there is an index, or the directory cannot be written
     */
    public static ShardedIndex build(
            Dataset<Row> data, String id, String vector, Metric metric, int shards, String path) throws IOException {
        Objects.requireNonNull(metric, "metric");
        ShardStore store = store(data.sparkSession(), path);
        FileSystem system = store.system();
        if (ShardFiles.newest(system, store.root()) != 0) {
            throw new IOException(store.root() + ": there is an index already");
        }
        List<ShardBuilder.Made> made = make(data, id, vector, metric, 0, shards, false, store);
        if (made.isEmpty()) {
            throw new IllegalArgumentException("the data set has no rows");
        }
        ShardManifest manifest = new ShardManifest(
                metric,
                made.get(0).dimension,
                made.stream().<Object>map(one -> one.shard).toList());
        return write(data.sparkSession(), store, 1, manifest);
    }

    /**
     * Returns the index in a directory.
     *
     * @param spark the session that is to search
     * @param path the directory
     * @return the index
     * @throws IOException if there is no index, or its manifest cannot be read or is damaged
     */
    public static ShardedIndex open(SparkSession spark, String path) throws IOException {
        Objects.requireNonNull(spark, "spark");
        ShardStore store = store(spark, path);
        FileSystem system = store.system();
        long number = ShardFiles.newest(system, store.root());
        if (number == 0) {
            throw new IOException(store.root() + ": there is no index");
        }
        return new ShardedIndex(spark, store, number, ShardFiles.readManifest(system, store.root(), number));
    }

    /**
     * Adds vectors in further shards, in place of those that may have their ids.
     *
     * @param data the data set
     * @param id the column of ids: whole numbers, of which none comes twice
     * @param vector the column of vectors or of arrays of numbers, as for {@link #build}
     * @param shards the number of further shards
     * @return the index with the vectors; this one itself if there are no rows
     * @throws IllegalArgumentException as {@link #build} does, but for no rows; if a vector has not as many values as
     *     those of the index
     * @throws IOException if the directory cannot be written, or the index has been changed since it was opened
     */
    public ShardedIndex add(Dataset<Row> data, String id, String vector, int shards) throws IOException {
        requireNewest();
        List<ShardBuilder.Made> made =
                make(data, id, vector, manifest.metric(), manifest.dimension(), shards, true, store);
        if (made.isEmpty()) {
            return this;
        }
        long[] ids = made.stream()
                .flatMapToLong(one -> Arrays.stream(one.ids))
                .sorted()
                .toArray();
        Stream<Object> removed = Stream.of();
        if (containsAny(ids)) {
            removed = Stream.of(ShardFiles.writeRemoval(store.system(), store.root(), ids));
        }
        return write(
                spark,
                store,
                number + 1,
                manifest.with(Stream.concat(removed, made.stream().map(one -> one.shard))));
    }

    /**
     * Removes vectors. Their bytes stay where they are until the index is built anew.
     *
     * @param ids their ids; ids of no vector in them do not matter
     * @return the index without the vectors; this one itself if there are no ids
     * @throws IOException if the directory cannot be written, or the index has been changed since it was opened
     */
    public ShardedIndex remove(long... ids) throws IOException {
        Objects.requireNonNull(ids, "ids");
        requireNewest();
        if (ids.length == 0) {
            return this;
        }
        Removal removal = ShardFiles.writeRemoval(store.system(), store.root(), IdSet.sorted(ids));
        return write(spark, store, number + 1, manifest.with(Stream.of(removal)));
    }

    /**
     * Returns the measure of similarity.
     *
     * @return the metric
     */
    public Metric metric() {
        return manifest.metric();
    }

    /**
     * Returns the number of values of a vector.
     *
     * @return the number
     */
    public int dimension() {
        return manifest.dimension();
    }

    /**
     * Returns the number of shards.
     *
     * @return the number
     */
    public int shards() {
        return manifest.shards().size();
    }

    /**
     * Returns the number of vectors, which the executors count.
     *
     * @return the number
     */
    public long size() {
        return shards.map(Located::size).collect().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /**
     * Returns the {@code k} vectors nearest to each query.
     *
     * @param queries the queries; many at once share one pass over the vectors
     * @param k the number of vectors to find for each
     * @return what was found for each query, the best first
     * @throws IllegalArgumentException as {@link #search(float[][], ShardedSearchOptions)} does
     */
    public List<Hits> search(float[][] queries, int k) {
        return search(queries, ShardedSearchOptions.nearest(k));
    }

    /**
     * Returns the vectors nearest to each query, as many, with such scores and of such ids as the options say.
     *
     * @param queries the queries; many at once share one pass over the vectors
     * @param options what to find for each
     * @return what was found for each query, the best first
     * @throws IllegalArgumentException as {@link VectorIndex#searchAll(float[], io.github.rustffi.SearchOptions)} does;
     *     if a query has not as many values as a vector: {@code query 1 has 3 values, not 4}
     */
    public List<Hits> search(float[][] queries, ShardedSearchOptions options) {
        Objects.requireNonNull(queries, "queries");
        Objects.requireNonNull(options, "options");
        float[] all = new float[Math.multiplyExact(queries.length, dimension())];
        for (int i = 0; i < queries.length; i++) {
            float[] query = Objects.requireNonNull(queries[i], "query");
            if (query.length != dimension()) {
                throw new IllegalArgumentException(
                        "query " + i + " has " + query.length + " values, not " + dimension());
            }
            System.arraycopy(query, 0, all, i * dimension(), dimension());
        }
        check(all, options);
        if (queries.length == 0) {
            return List.of();
        }
        Broadcast<float[]> sent =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(all);
        List<List<ShardHits>> found;
        try {
            found = shards.map(shard -> shard.search(sent.value(), options)).collect();
        } finally {
            sent.destroy();
        }
        List<Hits> hits = new ArrayList<>(queries.length);
        for (int i = 0; i < queries.length; i++) {
            int query = i;
            hits.add(ShardHits.merged(
                    found.stream().map(of -> of.get(query)).toList(), options.most(), metric(), dimension()));
        }
        return hits;
    }

    /**
     * Returns the vectors nearest to each query of a data set. It is computed when it is read.
     *
     * <p>Something in the data set that is not a query, and an id that comes twice, fail then as a
     * {@code SparkException}.
     *
     * @param queries the data set
     * @param id the column of the queries' ids: whole numbers, of which none comes twice
     * @param vector the column of vectors or of arrays of numbers, as for {@link #build}
     * @param options what to find for each
     * @return a row for each hit: {@code query}, the id of the query; {@code rank}, from 1 for the best; {@code id} and
     *     {@code score}, in no order
     * @throws IllegalArgumentException if the options have a set of ids for each query, or are not for such an index,
     *     as {@link VectorIndex#searchAll(float[], io.github.rustffi.SearchOptions)} says
     */
    public Dataset<Row> search(Dataset<Row> queries, String id, String vector, ShardedSearchOptions options) {
        Objects.requireNonNull(options, "options");
        if (options.hasOwnFilters()) {
            throw new IllegalArgumentException("queries of a data set cannot have a set of ids each");
        }
        check(new float[0], options);
        Metric metric = metric();
        int dimension = dimension();
        int count = shards();
        JavaRDD<Queries> blocks =
                columns(queries, id, vector).javaRDD().mapPartitions(rows -> new QueryBlocks(rows, dimension));
        JavaRDD<Row> rows = shards.cartesian(blocks)
                .flatMapToPair(pair -> pair._2.in(pair._1, options))
                .groupByKey(Math.max(1, blocks.getNumPartitions()))
                .flatMap(found -> rows(found._1, found._2, count, options.most(), metric, dimension));
        return spark.createDataFrame(rows, FOUND);
    }

    private static Iterator<Row> rows(
            long query, Iterable<ShardHits> found, int count, int most, Metric metric, int dimension) {
        List<ShardHits> hits = new ArrayList<>(count);
        found.forEach(hits::add);
        if (hits.size() != count) {
            throw new IllegalArgumentException("query " + query + " comes twice");
        }
        hits.sort(Comparator.comparingInt(ShardHits::shard));
        Hits best = ShardHits.merged(hits, most, metric, dimension);
        List<Row> rows = new ArrayList<>(best.size());
        for (int i = 0; i < best.size(); i++) {
            rows.add(RowFactory.create(query, i + 1, best.ids()[i], best.scores()[i]));
        }
        return rows.iterator();
    }

    /** Some queries of a data set. */
    private static final class Queries implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        final long[] ids;
        final float[] values;

        Queries(long[] ids, float[] values) {
            this.ids = ids;
            this.values = values;
        }

        /** Returns what a shard has for each. */
        Iterator<Tuple2<Long, ShardHits>> in(Located shard, ShardedSearchOptions options) {
            List<ShardHits> found = shard.search(values, options);
            List<Tuple2<Long, ShardHits>> pairs = new ArrayList<>(ids.length);
            for (int i = 0; i < ids.length; i++) {
                pairs.add(new Tuple2<>(ids[i], found.get(i)));
            }
            return pairs.iterator();
        }
    }

    /** The queries of a partition, some at a time. */
    private static final class QueryBlocks implements Iterator<Queries> {
        private final Iterator<Row> rows;
        private final int dimension;

        QueryBlocks(Iterator<Row> rows, int dimension) {
            this.rows = rows;
            this.dimension = dimension;
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public Queries next() {
            long[] ids = new long[TOGETHER];
            float[] values = new float[Math.multiplyExact(TOGETHER, dimension)];
            int count = 0;
            while (count < TOGETHER && rows.hasNext()) {
                Row row = rows.next();
                if (row.isNullAt(0)) {
                    throw new IllegalArgumentException("the id of a query is null");
                }
                float[] query = Values.floats(row.get(1));
                if (query == null || query.length != dimension) {
                    throw new IllegalArgumentException("query " + row.getLong(0) + " has "
                            + (query == null ? Values.describe(row, 1) : query.length + " values") + ", not "
                            + dimension + " values");
                }
                ids[count] = row.getLong(0);
                System.arraycopy(query, 0, values, count * dimension, dimension);
                count++;
            }
            return new Queries(Arrays.copyOf(ids, count), Arrays.copyOf(values, count * dimension));
        }
    }

    /** Throws what one index would for these queries and options. */
    private void check(float[] queries, ShardedSearchOptions options) {
        try (VectorIndex index = VectorIndex.create(dimension(), metric())) {
            index.searchAll(queries, options.in(new long[0]));
        }
    }

    private boolean containsAny(long[] ids) {
        Broadcast<long[]> sent =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(ids);
        try {
            return shards.map(shard -> {
                        VectorIndex index = shard.store.index(shard.shard);
                        return Arrays.stream(sent.value()).anyMatch(index::contains);
                    })
                    .collect()
                    .contains(true);
        } finally {
            sent.destroy();
        }
    }

    private void requireNewest() throws IOException {
        long newest = ShardFiles.newest(store.system(), store.root());
        if (newest != number) {
            throw new IOException(store.root() + ": the index has been changed since it was opened: its manifest was "
                    + number + ", and is " + newest);
        }
    }

    private static Dataset<Row> columns(Dataset<Row> data, String id, String vector) {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(vector, "vector");
        return data.select(functions.col(id).cast(DataTypes.LongType), functions.col(vector));
    }

    /** Writes shards of the rows of a data set, and returns those that have rows, in their order. */
    private static List<ShardBuilder.Made> make(
            Dataset<Row> data,
            String id,
            String vector,
            Metric metric,
            int dimension,
            int shards,
            boolean wantsIds,
            ShardStore store) {
        Dataset<Row> columns = columns(data, id, vector);
        if (shards < 1) {
            throw new IllegalArgumentException("shards must be at least 1, but is " + shards);
        }
        // All rows with one id go to one task, which sees that it comes twice.
        List<ShardBuilder.Made> all = columns.repartition(shards, columns.col(columns.columns()[0]))
                .javaRDD()
                .mapPartitions(rows -> List.of(ShardBuilder.build(rows, metric, dimension, wantsIds, store))
                        .iterator())
                .collect();
        List<ShardBuilder.Made> made = new ArrayList<>();
        for (ShardBuilder.Made one : all) {
            if (one.problem != null) {
                throw new IllegalArgumentException(one.problem);
            }
            if (one.shard == null) {
                continue;
            }
            if (!made.isEmpty() && made.get(0).dimension != one.dimension) {
                throw new IllegalArgumentException(
                        "vectors have " + made.get(0).dimension + " and " + one.dimension + " values");
            }
            made.add(one);
        }
        return made;
    }

    private static ShardedIndex write(SparkSession spark, ShardStore store, long number, ShardManifest manifest)
            throws IOException {
        FileSystem system = store.system();
        ShardFiles.writeManifest(system, store.root(), number, manifest);
        try {
            ShardFiles.sweep(system, store.root(), manifest);
        } catch (IOException e) {
            // The index has been changed by now. The next change sweeps again.
            LOG.warn("what is not needed any more has been left in {}", store.root(), e);
        }
        return new ShardedIndex(spark, store, number, manifest);
    }

    private static ShardStore store(SparkSession spark, String path) throws IOException {
        Objects.requireNonNull(path, "path");
        SerializableConfiguration configuration =
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        Path root = new Path(path);
        // The whole name, for executors may have another default.
        Path whole = root.getFileSystem(configuration.value()).makeQualified(root);
        return new ShardStore(whole.toString(), configuration);
    }
}
