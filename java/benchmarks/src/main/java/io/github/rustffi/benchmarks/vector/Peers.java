package io.github.rustffi.benchmarks.vector;

import io.github.rustffi.benchmarks.ByName;
import io.github.rustffi.benchmarks.NetlibBlas;
import io.github.rustffi.benchmarks.VectorApi;
import java.util.Map;
import java.util.function.Supplier;

/** The libraries by the names that results bear. None is loaded before it is asked for. */
final class Peers {
    private static final ByName<Supplier<Kernels>> PEERS = new ByName<>(Map.of(
            "rust-ffi", RustFfi::new,
            "java", PlainLoops::new,
            "jni", Jni::new,
            "lucene", () -> fast(Lucene::new),
            "lucene-scalar", () -> scalar(Lucene::new),
            "jvector", () -> fast(JVector::new),
            "netlib-java", () -> new Netlib(NetlibBlas.java()),
            "netlib-vector", () -> new Netlib(NetlibBlas.vector())));

    private Peers() {}

    /**
     * Returns the library of a name.
     *
     * @param name the name
     * @return the library
     * @throws IllegalArgumentException when there is none of that name
     */
    static Kernels of(String name) {
        return PEERS.get(name).get();
    }

    private static Kernels fast(Supplier<Kernels> peer) {
        VectorApi.requirePresent();
        return peer.get();
    }

    private static Kernels scalar(Supplier<Kernels> peer) {
        VectorApi.requireAbsent();
        return peer.get();
    }
}
