package io.github.rustffi.internal;

/** What JMX shows of all indexes. */
public interface VectorIndexMXBean {
    /**
     * Returns the bytes of native memory that the vectors of all indexes take. Mapped files are not counted.
     *
     * @return the bytes
     */
    long getBytesInUse();

    /**
     * Returns the number of indexes that have not been closed.
     *
     * @return the number
     */
    int getOpenIndexes();
}
