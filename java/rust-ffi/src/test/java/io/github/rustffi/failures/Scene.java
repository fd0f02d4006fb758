package io.github.rustffi.failures;

import io.github.rustffi.Npz;
import io.github.rustffi.VectorIndex;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files and indexes that failing calls need. Making one uses nothing of the library. */
public final class Scene implements AutoCloseable {
    /** What the system refuses to give to any process: more than there are addresses. */
    private static final long TOO_MUCH = 1L << 48;

    /** Where Linux takes a file of any length, as long as nothing is in it. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private static final String SPARSE = "rust-ffi-sparse-";

    private final Path directory;
    private final List<VectorIndex> indexes = new ArrayList<>();
    private final List<Npz> archives = new ArrayList<>();
    private Path sparse;

    /** Writes the files to an empty directory, which is to be deleted afterwards. */
    public Scene(Path directory) throws IOException {
        this.directory = directory.toAbsolutePath();
        write("vectors.npy", "<f4", 1, 2, 1, 0);
        write("zero.npy", "<f4", 1, 2, 0, 0);
        write("nan.npy", "<f4", 1, 2, 1, Float.NaN);
        write("large.npy", "<f4", 1, 2, 1, 70_000);
        write("small.npy", "<f4", 1, 2, 1e-9f, 0);
        write("empty.npy", "<f4", 1, 0);
        write("short.npy", "<f4", 3, 2, 1, 0);
        Files.writeString(this.directory.resolve("text"), "not an array");
        try (OutputStream out = Files.newOutputStream(this.directory.resolve("arrays.npz"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(Files.readAllBytes(this.directory.resolve("vectors.npy")));
            zip.closeEntry();
        }
    }

    private void write(String file, String type, int rows, int columns, float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(128 + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(header(type, rows, columns));
        for (float value : values) {
            bytes.putFloat(value);
        }
        Files.write(directory.resolve(file), bytes.array());
    }

    private static byte[] header(String type, long rows, long columns) {
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
        String padded = text + " ".repeat(128 - 10 - 1 - text.length()) + "\n";
        return ("\u0093NUMPY\u0001\u0000\u0076\u0000" + padded).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the directory, in which there is nothing of the name {@code none}. */
    Path directory() {
        return directory;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Returns an open index with the vector (1, 0). */
    VectorIndex index(VectorIndex.Metric metric) {
        return index(metric, VectorIndex.Storage.FLOAT32);
    }

    /** Returns the same that is stored as asked for. */
    VectorIndex index(VectorIndex.Metric metric, VectorIndex.Storage storage) {
        VectorIndex index = VectorIndex.create(2, metric, storage);
        indexes.add(index);
        index.add(new float[] {1, 0});
        return index;
    }

    VectorIndex closedIndex() {
        VectorIndex index = VectorIndex.create(2, VectorIndex.Metric.COSINE);
        index.close();
        return index;
    }

    VectorIndex mappedIndex() throws IOException {
        VectorIndex index = VectorIndex.map(file("vectors.npy"), VectorIndex.Metric.COSINE);
        indexes.add(index);
        return index;
    }

    /** Returns an archive with the array {@code a}, of the shape (1, 2). */
    Npz archive() throws IOException {
        Npz archive = Npz.open(file("arrays.npz"));
        archives.add(archive);
        return archive;
    }

    /** Returns a file in what is no directory, or null on Windows, which says only that there is no such file. */
    Path belowAFile() {
        return File.separatorChar == '\\' ? null : file("text").resolve("a.npy");
    }

    /** Returns a file that this user may not read, or null where there is none, as for root on most systems. */
    Path unreadable() throws IOException {
        Path secret = file("secret.npy");
        if (!Files.exists(secret)) {
            Files.createFile(secret);
            secret.toFile().setReadable(false);
        }
        // Those that Linux lets nobody read.
        for (Path file : List.of(secret, Path.of("/proc/sys/vm/compact_memory"))) {
            try (InputStream in = Files.newInputStream(file)) {
                in.read();
            } catch (AccessDeniedException e) {
                return file;
            } catch (IOException e) {
                continue;
            }
        }
        return null;
    }

    /** Returns an array of more values than memory can hold, or null where no file system takes it. */
    Path tooLargeForMemory() throws IOException {
        if (sparse != null) {
            return sparse;
        }
        deleteLeftBehind();
        for (Path place : List.of(directory, SHARED_MEMORY)) {
            Path file = place.resolve(SPARSE + ProcessHandle.current().pid() + "-" + System.nanoTime());
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.setLength(128 + TOO_MUCH);
                out.write(header("<f4", TOO_MUCH / 8, 2));
                sparse = file;
                return file;
            } catch (IOException e) {
                Files.deleteIfExists(file);
            }
        }
        return null;
    }

    /** Deletes what processes that died have not deleted. */
    private static void deleteLeftBehind() throws IOException {
        String[] names = SHARED_MEMORY.toFile().list((place, name) -> name.startsWith(SPARSE));
        for (String name : names == null ? new String[0] : names) {
            long process = Long.parseLong(name.substring(SPARSE.length(), name.lastIndexOf('-')));
            if (ProcessHandle.of(process).isEmpty()) {
                Files.deleteIfExists(SHARED_MEMORY.resolve(name));
            }
        }
    }

    @Override
    public void close() throws IOException {
        indexes.forEach(VectorIndex::close);
        indexes.clear();
        for (Npz archive : archives) {
            archive.close();
        }
        archives.clear();
        if (sparse != null) {
            Files.delete(sparse);
            sparse = null;
        }
        for (File file : Objects.requireNonNull(directory.toFile().listFiles())) {
            Files.delete(file.toPath());
        }
        Files.delete(directory);
    }
}
