package io.github.rustffi.internal;

import io.github.rustffi.IdFilter;
import io.github.rustffi.Matrix;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an attempt to load the native library: either its path or the failure.
 *
 * @param platform the directory of this platform's library in the jar
 * @param path the loaded file, or an empty path
 * @param failure why nothing was loaded
 */
public record Loader(String platform, Path path, @Nullable UnsatisfiedLinkError failure) {
    /** One object for the whole JVM, as every literal is: class loaders take turns in the directories they share. */
    private static final String TURN = "io.github.rustffi loads its library";

    /**
     * Loads the library. May be called again, and then finds the same file loaded already.
     *
     * @return the outcome
     * @throws VirtualMachineError for a reason that may be over when this is called again: a full heap, or the end of
     *     the stack
     */
    public static Loader load() {
        List<Attempt> attempts = new ArrayList<>();
        String platform = "unknown";
        try {
            String[] platforms = Host.platforms();
            platform = platforms[0];
            synchronized (TURN) {
                Loader loaded = load(platforms, attempts);
                if (loaded != null) {
                    requireSameVersion(loaded.path);
                    Natives.register();
                    Threads.setDefault();
                    initializeClasses();
                    return loaded;
                }
            }
        } catch (Throwable e) {
            VirtualMachineError passing = passing(e);
            if (passing != null) {
                throw passing;
            }
            attempts.add(new Attempt("", "", e));
        }
        return new Loader(platform, Path.of(""), Failure.of(platform, attempts));
    }

    private static @Nullable VirtualMachineError passing(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError) {
                return (VirtualMachineError) cause;
            }
        }
        return null;
    }

    /**
     * Initializes the classes that have a static initializer and that the public methods need. One that failed at the
     * end of a stack or in a full heap could never be used again.
     */
    private static void initializeClasses() throws ClassNotFoundException {
        for (Class<?> type : initialized()) {
            Class.forName(type.getName(), true, Loader.class.getClassLoader());
        }
    }

    /** The classes that are initialized by their names, so that GraalVM's native-image must be told of them. */
    static Class<?>[] initialized() {
        return new Class<?>[] {
            Crossing.class,
            IdFilter.class,
            Matrix.Triangle.class,
            SearchOptions.class,
            VectorIndex.Metric.class,
            VectorIndex.Storage.class
        };
    }

    private static @Nullable Loader load(String[] platforms, List<Attempt> attempts) {
        String file = System.getProperty("rustffi.library");
        if (file != null) {
            Path path = Path.of(file).toAbsolutePath();
            System.load(path.toString());
            return new Loader(platforms[0], path, null);
        }
        if (Boolean.getBoolean("rustffi.system")) {
            System.loadLibrary("rust_ffi");
            return new Loader(platforms[0], Path.of(Library.name()), null);
        }
        for (String platform : platforms) {
            try {
                Path path = load(Library.of(platform), attempts);
                if (path != null) {
                    return new Loader(platform, path, null);
                }
            } catch (IOException e) {
                attempts.add(new Attempt("", Library.resource(platform), e));
            }
        }
        return null;
    }

    private static @Nullable Path load(Library library, List<Attempt> attempts) {
        for (Root root : Root.choices()) {
            String place = "";
            try {
                Path directory = root.directory();
                place = directory.toString();
                return load(library, root, root.resolve(directory));
            } catch (IllegalCallerException e) {
                // The JDK's denial of native access, which no other file would change.
                throw e;
            } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
                attempts.add(new Attempt(place, library.resource(), e));
                if (Failure.isOfLibrary(e)) {
                    return null;
                }
            }
        }
        return null;
    }

    private static Path load(Library library, Root root, Path directory) throws IOException {
        // A library whose threads have run stays mapped when its class loader goes: the next one takes the same
        // file.
        for (int copy = 1; copy <= Library.COPIES && root != Root.ONCE; copy++) {
            Path kept = library.keepIn(directory, copy);
            try {
                System.load(kept.toString());
                return kept;
            } catch (UnsatisfiedLinkError e) {
                if (!Failure.isLoadedElsewhere(e)) {
                    throw e;
                }
            }
        }
        try (Staging staging = Staging.with(library, directory)) {
            System.load(staging.file().toString());
            return staging.file();
        }
    }

    private static void requireSameVersion(Path path) {
        String version = Natives.version();
        if (!version.equals(Version.OF_JAR)) {
            throw new UnsatisfiedLinkError(path + " is version " + version + ", but the jar " + Failure.jar()
                    + " is version " + Version.OF_JAR);
        }
    }

    /** A place where the library was tried to be loaded from, and what came of it. */
    record Attempt(String place, String resource, Throwable cause) {}
}
