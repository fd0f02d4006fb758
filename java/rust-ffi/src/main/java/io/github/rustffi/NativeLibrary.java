package io.github.rustffi;

import io.github.rustffi.internal.Loader;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
    /** Bytes of heap that are free before loading begins: a first start allocates 700,000. */
    private static final int HEAP = 1 << 20;

    /** Calls of {@link #touch} that use about 27 KB of stack as long as it is interpreted: a first start needs 25. */
    private static final int STACK = 72;

    /** Calls that use as much once {@link #touch} is compiled: 148 bytes each instead of 377. */
    private static final int COMPILED_STACK = 200;

    /** Attempts after which {@link #touch} may soon be compiled: the JVM's compilers wait for 5,000 calls or more. */
    private static final int INTERPRETED_ATTEMPTS = 40;

    /** Whether the library can be called. Not volatile: a thread that sees it too late only takes the longer way. */
    private static boolean loaded;

    /** The outcome of loading, once there is one: not volatile either, since it cannot change. */
    private static @Nullable Loader outcome;

    private static int attempts;

    private NativeLibrary() {}

    private static Loader outcome() {
        Loader known = outcome;
        return known != null ? known : findOutcome();
    }

    /**
     * Loads the library, unless another thread has done so. Not in a static initializer: one that failed for a reason
     * that passes, a full heap or the end of the stack, would leave the class useless for as long as the JVM lives.
     */
    private static synchronized Loader findOutcome() {
        Loader known = outcome;
        if (known == null) {
            requireRoom();
            known = Loader.load();
            outcome = known;
            loaded = known.failure() == null;
        }
        return known;
    }

    /** Fails here where loading would fail half-way for want of memory, and leave classes of the JDK useless too. */
    private static void requireRoom() {
        attempts++;
        int calls = attempts > INTERPRETED_ATTEMPTS ? COMPILED_STACK : STACK;
        long used = touch(calls, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        byte[] memory = new byte[HEAP];
        memory[0] = (byte) used;
    }

    /** Calls itself, with so many values that each call uses much of the stack even where it is compiled. */
    private static long touch(
            int calls,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p) {
        long below = calls == 0 ? 0 : touch(calls - 1, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, a);
        return below + a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;
    }

    /**
     * Loads the native library of this platform out of the jar. Does nothing where it is loaded already; where loading
     * has failed once, every later call fails in the same way. Safe to call from any thread.
     *
     * @throws UnsatisfiedLinkError if the library cannot be loaded, with everything that a user needs to know
     * @throws VirtualMachineError if there is too little memory or stack to load it: then the next call tries again
     */
    public static void load() {
        if (!loaded) {
            requireLoaded();
        }
    }

    private static void requireLoaded() {
        UnsatisfiedLinkError failure = outcome().failure();
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Returns whether the native library is loaded, after trying to load it. Throws nothing but a
     * {@link VirtualMachineError}, as {@link #load()} does.
     *
     * @return true if the methods of this package can be called
     */
    public static boolean isAvailable() {
        return loaded || outcome().failure() == null;
    }

    /**
     * Returns why the native library is not available. Throws nothing but a {@link VirtualMachineError}, as
     * {@link #load()} does.
     *
     * @return what {@link #load()} throws, or nothing where the library is loaded
     */
    public static Optional<Throwable> unavailabilityCause() {
        return Optional.ofNullable(outcome().failure());
    }

    /**
     * Returns the name of this platform: that of the jar's directory which holds its library. On Linux, it says which C
     * library the loaded file is for.
     *
     * @return a name such as {@code linux_64}, {@code windows_arm64} or {@code osx_arm64}
     */
    public static String platform() {
        return outcome().platform();
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
        return outcome().path();
    }
}
