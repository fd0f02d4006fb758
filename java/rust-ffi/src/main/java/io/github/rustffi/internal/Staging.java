package io.github.rustffi.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A directory for one extraction, gone when closed.
 *
 * <p>Its owner holds a lock in it, which the system releases however a process ends: a later process can tell what a
 * killed start left behind from what is being written.
 */
final class Staging implements AutoCloseable {
    private static final String PREFIX = "rust-ffi-staging-";
    private static final String LOCK = "lock";
    private static final String CONTENT = "library";
    private static final long UNUSED = 30L * 24 * 60 * 60 * 1000;

    private final Path directory;
    private final FileChannel lock;

    private Staging(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Puts a library into its place below a directory, and takes away what nothing has used there for 30 days.
     *
     * @param place the directory that will hold the file: the library's below {@code root}, or one of a copy in it
     * @throws IOException if the directory cannot be used
     */
    static void install(Library library, Path root, Path place) throws IOException {
        Files.createDirectories(root, privately());
        if (root.getParent() != null) {
            Host.requireIrreplaceable(root.getParent(), false);
        }
        Host.ownDirectory(root);
        try (Staging staging = with(library, root)) {
            staging.moveTo(place, library);
        }
        for (String version : entries(root)) {
            if (!version.equals(library.sha256())) {
                removeUnused(root.resolve(version));
            }
        }
    }

    /**
     * Returns a new staging directory that holds a library, verified.
     *
     * @throws IOException if the directory cannot be used
     */
    static Staging with(Library library, Path root) throws IOException {
        for (String entry : entries(root)) {
            removeAbandoned(root.resolve(entry));
        }
        Staging staging = open(root);
        try {
            staging.extract(library);
            return staging;
        } catch (IOException | RuntimeException | Error e) {
            staging.close();
            throw e;
        }
    }

    private static String[] entries(Path directory) {
        String[] names = directory.toFile().list();
        return names == null ? new String[0] : names;
    }

    private static Staging open(Path root) throws IOException {
        while (true) {
            Path directory = root.resolve(PREFIX.concat(Long.toHexString(System.nanoTime())));
            try {
                Files.createDirectory(directory, privately());
            } catch (FileAlreadyExistsException e) {
                continue;
            }
            try {
                FileChannel lock = FileChannel.open(
                        directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                if (isTaken(lock) && Files.exists(directory.resolve(LOCK))) {
                    return new Staging(directory, lock);
                }
                lock.close();
            } catch (NoSuchFileException e) {
                // Another start saw the directory before the lock was in it, took it for abandoned and removed it.
                continue;
            } catch (IOException e) {
                directory.toFile().delete();
                throw e;
            }
        }
    }

    private static boolean isTaken(FileChannel lock) {
        try {
            return lock.tryLock() != null;
        } catch (IOException e) {
            // A file system without locks: no process can tell that the directory is abandoned.
            return true;
        }
    }

    Path file() {
        return directory.resolve(CONTENT).resolve(Library.name());
    }

    private void extract(Library library) throws IOException {
        Files.createDirectory(directory.resolve(CONTENT), privately());
        try {
            Extractor.extract(library, directory.resolve(CONTENT).toFile());
        } catch (NoClassDefFoundError e) {
            if (!Failure.isOfInitializer(e)) {
                throw e;
            }
            // Native-lib-loader or its logging began at the end of a stack or in a full heap, and cannot begin again.
            try (InputStream in = Library.open(library.resource())) {
                Files.copy(in, file(), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!library.isIntact(file())) {
            throw new IOException("extraction to " + file() + " gave another file than the jar describes");
        }
    }

    /** Moves the library into its place, unless another start was faster. */
    private void moveTo(Path place, Library library) throws IOException {
        try {
            Files.move(directory.resolve(CONTENT), place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Path file = place.resolve(Library.name());
            if (Host.ownDirectory(place) == null) {
                throw e;
            }
            if (!library.isIntact(file)) {
                Files.move(file(), file, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** Removes the directory. Windows keeps a loaded library; a later start then removes it as abandoned. */
    @Override
    public void close() {
        try {
            remove(directory, lock);
        } catch (IOException e) {
            // What cannot be removed now is removed by a later start.
        }
    }

    private static void remove(Path directory, FileChannel lock) throws IOException {
        try (lock) {
            Files.deleteIfExists(directory.resolve(CONTENT).resolve(Library.name()));
            Files.deleteIfExists(directory.resolve(CONTENT));
            // Last, and before the lock is released: without it, nothing could be told of what remains.
            Files.deleteIfExists(directory.resolve(LOCK));
        }
        Files.deleteIfExists(directory);
    }

    private static void removeAbandoned(Path directory) {
        if (!directory.getFileName().toString().startsWith(PREFIX)) {
            return;
        }
        try {
            if (Host.ownDirectory(directory) != null) {
                try (FileChannel lock = FileChannel.open(
                        directory.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                    if (lock.tryLock() != null) {
                        remove(directory, lock);
                    }
                } catch (NoSuchFileException e) {
                    Files.delete(directory);
                }
            }
        } catch (IOException e) {
            // Its owner lives, or it is not ours.
        }
    }

    private static void removeUnused(Path place) {
        if (place.getFileName().toString().length() != 64) {
            return;
        }
        try {
            Map<String, Object> attributes = Host.ownDirectory(place);
            if (attributes != null) {
                long used = ((FileTime) attributes.get("lastModifiedTime")).toMillis();
                if (System.currentTimeMillis() - used > UNUSED) {
                    for (int copy = Library.COPIES; copy > 1; copy--) {
                        Path directory = place.resolve(Integer.toString(copy));
                        if (Host.ownDirectory(directory) != null) {
                            Files.deleteIfExists(directory.resolve(Library.name()));
                            Files.delete(directory);
                        }
                    }
                    Files.deleteIfExists(place.resolve(Library.name()));
                    Files.delete(place);
                }
            }
        } catch (IOException e) {
            // It is in use, as a DLL that is loaded, or it is not ours.
        }
    }

    private static FileAttribute<?>[] privately() {
        return Host.WINDOWS
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                };
    }
}
