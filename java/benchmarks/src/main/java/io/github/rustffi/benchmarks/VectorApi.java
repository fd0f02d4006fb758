package io.github.rustffi.benchmarks;

/** The flag {@code --add-modules jdk.incubator.vector}, which makes some libraries fast. */
public final class VectorApi {
    private static final String MODULE = "jdk.incubator.vector";

    private VectorApi() {}

    private static boolean isPresent() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /**
     * Checks that the JVM was given the flag.
     *
     * @throws IllegalStateException when it was not
     */
    public static void requirePresent() {
        if (!isPresent()) {
            throw new IllegalStateException("this peer needs --add-modules " + MODULE);
        }
    }

    /**
     * Checks that the JVM was not given the flag.
     *
     * @throws IllegalStateException when it was
     */
    public static void requireAbsent() {
        if (isPresent()) {
            throw new IllegalStateException("this peer must be run without --add-modules " + MODULE);
        }
    }
}
