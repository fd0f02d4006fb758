package io.github.rustffi.spark;

import java.io.Serial;
import java.io.Serializable;

/**
 * An index of some of the vectors: a directory that never changes.
 *
 * <p>Not a record, for Kryo's sake, which Spark may be told to use.
 */
final class Shard implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of the directory. */
    final String name;

    final long vectors;

    /** The checksum of the files: their names, lengths and bytes. */
    final String sha256;

    /** The names of its files, in ascending order. */
    final String[] files;

    Shard(String name, long vectors, String sha256, String[] files) {
        this.name = name;
        this.vectors = vectors;
        this.sha256 = sha256;
        this.files = files;
    }
}
