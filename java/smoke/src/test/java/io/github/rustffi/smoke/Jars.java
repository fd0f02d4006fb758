package io.github.rustffi.smoke;

import io.github.rustffi.RustFfi;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.scijava.nativelib.NativeLibraryUtil;
import org.slf4j.Logger;

/** The jars that a user of rust-ffi has, found where this test's own classes come from. */
final class Jars {
    static final Path RUST_FFI = jarOf(RustFfi.class);
    static final Path NATIVE_LIB_LOADER = jarOf(NativeLibraryUtil.class);
    static final Path SLF4J_API = jarOf(Logger.class);

    private Jars() {}

    static Path jarOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
