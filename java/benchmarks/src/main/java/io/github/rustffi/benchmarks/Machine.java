package io.github.rustffi.benchmarks;

import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What the machine can do, measured by loops in C. Loading this class loads the library of {@code src/main/c}. */
public final class Machine {
    private static final Path LIBRARY = findLibrary();

    static {
        System.load(LIBRARY.toString());
    }

    private Machine() {}

    /**
     * Returns the library of {@code src/main/c}, which the build leaves beside the classes.
     *
     * @return the absolute path of the file
     */
    public static Path library() {
        return LIBRARY;
    }

    /**
     * Returns memory for {@link #readAll}, in large pages where the system has any. It is never given back.
     *
     * @param bytes how much, at least 1
     * @return a direct buffer of zeros
     * @throws OutOfMemoryError if there is none
     */
    public static native ByteBuffer allocate(long bytes);

    /**
     * Returns the sum of all 64-bit words of a buffer, as the machine lays them out; missing bytes of the last are
     * zero.
     *
     * <p>Nothing is done but to read, as fast as memory allows. The threads are started by every call, except for the
     * caller's own: some ten microseconds each.
     *
     * @param buffer a direct buffer; its position and limit do not matter
     * @param threads how many threads read, each a part of its own, at most 1,024
     * @param streams whether a thread reads in eight places at once, or from the first byte of its part to the last
     * @return the sum, wrapping around
     * @throws IllegalArgumentException if the buffer is not direct or there is no thread
     */
    public static native long readAll(ByteBuffer buffer, int threads, boolean streams);

    /**
     * Returns the most floating-point operations a second that the machine does: fused multiply-adds of {@code double},
     * each counted as two, in its widest registers.
     *
     * @param threads how many threads compute, at most 1,024
     * @param seconds for how long they do
     * @return the operations a second of all threads together
     * @throws IllegalArgumentException if there is no thread
     */
    public static native double fmaPeak(int threads, double seconds);

    /**
     * Returns the same of {@code float}.
     *
     * @param threads how many threads compute, at most 1,024
     * @param seconds for how long they do
     * @return the operations a second of all threads together
     * @throws IllegalArgumentException if there is no thread
     */
    public static native double fmaPeakOfFloats(int threads, double seconds);

    /**
     * Returns the floating-point operations a second of the inner loop of a matrix product, on a tile that stays in the
     * registers and operands that stay in the first-level cache.
     *
     * @param threads how many threads compute, at most 1,024
     * @param seconds for how long they do
     * @return the operations a second of all threads together
     * @throws IllegalArgumentException if there is no thread
     */
    public static native double tilePeak(int threads, double seconds);

    private static Path findLibrary() {
        try {
            Path classes = Path.of(Machine.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes.toAbsolutePath().resolveSibling("libpeers.so");
        } catch (URISyntaxException e) {
            throw new AssertionError("a class path is a list of files", e);
        }
    }
}
