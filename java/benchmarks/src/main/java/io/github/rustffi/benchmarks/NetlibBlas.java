package io.github.rustffi.benchmarks;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import dev.ludovic.netlib.lapack.LAPACK;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kinds of BLAS that dev.ludovic.netlib has, each of which is itself or an exception. */
public final class NetlibBlas {
    /** The file name of OpenBLAS. */
    public static final String OPEN_BLAS = "libopenblas.so.0";

    private NetlibBlas() {}

    /**
     * Returns what needs neither a flag nor a library.
     *
     * @return the BLAS
     * @throws IllegalStateException when the JVM has the Vector API, which it would use
     */
    public static BLAS java() {
        VectorApi.requireAbsent();
        return inJava();
    }

    /**
     * Returns what uses the Vector API.
     *
     * @return the BLAS
     * @throws IllegalStateException when the JVM has no Vector API
     */
    public static BLAS vector() {
        VectorApi.requirePresent();
        return inJava();
    }

    /**
     * Returns what calls OpenBLAS, which {@code LD_LIBRARY_PATH} must name unless the machine has it installed.
     *
     * @return the BLAS
     * @throws IllegalStateException when another BLAS than OpenBLAS was loaded
     */
    public static BLAS openBlas() {
        System.setProperty("dev.ludovic.netlib.blas.nativeLib", OPEN_BLAS);
        BLAS blas = NativeBLAS.getInstance();
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            if (lines.noneMatch(line -> line.contains("libopenblas"))) {
                throw new IllegalStateException("OpenBLAS is not what netlib loaded");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return blas;
    }

    private static BLAS inJava() {
        // Otherwise it would look for a native BLAS first, and complain.
        System.setProperty(BLAS.ALLOW_NATIVE_BLAS, "false");
        System.setProperty(LAPACK.ALLOW_NATIVE_LAPACK, "false");
        return JavaBLAS.getInstance();
    }
}
