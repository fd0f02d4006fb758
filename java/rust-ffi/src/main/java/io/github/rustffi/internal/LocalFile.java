package io.github.rustffi.internal;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

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

    /** What is written to a file. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Puts content in the place of a file, as a whole: whoever reads it sees the old file or the new one. Where that
     * fails, the old file stays as it was, and nothing else is left.
     */
    public static void replace(String path, Content content) throws IOException {
        File temporary = new File(Natives.createBeside(path));
        boolean isInPlace = false;
        try {
            write(temporary.toPath(), path, content);
            Natives.putInPlace(temporary.getPath(), path);
            isInPlace = true;
        } finally {
            if (!isInPlace) {
                temporary.delete();
            }
        }
    }

    private static void write(Path temporary, String path, Content content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
            content.writeTo(out);
        } catch (IOException e) {
            FileSystemException named = new FileSystemException(path, null, e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    /** Gives a file a name. On Windows that may have to wait until no reader has the file open that had it before. */
    public static void rename(Path from, Path to) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            } catch (AccessDeniedException e) {
                if (!isWindows() || attempt == 100) {
                    throw e;
                }
                try {
                    Thread.sleep(10);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }
        }
    }

    /** Forces the names in a directory, if it is one, to the disk. Windows has no such call. */
    public static void force(@Nullable Path directory) throws IOException {
        if (directory != null && !isWindows()) {
            try (FileChannel channel = FileChannel.open(directory)) {
                channel.force(true);
            }
        }
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }
}
