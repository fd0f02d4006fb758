package io.github.rustffi.internal;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Files as Rust knows them. */
public final class LocalFile {
    private LocalFile() {}

    /**
     * Returns the absolute path of a file. A relative one is resolved as the JDK does it, against what the system
     * property {@code user.dir} was when the JVM started: the working directory of the process may be another.
     *
     * @throws UnsupportedOperationException if the file is not one of the default file system, which Rust cannot open
     */
    public static String path(Path file) {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            throw new UnsupportedOperationException(
                    "only files of the default file system can be used, but " + file + " is of the file system \""
                            + file.getFileSystem().provider().getScheme() + "\"");
        }
        return file.toAbsolutePath().toString();
    }
}
