package io.github.rustffi;

import io.github.rustffi.internal.Natives;

/**
 * The number of threads that compute.
 *
 * <p>Large problems are spread over a private pool of native threads, which all callers share. The number of threads
 * changes how long a result takes and never a bit of it.
 *
 * <p>When the library is loaded, their number is the first of these that there is:
 *
 * <ul>
 *   <li>the system property {@code rustffi.threads}, which has to be a number of threads;
 *   <li>the environment variable {@code OMP_NUM_THREADS}, which OpenMP defines, and Spark sets for its executors: there
 *       it is the number of threads of each call, here that of all calls together. Of several numbers, {@code 4,2}, it
 *       is the first. A variable that does not begin with a number from 1 to 65,535 is ignored;
 *   <li>{@link Runtime#availableProcessors()}.
 * </ul>
 *
 * <p>Small problems are computed by the thread that calls. So are products of less than a millisecond: with the help of
 * the pool where nothing else is under way, and without it where as many calls as there are processors are, unless the
 * pool has fewer threads than that.
 *
 * <p>The threads are attached to the JVM as long as there is work, as daemons with names like {@code rust-ffi-0}. While
 * the JVM stops the threads of Java, most often for the garbage collector, they stop too, as soon as they have finished
 * the part of the work in hand.
 *
 * <pre>{@code
 * Parallelism.setThreads(1); // leave the other processors to the rest of the program
 * }</pre>
 */
public final class Parallelism {
    private Parallelism() {}

    /**
     * Returns the number of threads that compute.
     *
     * @return at least 1
     */
    public static int threads() {
        NativeLibrary.load();
        return Natives.threads();
    }

    /**
     * Sets the number of threads that compute. Calls that already run finish on the threads they began with.
     *
     * @param n the number of threads, at least 1
     * @throws IllegalArgumentException if {@code n} is less than 1, or more than the 65,535 that are supported
     */
    public static void setThreads(int n) {
        NativeLibrary.load();
        Natives.setThreads(n);
    }
}
