package io.github.rustffi.text;

import io.github.rustffi.internal.LocalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of texts in the directory of an index: the first line {@code rust-ffi-texts 1}, and then the records of
 * {@link Encoding}.
 *
 * <p>It is only appended to, and forced to the disk before the manifest of the index is replaced by one that knows the
 * new vectors. So the manifest alone says what is in the store: a record counts if the index has a vector of its
 * number, and if there are several, the last of them does. A number is not given twice by indexes that have been saved.
 * Records at the end that a save has left which did not come to replace the manifest have numbers that the index has
 * not given yet; they are overwritten.
 *
 * <p>When more than half of it no longer counts, the records that do are written to another file, which takes its place
 * after a save: it has all that the manifest knows. A reader that has the manifest before that one finds texts missing,
 * and begins again with the new one.
 */
final class TextFile implements AutoCloseable {
    static final String NAME = "texts";

    private static final String NEW = "texts.tmp";
    private static final byte[] TITLE = "rust-ffi-texts 1\n".getBytes(StandardCharsets.US_ASCII);

    /** As long as it is shorter, nothing is written anew. */
    private static final long SMALL = 1 << 20;

    private static final int BUFFER = 1 << 18;

    private final Path directory;
    private FileChannel channel;

    /** Where the next record is written. */
    private long end;

    private TextFile(Path directory, FileChannel channel, long end) {
        this.directory = directory;
        this.channel = channel;
        this.end = end;
    }

    /** Returns the exception that says what is wrong with a file. */
    static IOException unusable(Path file, String problem) {
        return new IOException("cannot use " + file + ": " + problem);
    }

    /** What has been read: the row of each number, and where a next record would be written. */
    static final class Content {
        /** The rows in the order of the numbers; null where there is none. */
        final @Nullable Row[] rows;

        long end;

        /** What is wrong with the first record that cannot be read; null if nothing is. */
        @Nullable
        String damage;

        Content(int count) {
            this.rows = new Row[count];
        }

        int missing() {
            int place = 0;
            while (place < rows.length && rows[place] != null) {
                place++;
            }
            return place < rows.length ? place : -1;
        }
    }

    /**
     * Reads the texts of vectors.
     *
     * @param numbers the numbers of the vectors, in ascending order
     * @param next the number that the index gives next
     */
    static Content read(Path directory, long[] numbers, long next) throws IOException {
        Path file = directory.resolve(NAME);
        Content content = new Content(numbers.length);
        if (!Files.exists(file)) {
            if (numbers.length > 0) {
                throw unusable(file, "there is an index of " + numbers.length + " vectors, but no such file");
            }
            return content;
        }
        Map<String, String> keys = new HashMap<>();
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
            buffer.limit(0);
            buffer = fill(channel, buffer, TITLE.length);
            if (buffer.remaining() < TITLE.length && isTitle(buffer, buffer.remaining())) {
                // It has just been created.
                content.damage = "it ends within its first line";
                return content;
            }
            if (!isTitle(buffer, TITLE.length)) {
                throw unusable(file, "it does not begin as a file of texts of version 1 does");
            }
            buffer.position(buffer.position() + TITLE.length);
            long at = TITLE.length;
            content.end = at;
            while (at < size) {
                buffer = fill(channel, buffer, Encoding.HEAD);
                int length = buffer.remaining() < Encoding.HEAD ? -1 : buffer.getInt(buffer.position());
                if (length < Encoding.SHORTEST || length > size - at - Encoding.HEAD) {
                    content.damage = "at byte " + at + " there is no whole record";
                    break;
                }
                buffer = fill(channel, buffer, Encoding.HEAD + length);
                if (buffer.remaining() < Encoding.HEAD + length) {
                    content.damage = "at byte " + at + " it ends within a record";
                    break;
                }
                int checksum = buffer.getInt(buffer.position() + 4);
                ByteBuffer body =
                        buffer.slice(buffer.position() + Encoding.HEAD, length).order(ByteOrder.LITTLE_ENDIAN);
                if (Encoding.checksum(body) != checksum) {
                    content.damage = "the record at byte " + at + " has another checksum than what is in it";
                    break;
                }
                buffer.position(buffer.position() + Encoding.HEAD + length);
                long number = Encoding.number(body);
                int place = Arrays.binarySearch(numbers, number);
                if (place >= 0) {
                    try {
                        content.rows[place] = Encoding.row(body, keys);
                    } catch (IllegalArgumentException e) {
                        throw unusable(
                                file, "the record at byte " + at + " is not as it is written: " + e.getMessage());
                    }
                }
                at += Encoding.HEAD + length;
                if (number < next) {
                    content.end = at;
                }
            }
        }
        return content;
    }

    private static boolean isTitle(ByteBuffer buffer, int length) {
        int at = buffer.arrayOffset() + buffer.position();
        return buffer.remaining() >= length && Arrays.equals(buffer.array(), at, at + length, TITLE, 0, length);
    }

    /** Returns a buffer that has so many bytes, or all that are left of the file. */
    private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, int count) throws IOException {
        if (buffer.remaining() >= count) {
            return buffer;
        }
        ByteBuffer filled = buffer;
        if (count > buffer.capacity()) {
            filled = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN).put(buffer);
        } else {
            filled.compact();
        }
        while (filled.position() < count && channel.read(filled) >= 0) {
            // There is more.
        }
        return filled.flip();
    }

    /**
     * Opens the file to append to it, and creates it if there is none.
     *
     * @param end where the next record is to be written, or 0 if there is not even a first line
     */
    static TextFile open(Path directory, long end) throws IOException {
        Files.deleteIfExists(directory.resolve(NEW));
        FileChannel channel =
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean isOpen = false;
        try {
            if (end == 0) {
                writeTo(channel, ByteBuffer.wrap(TITLE), 0);
                channel.force(true);
                LocalFile.force(directory);
            }
            isOpen = true;
            return new TextFile(directory, channel, Math.max(end, TITLE.length));
        } finally {
            if (!isOpen) {
                channel.close();
            }
        }
    }

    private static void writeTo(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Writes rows behind one another from a place on, and returns where they end. */
    private static long write(FileChannel channel, List<Row> rows, long from) throws IOException {
        Encoding encoding = new Encoding();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long at = from;
        for (Row row : rows) {
            ByteBuffer bytes = encoding.record(row);
            row.bytes = bytes.remaining();
            if (bytes.remaining() > buffer.remaining()) {
                buffer.flip();
                int count = buffer.remaining();
                writeTo(channel, buffer, at);
                at += count;
                buffer.clear();
            }
            if (bytes.remaining() > buffer.capacity()) {
                int count = bytes.remaining();
                writeTo(channel, bytes, at);
                at += count;
            } else {
                buffer.put(bytes);
            }
        }
        buffer.flip();
        int count = buffer.remaining();
        writeTo(channel, buffer, at);
        return at + count;
    }

    /**
     * Requires that the directory still has what has been written.
     *
     * @throws IOException if somebody has removed the file or cut it off, so that what is appended would be lost
     */
    void requireThere() throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            throw unusable(file, "it has been removed while the store was open");
        }
        long size = Files.size(file);
        if (size < end) {
            throw unusable(file, "it has " + size + " bytes, but " + end + " have been written");
        }
    }

    /** Appends rows and forces them to the disk. If that fails, the next ones are written in their place. */
    void append(List<Row> rows) throws IOException {
        if (!channel.isOpen()) {
            // A thread was interrupted while it wrote.
            channel = FileChannel.open(directory.resolve(NAME), StandardOpenOption.WRITE);
        }
        if (channel.size() > end) {
            channel.truncate(end);
        }
        long next = write(channel, rows, end);
        channel.force(true);
        end = next;
    }

    /** Returns whether less than half of the file counts. */
    boolean isSparse(long counting) {
        return end > SMALL && counting < end / 2;
    }

    /** Writes rows, all that the manifest knows, to another file, and has it take the place of this one. */
    void rewrite(List<Row> rows) throws IOException {
        Path temporary = directory.resolve(NEW);
        long next;
        try (FileChannel file = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeTo(file, ByteBuffer.wrap(TITLE), 0);
            next = write(file, rows, TITLE.length);
            file.force(true);
        }
        // Windows lets no file that is open be replaced.
        channel.close();
        try {
            LocalFile.rename(temporary, directory.resolve(NAME));
            end = next;
        } finally {
            channel = FileChannel.open(directory.resolve(NAME), StandardOpenOption.WRITE);
        }
        LocalFile.force(directory);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // What counts has been forced to the disk.
        }
    }
}
