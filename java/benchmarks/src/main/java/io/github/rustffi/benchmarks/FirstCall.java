package io.github.rustffi.benchmarks;

import io.github.rustffi.Matrix;
import io.github.rustffi.RustFfi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A program that makes its first call of a library, prints a line, and waits to be measured until its input ends. */
public final class FirstCall {
    private FirstCall() {}

    /**
     * Makes the first call of a library.
     *
     * @param arguments the library, or {@code nothing}
     * @throws IOException if something fails
     */
    public static void main(String[] arguments) throws IOException {
        // Each call is a class of its own, so that none looks for another's library.
        switch (arguments[0]) {
            case "nothing" -> {}
            case "rust-ffi" -> RustFfiCall.make();
            case "rust-ffi-matrix" -> MatrixCall.make();
            case "zstd-jni" -> ZstdCall.make();
            case "snappy-java" -> SnappyCall.make();
            case "jna" -> JnaCall.make();
            case "openblas" -> OpenBlasCall.make();
            case "jblas" -> JblasCall.make();
            default -> throw new IllegalArgumentException("no library " + arguments[0]);
        }
        System.out.println("done");
        System.in.read();
    }

    private static void require(boolean right) {
        if (!right) {
            throw new AssertionError("wrong result");
        }
    }

    private static final class RustFfiCall {
        static void make() {
            require(RustFfi.add(5, 3) == 8);
        }
    }

    private static final class MatrixCall {
        static void make() {
            Matrix two = Matrix.identity(8).times(2.0);
            require(two.times(two).toArray()[0] == 4);
        }
    }

    private static final class ZstdCall {
        static void make() {
            byte[] bytes = "Hello, Gopher!".getBytes(StandardCharsets.US_ASCII);
            require(com.github.luben.zstd.Zstd.compress(bytes).length > 0);
        }
    }

    private static final class SnappyCall {
        static void make() throws IOException {
            byte[] bytes = "Hello, Gopher!".getBytes(StandardCharsets.US_ASCII);
            require(org.xerial.snappy.Snappy.compress(bytes).length > 0);
        }
    }

    private static final class JnaCall {
        static void make() {
            require(com.sun.jna.Function.getFunction("c", "abs").invokeInt(new Object[] {-1}) == 1);
        }
    }

    private static final class OpenBlasCall {
        static void make() {
            double[] x = {3, 4};
            require(org.bytedeco.openblas.global.openblas.cblas_ddot(2, x, 1, x, 1) == 25);
        }
    }

    private static final class JblasCall {
        static void make() {
            double[] x = {3, 4};
            require(org.jblas.NativeBlas.ddot(2, x, 0, 1, x, 0, 1) == 25);
        }
    }
}
