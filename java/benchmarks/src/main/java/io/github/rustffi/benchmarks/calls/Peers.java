package io.github.rustffi.benchmarks.calls;

/** The ways of calling by the names that results bear. None is loaded before it is asked for. */
final class Peers {
    private Peers() {}

    /**
     * Returns the way of calling of a name.
     *
     * @param name the name
     * @return the way of calling
     * @throws IllegalArgumentException when there is none of that name
     * @throws UnsupportedOperationException when this JVM does not have it
     */
    static Calls of(String name) {
        // No method references: to link one, JDK 17 would look for types in FfmCalls that it does not have.
        return switch (name) {
            case "rust-ffi" -> new RustFfiCalls();
            case "jni" -> new JniCalls();
            case "jna" -> new JnaCalls();
            case "jnr" -> new JnrCalls();
            case "ffm", "ffm-critical" -> {
                if (Runtime.version().feature() < 22) {
                    throw new UnsupportedOperationException("the API for foreign functions needs JDK 22");
                }
                yield name.equals("ffm") ? new FfmCalls() : new FfmCriticalCalls();
            }
            default -> throw new IllegalArgumentException("no peer " + name);
        };
    }
}
