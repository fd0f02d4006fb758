package io.github.rustffi;

import io.github.rustffi.internal.Loader;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The native library behind this package: whether it is loaded, from where, and why not.
 *
 * <p>Every method of this package loads the library at its first use, so that a program need not call {@link #load()}.
 * One that can do without the library asks {@link #isAvailable()} first:
 *
 * <pre>{@code
 * int sum = NativeLibrary.isAvailable() ? RustFfi.add(a, b) : a + b;
 * }</pre>
 *
 * <p>The library comes out of the jar, and is kept from one start to the next in a directory that only this user can
 * write to: in the user's cache ({@code XDG_CACHE_HOME} or {@code ~/.cache}, {@code ~/Library/Caches},
 * {@code %LOCALAPPDATA%}), or else in {@code java.io.tmpdir}. Every directory above it, too, has to be owned by this
 * user or root and writable by no one else, unless its sticky bit is set; otherwise the next place is taken. These
 * system properties change that:
 *
 * <ul>
 *   <li>{@code rustffi.library}: the file to load, and nothing else;
 *   <li>{@code rustffi.system}: {@code true} to load with {@link System#loadLibrary(String)}, and nothing else;
 *   <li>{@code rustffi.dir}: the directory to keep the library in, an absolute path, and nowhere else;
 *   <li>{@code rustffi.libc}: {@code gnu} or {@code musl}, on Linux, where the JVM's own mappings do not tell.
 * </ul>
 */
public final class NativeLibrary {
    private static final Loader LOADER = Loader.load();

    private NativeLibrary() {}

    /**
     * Loads the native library of this platform out of the jar. Does nothing where it is loaded already; where loading
     * has failed once, every later call fails in the same way. Safe to call from any thread.
     *
     * @throws UnsatisfiedLinkError if the library cannot be loaded, with everything that a user needs to know
     */
    public static void load() {
        if (LOADER.failure() != null) {
            throw LOADER.failure();
        }
    }

    /**
     * Returns whether the native library is loaded, after trying to load it. Never throws.
     *
     * @return true if the methods of this package can be called
     */
    public static boolean isAvailable() {
        return LOADER.failure() == null;
    }

    /**
     * Returns why the native library is not available. Never throws.
     *
     * @return what {@link #load()} throws, or nothing where the library is loaded
     */
    public static Optional<Throwable> unavailabilityCause() {
        return Optional.ofNullable(LOADER.failure());
    }

    /**
     * Returns the name of this platform: that of the jar's directory which holds its library. On Linux, it says which C
     * library the loaded file is for.
     *
     * @return a name such as {@code linux_64}, {@code windows_arm64} or {@code osx_arm64}
     */
    public static String platform() {
        return LOADER.platform();
    }

    /**
     * Returns where the loaded library is. Each class loader that has it loaded at the same time has a copy of its own;
     * a later class loader takes the copy of one that is gone.
     *
     * @return the file, or its name alone where {@code rustffi.system} is given
     * @throws UnsatisfiedLinkError as {@link #load()} does
     */
    public static Path path() {
        load();
        return LOADER.path();
    }
}
