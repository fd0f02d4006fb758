package io.github.rustffi;

import io.github.rustffi.internal.LocalFile;
import io.github.rustffi.internal.Natives;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The named arrays in a file of NumPy's format {@code .npz}, as {@code numpy.savez} and {@code numpy.savez_compressed}
 * write it.
 *
 * <pre>{@code
 * Npz.builder().add("weights", matrix).add("labels", longs).write(Path.of("model.npz"));
 *
 * try (Npz npz = Npz.open(Path.of("model.npz"))) {
 *     Matrix weights = npz.matrix("weights");
 *     long[] labels = npz.longs("labels");
 * }
 * }</pre>
 *
 * <p>An array is read when it is asked for, and its checksum is compared. It is converted as {@link Matrix#readNpy} and
 * {@link Vectors#readNpy} do it. The archive may be used from any number of threads. After {@link #close()} no array
 * can be read: that is an {@link IllegalStateException}.
 *
 * <p>Every method throws a {@link NullPointerException} naming an argument that is null. What begins with a file throws
 * the {@link UnsatisfiedLinkError} of {@link NativeLibrary#load()} where the native library cannot be loaded.
 */
public final class Npz implements AutoCloseable {
    private static final String SUFFIX = ".npy";

    /** Bytes within which the values of an array begin: {@code MAX_START} in npy/mod.rs. */
    private static final int MOST_BEFORE_VALUES = 65_548;

    /** Bytes that are converted at once: a multiple of every type's. */
    private static final int PIECE = 1 << 16;

    /** Bytes of a result for which memory is asked before the archive has shown that it has the values. */
    private static final long SMALL = 1 << 24;

    /** Bytes of the longest name that leaves room for its suffix. */
    private static final int LONGEST_NAME = 65_531;

    private final String path;
    private final long length;
    private final ZipFile zip;
    private final List<String> names;

    private Npz(String path, long length, ZipFile zip) {
        this.path = path;
        this.length = length;
        this.zip = zip;
        names = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .toList();
    }

    /**
     * Opens a file, and reads which arrays there are.
     *
     * @param file the file
     * @return the arrays
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read, or is not an archive; the message has its name
     * @throws UnsupportedOperationException if the file is not one of the default file system
     */
    public static Npz open(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        NativeLibrary.load();
        String path = LocalFile.path(file);
        File opened = new File(path);
        if (Files.exists(file) && !opened.isFile()) {
            throw unusable(path, "it is not a regular file", null);
        }
        try {
            // Its length first: an archive that grows meanwhile is refused, and never believed.
            long length = Files.size(opened.toPath());
            return new Npz(path, length, new ZipFile(opened));
        } catch (ZipException | EOFException e) {
            String problem = e.getMessage() == null ? "it ends early" : e.getMessage();
            throw unusable(path, "it is not an archive of arrays: " + problem, e);
        }
    }

    /**
     * Returns a builder of a file.
     *
     * @return a builder without arrays
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the names of the arrays, in the order of the archive.
     *
     * @return the names, an unmodifiable list
     */
    public List<String> names() {
        return names;
    }

    /**
     * Returns an array of two dimensions, converted as {@link Matrix#readNpy} does it.
     *
     * @param name the name of the array
     * @return the matrix
     * @throws IllegalArgumentException if there is no array of this name
     * @throws IOException if the archive cannot be read or is damaged, or the array is another one or has a value that
     *     cannot be converted; the message has the names of both
     */
    public Matrix matrix(String name) throws IOException {
        Member member = member(name, 2);
        double[] values = member.doubles();
        if (member.isFortranOrder()) {
            return new Matrix(member.columns(), member.rows(), values).transpose();
        }
        return new Matrix(member.rows(), member.columns(), values);
    }

    /**
     * Returns an array of one dimension as doubles, converted as {@link Vectors#readNpy} does it.
     *
     * @param name the name of the array
     * @return the values
     * @throws IllegalArgumentException if there is no array of this name
     * @throws IOException as for {@link #matrix}
     */
    public double[] doubles(String name) throws IOException {
        return member(name, 1).doubles();
    }

    /**
     * Returns an array of one dimension as floats, converted as {@link Vectors#readNpyFloats} does it.
     *
     * @param name the name of the array
     * @return the values
     * @throws IllegalArgumentException if there is no array of this name
     * @throws IOException as for {@link #matrix}
     */
    public float[] floats(String name) throws IOException {
        return member(name, 1).floats();
    }

    /**
     * Returns an array of two dimensions as floats, converted as {@link FloatMatrix#readNpy} does it.
     *
     * @param name the name of the array
     * @return the matrix
     * @throws IllegalArgumentException if there is no array of this name
     * @throws IOException as for {@link #matrix}
     */
    public FloatMatrix floatMatrix(String name) throws IOException {
        Member member = member(name, 2);
        float[] values = member.floats();
        if (member.isFortranOrder()) {
            return new FloatMatrix(member.columns(), member.rows(), values).transpose();
        }
        return new FloatMatrix(member.rows(), member.columns(), values);
    }

    /**
     * Returns an array of one dimension as longs, converted as {@link Vectors#readNpyLongs} does it.
     *
     * @param name the name of the array
     * @return the values
     * @throws IllegalArgumentException if there is no array of this name
     * @throws IOException as for {@link #matrix}
     */
    public long[] longs(String name) throws IOException {
        Member member = member(name, 1);
        long[] values = new long[member.count(Long.BYTES)];
        member.read((first, bytes, count) -> Natives.npyLongs(
                member.label, member.start, member.length, member.dimensions, first, bytes, count, values));
        return values;
    }

    /**
     * Closes the file, unless that has happened already.
     *
     * @throws IOException if the system fails to close it
     */
    @Override
    public void close() throws IOException {
        zip.close();
    }

    private Member member(String name, int dimensions) throws IOException {
        Objects.requireNonNull(name, "name");
        ZipEntry entry;
        try {
            entry = zip.getEntry(name + SUFFIX);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("the archive is closed", e);
        }
        if (entry == null) {
            throw new IllegalArgumentException("no array is named \"" + name + "\" in " + path);
        }
        return new Member(entry, dimensions);
    }

    private static IOException unusable(String path, String problem, Exception cause) {
        return new IOException("cannot use " + path + ": " + problem, cause);
    }

    /**
     * Converts the first bytes of a piece, of which the first value has a number, and returns how many values they are.
     */
    private interface Conversion {
        int convert(int first, byte[] bytes, int count) throws IOException;
    }

    /** An array, of which the header is known. */
    private final class Member {
        private final ZipEntry entry;
        private final int dimensions;
        private final String label;
        private final long length;
        private final byte[] start;
        private final int[] header = new int[3];
        private final int offset;

        Member(ZipEntry entry, int dimensions) throws IOException {
            this.entry = entry;
            this.dimensions = dimensions;
            label = path + "!/" + entry.getName();
            length = entry.getSize();
            boolean isStored = entry.getMethod() == ZipEntry.STORED;
            long packed = entry.getCompressedSize();
            if (length < 0 || packed < 0 || packed > Npz.this.length || isStored && packed != length) {
                throw unusable(label, "the archive says more bytes than it has", null);
            }
            byte[] beginning;
            try (InputStream in = stream()) {
                beginning = read(in, (int) Math.min(length, MOST_BEFORE_VALUES));
            }
            offset = Natives.npyHeader(label, beginning, length, dimensions, header);
            // Each piece is converted with a copy of this.
            start = Arrays.copyOf(beginning, offset);
        }

        int rows() {
            return header[0];
        }

        int columns() {
            return header[1];
        }

        boolean isFortranOrder() {
            return header[2] == 1;
        }

        /** Returns how many values there are. Where memory for them is a lot, the archive is known to have them. */
        int count(int bytes) throws IOException {
            int count = rows() * columns();
            if (entry.getMethod() != ZipEntry.STORED && (long) count * bytes > SMALL) {
                read((first, piece, read) -> 0);
            }
            return count;
        }

        double[] doubles() throws IOException {
            double[] values = new double[count(Double.BYTES)];
            read((first, bytes, count) ->
                    Natives.npyDoubles(label, start, length, dimensions, first, bytes, count, values));
            return values;
        }

        float[] floats() throws IOException {
            float[] values = new float[count(Float.BYTES)];
            read((first, bytes, count) ->
                    Natives.npyFloats(label, start, length, dimensions, first, bytes, count, values));
            return values;
        }

        /** Reads all values, a piece at a time, and compares the checksum. */
        void read(Conversion conversion) throws IOException {
            CRC32 checksum = new CRC32();
            try (InputStream in = new CheckedInputStream(stream(), checksum)) {
                read(in, offset);
                int first = 0;
                for (long left = length - offset; left > 0; ) {
                    byte[] bytes = read(in, (int) Math.min(left, PIECE));
                    first += conversion.convert(first, bytes, bytes.length);
                    left -= bytes.length;
                }
                requireEnd(in);
            }
            if (checksum.getValue() != entry.getCrc()) {
                throw unusable(label, "its checksum is not that of its bytes", null);
            }
        }

        private InputStream stream() throws IOException {
            try {
                return zip.getInputStream(entry);
            } catch (IllegalStateException e) {
                throw new IllegalStateException("the archive is closed", e);
            } catch (IOException e) {
                throw unusable(label, e.getMessage(), e);
            }
        }

        private byte[] read(InputStream in, int count) throws IOException {
            byte[] bytes;
            try {
                bytes = in.readNBytes(count);
            } catch (EOFException e) {
                throw unusable(label, "it ends early", e);
            } catch (IOException e) {
                throw unusable(label, e.getMessage(), e);
            }
            if (bytes.length < count) {
                throw unusable(label, "it ends early", null);
            }
            return bytes;
        }

        private void requireEnd(InputStream in) throws IOException {
            int next;
            try {
                next = in.read();
            } catch (IOException e) {
                throw unusable(label, e.getMessage(), e);
            }
            if (next >= 0) {
                throw unusable(label, "it goes on after its end", null);
            }
        }
    }

    /**
     * Arrays that are to be written to a file, in the order in which they were added. The arrays are not copied: what
     * is in them when they are written is written.
     */
    public static final class Builder {
        private final Map<String, Content> arrays = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a matrix, to be written as float64 of two dimensions.
         *
         * @param name its name
         * @param a the matrix
         * @return this builder
         * @throws IllegalArgumentException if there is an array of this name already, or an archive cannot have it: it
         *     is longer than 65,531 bytes in UTF-8, or has an unpaired surrogate
         */
        public Builder add(String name, Matrix a) {
            Objects.requireNonNull(a, "a");
            int[] shape = {a.rows(), a.columns()};
            return add(name, new Content(0, shape, Double.BYTES, doubles(a.values())));
        }

        /**
         * Adds a matrix of floats, to be written as float32 of two dimensions.
         *
         * @param name its name
         * @param a the matrix
         * @return this builder
         * @throws IllegalArgumentException if there is an array of this name already, or an archive cannot have it: it
         *     is longer than 65,531 bytes in UTF-8, or has an unpaired surrogate
         */
        public Builder add(String name, FloatMatrix a) {
            Objects.requireNonNull(a, "a");
            int[] shape = {a.rows(), a.columns()};
            return add(name, new Content(1, shape, Float.BYTES, floats(a.values())));
        }

        /**
         * Adds doubles, to be written as float64 of one dimension.
         *
         * @param name their name
         * @param x the doubles
         * @return this builder
         * @throws IllegalArgumentException if there is an array of this name already, or an archive cannot have it: it
         *     is longer than 65,531 bytes in UTF-8, or has an unpaired surrogate
         */
        public Builder add(String name, double[] x) {
            Objects.requireNonNull(x, "x");
            return add(name, new Content(0, new int[] {x.length}, Double.BYTES, doubles(x)));
        }

        /**
         * Adds floats, to be written as float32 of one dimension.
         *
         * @param name their name
         * @param x the floats
         * @return this builder
         * @throws IllegalArgumentException if there is an array of this name already, or an archive cannot have it: it
         *     is longer than 65,531 bytes in UTF-8, or has an unpaired surrogate
         */
        public Builder add(String name, float[] x) {
            Objects.requireNonNull(x, "x");
            return add(name, new Content(1, new int[] {x.length}, Float.BYTES, floats(x)));
        }

        /**
         * Adds longs, to be written as int64 of one dimension.
         *
         * @param name their name
         * @param x the longs
         * @return this builder
         * @throws IllegalArgumentException if there is an array of this name already, or an archive cannot have it: it
         *     is longer than 65,531 bytes in UTF-8, or has an unpaired surrogate
         */
        public Builder add(String name, long[] x) {
            Objects.requireNonNull(x, "x");
            Values values = (from, count, to) -> to.asLongBuffer().put(x, from, count);
            return add(name, new Content(2, new int[] {x.length}, Long.BYTES, values));
        }

        private static Values doubles(double[] x) {
            return (from, count, to) -> to.asDoubleBuffer().put(x, from, count);
        }

        private static Values floats(float[] x) {
            return (from, count, to) -> to.asFloatBuffer().put(x, from, count);
        }

        private Builder add(String name, Content content) {
            Objects.requireNonNull(name, "name");
            int bytes;
            try {
                CharBuffer characters = CharBuffer.wrap(name);
                bytes = StandardCharsets.UTF_8.newEncoder().encode(characters).remaining();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("the name of an array has an unpaired surrogate", e);
            }
            if (bytes > LONGEST_NAME) {
                throw new IllegalArgumentException(
                        "the name of an array must have at most " + LONGEST_NAME + " bytes in UTF-8, but has " + bytes);
            }
            if (arrays.putIfAbsent(name, content) != null) {
                throw new IllegalArgumentException("two arrays are named \"" + name + "\"");
            }
            return this;
        }

        /**
         * Writes the arrays as they are, as {@code numpy.savez} does. A file that is there already is replaced as a
         * whole: it is never seen half written. The same arrays give the same bytes.
         *
         * @param file the file
         * @throws NoSuchFileException if there is no such directory
         * @throws IOException if the file cannot be written; the message has its name
         * @throws UnsupportedOperationException if the file is not one of the default file system
         */
        public void write(Path file) throws IOException {
            write(file, ZipEntry.STORED);
        }

        /**
         * Writes the arrays compressed, as {@code numpy.savez_compressed} does, and else as {@link #write}.
         *
         * @param file the file
         * @throws NoSuchFileException if there is no such directory
         * @throws IOException if the file cannot be written; the message has its name
         * @throws UnsupportedOperationException if the file is not one of the default file system
         */
        public void writeCompressed(Path file) throws IOException {
            write(file, ZipEntry.DEFLATED);
        }

        private void write(Path file, int method) throws IOException {
            Objects.requireNonNull(file, "file");
            NativeLibrary.load();
            LocalFile.replace(LocalFile.path(file), new Archive(arrays, method));
        }
    }

    /** An archive to be written. */
    private record Archive(Map<String, Content> arrays, int method) implements LocalFile.Content {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                for (Map.Entry<String, Content> array : arrays.entrySet()) {
                    ZipEntry entry = new ZipEntry(array.getKey() + SUFFIX);
                    entry.setMethod(method);
                    // That of every file that numpy.savez writes.
                    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                    if (method == ZipEntry.STORED) {
                        Checksum checksum = new Checksum();
                        array.getValue().writeTo(checksum);
                        entry.setSize(checksum.length);
                        entry.setCrc(checksum.crc.getValue());
                    }
                    zip.putNextEntry(entry);
                    array.getValue().writeTo(zip);
                    zip.closeEntry();
                }
            }
        }
    }

    /** Puts values into a buffer. */
    private interface Values {
        void put(int from, int count, ByteBuffer to);
    }

    /**
     * An array to be written.
     *
     * @param kind its type, see {@link Natives#npyStart}
     * @param width the bytes of a value
     */
    private record Content(int kind, int[] shape, int width, Values values) {
        void writeTo(OutputStream out) throws IOException {
            out.write(Natives.npyStart(kind, shape));
            ByteBuffer piece = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
            int count = shape.length == 2 ? shape[0] * shape[1] : shape[0];
            int from = 0;
            while (from < count) {
                int together = Math.min(PIECE / width, count - from);
                values.put(from, together, piece);
                out.write(piece.array(), 0, together * width);
                from += together;
            }
        }
    }

    /** Counts what is written, and nothing more. */
    private static final class Checksum extends OutputStream {
        private final CRC32 crc = new CRC32();
        private long length;

        @Override
        public void write(int b) {
            crc.update(b);
            length++;
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            crc.update(bytes, from, count);
            length += count;
        }
    }
}
