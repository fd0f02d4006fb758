package io.github.rustffi.internal;

import org.jspecify.annotations.Nullable;

/** The number of threads that a freshly loaded library computes on. */
final class Threads {
    private static final String PROPERTY = "rustffi.threads";

    /** What OpenMP reads, and with it most other libraries that compute: Spark sets it to the processors of a task. */
    private static final String VARIABLE = "OMP_NUM_THREADS";

    private Threads() {}

    /**
     * Sets the number of threads to the system property's, or else to the environment variable's, or else to that of
     * the processors that the JVM may use.
     *
     * @throws IllegalArgumentException if the property is not a number of threads
     */
    static void setDefault() {
        String property = System.getProperty(PROPERTY);
        if (property != null) {
            Natives.setThreads(require(property));
        } else if (!set(System.getenv(VARIABLE))) {
            Natives.setThreads(Runtime.getRuntime().availableProcessors());
        }
    }

    private static int require(String property) {
        int threads = parse(property);
        if (threads < 1) {
            throw new IllegalArgumentException(PROPERTY + " is \"" + property + "\", not a number of threads");
        }
        return threads;
    }

    /** Sets what a variable says, which was not meant for this library alone: where it is of no use, it is ignored. */
    private static boolean set(@Nullable String variable) {
        if (variable == null) {
            return false;
        }
        // Further numbers are those of threads that threads begin.
        int comma = variable.indexOf(',');
        int threads = parse(comma < 0 ? variable : variable.substring(0, comma));
        if (threads < 1) {
            return false;
        }
        try {
            Natives.setThreads(threads);
            return true;
        } catch (IllegalArgumentException e) {
            // More than are supported.
            return false;
        }
    }

    /** Returns a number, or zero where the text is none. */
    private static int parse(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
