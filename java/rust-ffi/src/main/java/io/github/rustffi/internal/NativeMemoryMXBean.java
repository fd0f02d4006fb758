package io.github.rustffi.internal;

/** What JMX shows of the library's memory outside of the Java heap. */
public interface NativeMemoryMXBean {
    /**
     * Returns the bytes that calls compute in now.
     *
     * @return the bytes
     */
    long getWorkspaceBytes();

    /**
     * Returns the bytes that are not in use and are kept for the next call.
     *
     * @return the bytes
     */
    long getKeptBytes();

    /**
     * Returns the bytes that the vectors of all indexes take. Mapped files are not counted.
     *
     * @return the bytes
     */
    long getIndexBytes();

    /**
     * Returns the sum of the others.
     *
     * @return the bytes
     */
    long getTotalBytes();
}
