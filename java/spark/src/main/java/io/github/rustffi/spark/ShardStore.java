package io.github.rustffi.spark;

import io.github.rustffi.VectorIndex;
import java.io.File;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Where the shards of one index are, and what an executor has of them: a copy on its disk, mapped into memory. A shard
 * is known by its checksum, so that all indexes of this process, and those of a process that is started later with the
 * same directory, find the copy again.
 */
final class ShardStore implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The directory of copies; one of Spark's own, which ends with the process, where it is not set. */
    static final String DIRECTORY = "spark.rustffi.shards.directory";

    /** Whether searches make and use codes of 8 bits a value; they do where it is not set. */
    static final String CODES = "spark.rustffi.shards.codes";

    private static final ConcurrentHashMap<String, VectorIndex> INDEXES = new ConcurrentHashMap<>();
    private static final ConcurrentHashMap<String, long[]> REMOVALS = new ConcurrentHashMap<>();

    private final String root;
    private final SerializableConfiguration configuration;

    ShardStore(String root, SerializableConfiguration configuration) {
        this.root = root;
        this.configuration = configuration;
    }

    org.apache.hadoop.fs.Path root() {
        return new org.apache.hadoop.fs.Path(root);
    }

    FileSystem system() throws IOException {
        return root().getFileSystem(configuration.value());
    }

    /** Returns a new directory on this machine's disk, in one of Spark's own. */
    static Path scratch() throws IOException {
        return Files.createTempDirectory(local(0), "rust-ffi-");
    }

    private static SparkConf conf() {
        return SparkEnv.get().conf();
    }

    /** Returns the index of a shard, from the copy on this machine's disk. */
    VectorIndex index(Shard shard) {
        return INDEXES.computeIfAbsent(shard.sha256, checksum -> {
            try {
                return map(shard);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Forgets what has been mapped, as if this process had just been started. */
    static void forget() {
        INDEXES.clear();
        REMOVALS.clear();
    }

    /** Returns the ids that are gone, in ascending order. */
    long[] ids(Removal[] removals) {
        return Arrays.stream(removals)
                .flatMapToLong(removal -> LongStream.of(REMOVALS.computeIfAbsent(removal.sha256, checksum -> {
                    try {
                        return ShardFiles.readRemoval(system(), root(), removal);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })))
                .sorted()
                .distinct()
                .toArray();
    }

    /** Returns one of Spark's own directories, which end with the process. */
    private static Path local(int hash) {
        File[] directories = SparkEnv.get().blockManager().diskBlockManager().localDirs();
        return directories[Math.floorMod(hash, directories.length)].toPath();
    }

    private VectorIndex map(Shard shard) throws IOException {
        ExecutorThreads.prepare();
        String named = conf().get(DIRECTORY, "");
        Path copies = named.isEmpty() ? local(shard.sha256.hashCode()).resolve("rust-ffi-shards") : Path.of(named);
        Files.createDirectories(copies);
        Path copy = copies.resolve(shard.sha256);
        if (!isWhole(copy)) {
            Path fresh = Files.createDirectory(copies.resolve(shard.sha256 + "-" + UUID.randomUUID()));
            try {
                ShardFiles.download(system(), root(), shard, fresh);
                move(fresh, copy);
            } finally {
                ShardFiles.delete(fresh);
            }
        }
        VectorIndex index = VectorIndex.map(copy);
        if (!conf().getBoolean(CODES, true)) {
            index.useCodes(false);
        }
        return index;
    }

    /** Returns whether there is a copy that is not damaged; one that is has been removed then. */
    private static boolean isWhole(Path copy) throws IOException {
        if (!Files.exists(copy)) {
            return false;
        }
        try {
            VectorIndex.verify(copy);
            return true;
        } catch (IOException e) {
            ShardFiles.delete(copy);
            return false;
        }
    }

    private static void move(Path fresh, Path copy) throws IOException {
        try {
            Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Another process of this machine was first.
            if (!isWhole(copy)) {
                throw e;
            }
        }
    }
}
