package io.github.rustffi.spark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a sharded index, on any file system that Hadoop knows. */
final class ShardFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ShardFiles.class);
    private static final int BUFFER = 1 << 20;
    private static final String MANIFEST = "manifest-";

    private ShardFiles() {}

    /** Writes a directory of this machine to a new one, and returns what it is. */
    static Shard upload(FileSystem system, Path root, java.nio.file.Path local, long vectors) throws IOException {
        String[] names;
        try (Stream<java.nio.file.Path> files = Files.list(local)) {
            names = files.map(file -> file.getFileName().toString())
                    // Not the file that a save locks the directory by.
                    .filter(file -> file.matches("manifest|segment-.*"))
                    .sorted()
                    .toArray(String[]::new);
        }
        // A name of its own for each attempt: those of tasks that run twice do not meet.
        String name = "shard-" + UUID.randomUUID();
        MessageDigest digest = sha256();
        for (String file : names) {
            java.nio.file.Path from = local.resolve(file);
            begin(digest, file, Files.size(from));
            try (InputStream in = Files.newInputStream(from);
                    OutputStream out = system.create(new Path(new Path(root, name), file), false)) {
                copy(in, out, digest);
            }
        }
        return new Shard(name, vectors, hex(digest), names);
    }

    /**
     * Writes a shard to a directory of this machine.
     *
     * @throws IOException if it is not what it was when it was written, too
     */
    static void download(FileSystem system, Path root, Shard shard, java.nio.file.Path local) throws IOException {
        Path directory = new Path(root, shard.name);
        MessageDigest digest = sha256();
        for (String file : shard.files) {
            Path from = new Path(directory, file);
            begin(digest, file, system.getFileStatus(from).getLen());
            try (InputStream in = system.open(from);
                    OutputStream out = Files.newOutputStream(local.resolve(file))) {
                copy(in, out, digest);
            }
        }
        requireSame(directory, shard.sha256, hex(digest));
    }

    static Removal writeRemoval(FileSystem system, Path root, long[] ids) throws IOException {
        String name = "removal-" + UUID.randomUUID();
        MessageDigest digest = sha256();
        try (DataOutputStream out = new DataOutputStream(system.create(new Path(root, name), false))) {
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            for (int i = 0; i < ids.length; i++) {
                bytes.putLong(ids[i]);
                if (!bytes.hasRemaining() || i == ids.length - 1) {
                    digest.update(bytes.array(), 0, bytes.position());
                    out.write(bytes.array(), 0, bytes.position());
                    bytes.clear();
                }
            }
        }
        return new Removal(name, ids.length, hex(digest));
    }

    static long[] readRemoval(FileSystem system, Path root, Removal removal) throws IOException {
        Path file = new Path(root, removal.name);
        long[] ids = new long[Math.toIntExact(removal.ids)];
        MessageDigest digest = sha256();
        try (DataInputStream in = new DataInputStream(system.open(file))) {
            byte[] bytes = new byte[1 << 16];
            int at = 0;
            while (at < ids.length) {
                int length = (int) Math.min(bytes.length, 8L * (ids.length - at));
                in.readFully(bytes, 0, length);
                digest.update(bytes, 0, length);
                ByteBuffer.wrap(bytes, 0, length).asLongBuffer().get(ids, at, length / 8);
                at += length / 8;
            }
        }
        requireSame(file, removal.sha256, hex(digest));
        return ids;
    }

    /** Returns the number of the newest manifest, or 0 if there is none. */
    static long newest(FileSystem system, Path root) throws IOException {
        if (!system.exists(root)) {
            return 0;
        }
        return Arrays.stream(system.listStatus(root))
                .mapToLong(file -> number(file.getPath().getName()))
                .max()
                .orElse(0);
    }

    private static long number(String name) {
        return name.matches(MANIFEST + "[0-9]{1,18}") ? Long.parseLong(name.substring(MANIFEST.length())) : 0;
    }

    static ShardManifest readManifest(FileSystem system, Path root, long number) throws IOException {
        Path file = new Path(root, MANIFEST + number);
        try (InputStream in = system.open(file)) {
            return ShardManifest.of(file.toString(), in.readAllBytes());
        }
    }

    /**
     * Writes a manifest, which a reader sees as a whole or not at all.
     *
     * @throws IOException if another one has the number
     */
    static void writeManifest(FileSystem system, Path root, long number, ShardManifest manifest) throws IOException {
        Path temporary = new Path(root, "new-" + UUID.randomUUID());
        Path file = new Path(root, MANIFEST + number);
        try (OutputStream out = system.create(temporary, false)) {
            out.write(manifest.bytes());
        }
        if (!moveIfAbsent(system, temporary, file)) {
            system.delete(temporary, false);
            throw new IOException(file + " is there already: the index has been changed by another program meanwhile");
        }
    }

    /** Moves a file, unless there is one of the new name: of two programs that do so at once, one succeeds. */
    private static boolean moveIfAbsent(FileSystem system, Path from, Path to) throws IOException {
        if (system instanceof LocalFileSystem local) {
            // Hadoop's rename replaces a file of this machine, as the system's own does. A link is not made twice.
            boolean isLinked = false;
            try {
                Files.createLink(
                        local.pathToFile(to).toPath(), local.pathToFile(from).toPath());
                isLinked = true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (UnsupportedOperationException | FileSystemException e) {
                // There are file systems without links: it is moved as elsewhere.
            }
            if (isLinked) {
                try {
                    system.delete(from, false);
                } catch (IOException e) {
                    LOG.warn("{} is not needed any more, and has been left", from, e);
                }
                return true;
            }
        }
        return !system.exists(to) && system.rename(from, to);
    }

    /**
     * Removes the directories of attempts whose shards a manifest does not name, and what an interrupted change left.
     */
    static void sweep(FileSystem system, Path root, ShardManifest manifest) throws IOException {
        for (FileStatus file : system.listStatus(root)) {
            String name = file.getPath().getName();
            boolean isNamed = manifest.shards().stream().anyMatch(shard -> shard.name.equals(name))
                    || manifest.entries().stream()
                            .anyMatch(entry -> entry instanceof Removal removal && removal.name.equals(name));
            if (!isNamed && name.matches("(shard|removal|new)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
                system.delete(file.getPath(), true);
            }
        }
    }

    static void delete(java.nio.file.@Nullable Path directory) throws IOException {
        if (directory == null || !Files.exists(directory)) {
            return;
        }
        try (Stream<java.nio.file.Path> files = Files.list(directory)) {
            for (java.nio.file.Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    private static void requireSame(Path path, String expected, String found) throws IOException {
        if (!expected.equals(found)) {
            throw new IOException(path + ": it is damaged: its SHA-256 is " + found + ", not " + expected);
        }
    }

    private static void begin(MessageDigest digest, String file, long length) {
        digest.update((file + " " + length + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void copy(InputStream in, OutputStream out, MessageDigest digest) throws IOException {
        byte[] bytes = new byte[BUFFER];
        for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
            digest.update(bytes, 0, read);
            out.write(bytes, 0, read);
        }
    }

    static String sha256(byte[] bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes);
        return hex(digest);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
