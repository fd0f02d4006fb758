package io.github.rustffi.spark;

import org.apache.spark.sql.SparkSession;

/** The session of the tests, for those in other packages. */
public final class Sessions {
    private Sessions() {}

    /**
     * Returns it.
     *
     * @return the session of a Spark in this JVM
     */
    public static SparkSession local() {
        return LocalSpark.session();
    }
}
