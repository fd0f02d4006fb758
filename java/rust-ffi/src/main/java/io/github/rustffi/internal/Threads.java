package io.github.rustffi.internal;

/** The number of threads that a freshly loaded library computes on. */
final class Threads {
    private static final String PROPERTY = "rustffi.threads";

    private Threads() {}

    /**
     * Sets the number of threads to the system property's, or else to that of the processors that the JVM may use.
     *
     * @throws IllegalArgumentException if the property is not a number of threads
     */
    static void setDefault() {
        String property = System.getProperty(PROPERTY);
        Natives.setThreads(property == null ? Runtime.getRuntime().availableProcessors() : parse(property));
    }

    private static int parse(String property) {
        try {
            int threads = Integer.parseInt(property.strip());
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Said below, with the name of the property.
        }
        throw new IllegalArgumentException(PROPERTY + " is \"" + property + "\", not a number of threads");
    }
}
