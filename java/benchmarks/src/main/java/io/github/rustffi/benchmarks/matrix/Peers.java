package io.github.rustffi.benchmarks.matrix;

import io.github.rustffi.benchmarks.ByName;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The libraries by the names that results bear. None is loaded before it is asked for.
 *
 * <p>Some want something of the JVM that runs them: {@code netlib-vector} the argument {@code --add-modules
 * jdk.incubator.vector}, which {@code netlib-java} must not have; {@code netlib-openblas} and {@code jblas} an
 * {@code LD_LIBRARY_PATH} as {@code java/benchmarks/openblas} prints it.
 */
final class Peers {
    private static final ByName<Supplier<LinearAlgebra>> PEERS = new ByName<>(Map.ofEntries(
            Map.entry("rust-ffi", RustFfi::new),
            Map.entry("ejml", Ejml::new),
            Map.entry("ejml-mt", EjmlParallel::new),
            Map.entry("netlib-java", Netlib::java),
            Map.entry("netlib-vector", Netlib::vector),
            Map.entry("netlib-openblas", Netlib::openBlas),
            Map.entry("bytedeco-openblas", BytedecoOpenBlas::new),
            Map.entry("jblas", Jblas::new),
            Map.entry("ojalgo", OjAlgo::new),
            Map.entry("commons-math", CommonsMath::new),
            Map.entry("hipparchus", Hipparchus::new),
            Map.entry("jama", Jama::new)));

    private Peers() {}

    /**
     * Returns the library of a name.
     *
     * @param name the name
     * @return the library
     * @throws IllegalArgumentException when there is none of that name
     */
    static LinearAlgebra of(String name) {
        return PEERS.get(name).get();
    }
}
