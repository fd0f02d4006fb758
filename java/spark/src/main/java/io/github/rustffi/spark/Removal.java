package io.github.rustffi.spark;

import java.io.Serial;
import java.io.Serializable;

/** Ids that are gone from the shards that were there before: a file that never changes. */
final class Removal implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of the file. */
    final String name;

    final long ids;

    /** The checksum of the file. */
    final String sha256;

    Removal(String name, long ids, String sha256) {
        this.name = name;
        this.ids = ids;
        this.sha256 = sha256;
    }
}
