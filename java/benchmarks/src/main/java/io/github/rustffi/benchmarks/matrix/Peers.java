package io.github.rustffi.benchmarks.matrix;

import java.util.Map;
import java.util.function.Supplier;

/** The libraries by the names that results bear. None is loaded before it is asked for. */
final class Peers {
    private static final Map<String, Supplier<LinearAlgebra>> PEERS = Map.of("rust-ffi", RustFfi::new);

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
