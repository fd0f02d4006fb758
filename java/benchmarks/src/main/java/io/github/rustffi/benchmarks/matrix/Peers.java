package io.github.rustffi.benchmarks.matrix;

import java.util.Map;
import java.util.function.Supplier;

/**
 * The libraries by the names that results bear. None is loaded before it is asked for.
 */
final class Peers {
    private static final Map<String, Supplier<LinearAlgebra>> PEERS = Map.ofEntries(
            Map.entry("rust-ffi", RustFfi::new),
            Map.entry("ejml", Ejml::new),
            Map.entry("ejml-mt", EjmlParallel::new));

    private Peers() {}

    /**
     * Returns the library of a name.
     *
     * @param name the name
     * @return the library
     * @throws IllegalArgumentException when there is none of that name
     */
    static LinearAlgebra of(String name) {
        Supplier<LinearAlgebra> peer = PEERS.get(name);
        if (peer == null) {
            throw new IllegalArgumentException("no peer " + name + " among " + PEERS.keySet());
        }
        return peer.get();
    }
}
