package io.github.rustffi.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** Where a library may be put, in the order of trying. */
enum Root {
    /** The directory that the user names: it alone. */
    GIVEN,
    /** This user's cache. */
    USER,
    /** This user's directory among the temporary files. */
    TEMPORARY,
    /** Among the temporary files, but only for the moment of loading. */
    ONCE;

    static Root[] choices() {
        return System.getProperty("rustffi.dir") == null ? new Root[] {USER, TEMPORARY, ONCE} : new Root[] {GIVEN};
    }

    /**
     * Returns the directory.
     *
     * @throws IOException if there is none, or if it would depend on the working directory
     */
    Path directory() throws IOException {
        String directory = this == GIVEN
                ? System.getProperty("rustffi.dir")
                : this == USER ? userCache() : System.getProperty("java.io.tmpdir");
        Path path = Path.of(directory);
        if (!path.isAbsolute()) {
            throw new IOException("not an absolute path: " + directory);
        }
        return this == USER
                ? path.resolve("rust-ffi")
                : this == TEMPORARY ? path.resolve(Host.WINDOWS ? "rust-ffi" : "rust-ffi-" + Host.user()) : path;
    }

    /**
     * Returns where a directory of this kind is, without links above it, after checking that no other user can replace
     * it.
     *
     * <p>The directory itself is followed where it is a link only if it is the one for temporary files. In that one
     * another user could plant a link in the place of ours.
     *
     * @throws IOException if another user can replace it
     */
    Path resolve(Path directory) throws IOException {
        Path above = this == ONCE ? directory : directory.getParent();
        if (Host.WINDOWS || above == null) {
            return directory;
        }
        Path resolved = Host.resolve(above);
        Host.requireIrreplaceable(resolved, this == ONCE);
        return this == ONCE ? resolved : resolved.resolve(directory.getFileName());
    }

    private static String userCache() throws IOException {
        String cache = System.getenv(Host.WINDOWS ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) {
            return cache;
        }
        String home = System.getProperty("user.home");
        File directory = new File(home);
        if (!directory.isAbsolute() || directory.getParent() == null || !directory.isDirectory()) {
            throw new IOException("no home directory: " + home);
        }
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        return home.concat(Host.WINDOWS ? "\\AppData\\Local" : mac ? "/Library/Caches" : "/.cache");
    }
}
