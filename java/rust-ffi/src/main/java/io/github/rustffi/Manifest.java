package io.github.rustffi;

import io.github.rustffi.VectorIndex.Metric;
import io.github.rustffi.VectorIndex.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * What an index in a directory consists of. It is text, of lines that end with a line feed:
 *
 * <pre>
 * rust-ffi-index 1
 * metric COSINE
 * dimension 384
 * size 1002
 * next-id 1005
 * next-segment 4
 * segment 1 vectors 1000 tombstones 0
 * part segment-1-vectors.npy bytes 1536128 crc32 5d2a1f00
 * part segment-1-ids.npy bytes 8128 crc32 00c1a3e7
 * segment 3 vectors 5 tombstones 3
 * part segment-3-vectors.npy bytes 7808 crc32 1b3f5e9a
 * part segment-3-ids.npy bytes 168 crc32 77e0aa12
 * part segment-3-tombstones.npy bytes 152 crc32 c0ffee01
 * crc32 8e2f5a61
 * </pre>
 *
 * <p>Where the vectors are stored in half precision, the version is 2, and a line {@code storage FLOAT16} comes after
 * that of the metric.
 *
 * <p>A vector is there where no later segment has a tombstone of its id. The first line has the version; the last one,
 * which every version has, the checksum of all bytes before it. A version that adds lines, such as further parts, has
 * another number: in version 2, a segment may have codes. Its line ends with their version then, and three more parts
 * follow:
 *
 * <pre>
 * segment 1 vectors 10000 tombstones 0 codes 1
 * …
 * part segment-1-codes.npy bytes 3840128 crc32 0badc0de
 * part segment-1-bounds.npy bytes 200128 crc32 5eed5eed
 * part segment-1-centre.npy bytes 1664 crc32 0000ace5
 * </pre>
 *
 * <p>Codes of another version are not read, and made anew.
 *
 * @param metric the measure of similarity
 * @param storage how the vectors are stored
 * @param dimension the number of values of a vector
 * @param size the number of vectors that are there
 * @param nextId the least id that the next vector without one gets, not signed
 * @param nextSegment a number that no segment has had
 * @param segments what the saves have written, the oldest first
 */
record Manifest(
        Metric metric,
        Storage storage,
        int dimension,
        long size,
        long nextId,
        long nextSegment,
        List<Segment> segments) {
    /** The name of the file. */
    static final String NAME = "manifest";

    /** The kinds of a part, as Rust numbers them. */
    static final int VECTORS = 0;

    static final int IDS = 1;
    static final int TOMBSTONES = 2;
    static final int CODES = 3;
    static final int BOUNDS = 4;
    static final int CENTRE = 5;

    /** The version of codes that this release writes and reads. */
    static final int CODES_VERSION = 1;

    private static final String TITLE = "rust-ffi-index ";
    private static final String VERSION = "1";

    /** The version with a storage, or with codes. */
    private static final String EXTENDED = "2";

    private static final String FLOAT16 = "storage FLOAT16";
    private static final String CHECKSUM = "crc32 ";

    /**
     * What one save has written.
     *
     * @param number its number
     * @param vectors how many vectors it has
     * @param tombstones how many ids are gone from earlier segments
     * @param codes the version of the codes of its vectors; 0 if it has none
     * @param parts its files: vectors and their ids unless there are none, tombstones if there are any, and codes,
     *     their bounds and their centre if there are codes
     */
    record Segment(long number, long vectors, long tombstones, int codes, List<Part> parts) {
        /** Returns the kind of each part. */
        static int[] kinds(long vectors, long tombstones, int codes) {
            boolean[] are = {vectors > 0, vectors > 0, tombstones > 0, codes > 0, codes > 0, codes > 0};
            int[] kinds = new int[are.length];
            int count = 0;
            for (int kind = 0; kind < are.length; kind++) {
                if (are[kind]) {
                    kinds[count++] = kind;
                }
            }
            return Arrays.copyOf(kinds, count);
        }

        /** Returns the kind of each part. */
        int[] kinds() {
            return kinds(vectors, tombstones, codes);
        }
    }

    /**
     * A file.
     *
     * @param name its name
     * @param bytes its length
     * @param checksum its CRC-32
     */
    record Part(String name, long bytes, int checksum) {
        static String name(long segment, int kind) {
            return "segment-" + segment + "-" + word(kind) + ".npy";
        }

        /** Returns what a part is called. No array: an initializer that failed would not be tried again. */
        private static String word(int kind) {
            return switch (kind) {
                case VECTORS -> "vectors";
                case IDS -> "ids";
                case TOMBSTONES -> "tombstones";
                case CODES -> "codes";
                case BOUNDS -> "bounds";
                default -> "centre";
            };
        }
    }

    Manifest {
        segments = List.copyOf(segments);
    }

    /**
     * Returns whether both are the same in a file. What the JDK generates for records would keep the class loader of
     * the first one that is compared (seen on 17).
     */
    @Override
    public boolean equals(Object object) {
        return object instanceof Manifest other && Arrays.equals(bytes(), other.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }

    /** Returns the number of vectors, ids or values in a part of a segment. */
    long count(Segment segment, int kind) {
        return switch (kind) {
            case TOMBSTONES -> segment.tombstones;
            case CENTRE -> dimension;
            default -> segment.vectors;
        };
    }

    private boolean hasCodes() {
        return segments.stream().anyMatch(segment -> segment.codes > 0);
    }

    /** Returns the same with another next number. */
    Manifest numbered(long next) {
        return new Manifest(metric, storage, dimension, size, nextId, next, segments);
    }

    /** Returns its bytes. */
    byte[] bytes() {
        boolean isHalf = storage == Storage.FLOAT16;
        StringBuilder text = new StringBuilder(TITLE).append(isHalf || hasCodes() ? EXTENDED : VERSION);
        text.append("\nmetric ").append(metric);
        if (isHalf) {
            text.append('\n').append(FLOAT16);
        }
        text.append("\ndimension ").append(dimension);
        text.append("\nsize ").append(size);
        text.append("\nnext-id ").append(Long.toUnsignedString(nextId));
        text.append("\nnext-segment ").append(nextSegment).append('\n');
        for (Segment segment : segments) {
            text.append("segment ").append(segment.number);
            text.append(" vectors ").append(segment.vectors);
            text.append(" tombstones ").append(segment.tombstones);
            if (segment.codes > 0) {
                text.append(" codes ").append(segment.codes);
            }
            text.append('\n');
            for (Part part : segment.parts) {
                text.append("part ").append(part.name).append(" bytes ").append(part.bytes);
                text.append(" crc32 ").append(hex(part.checksum)).append('\n');
            }
        }
        byte[] content = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        text.append(CHECKSUM).append(hex(checksum(content, content.length))).append('\n');
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static String hex(int checksum) {
        return String.format("%08x", checksum);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Returns the manifest that a file holds.
     *
     * @throws IOException if it is damaged, or of another version
     */
    static Manifest of(Path file, byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!text.startsWith(TITLE)) {
            throw IndexDirectory.unusable(file, "it does not begin as the manifest of an index does");
        }
        int last = text.lastIndexOf("\n" + CHECKSUM) + 1;
        String expected = CHECKSUM + hex(checksum(bytes, last)) + "\n";
        if (!text.substring(last).equals(expected)) {
            throw IndexDirectory.unusable(file, "it is damaged: its checksum is not that of what is in it");
        }
        String version = text.substring(TITLE.length(), text.indexOf('\n'));
        if (!version.equals(VERSION) && !version.equals(EXTENDED)) {
            throw IndexDirectory.unusable(
                    file,
                    "it is of version " + version + ", and this release reads versions " + VERSION + " and "
                            + EXTENDED);
        }
        Manifest manifest;
        try {
            manifest = parse(text.substring(0, last).split("\n"));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw IndexDirectory.unusable(file, "it is not as an index writes it: " + e.getMessage());
        }
        if (!Arrays.equals(manifest.bytes(), bytes)) {
            throw IndexDirectory.unusable(file, "it is not as an index writes it");
        }
        return manifest;
    }

    private static Manifest parse(String[] lines) {
        Metric metric = Metric.valueOf(after(lines[1], "metric "));
        int line = 2;
        Storage storage = lines[line].equals(FLOAT16) ? Storage.FLOAT16 : Storage.FLOAT32;
        line += storage.ordinal();
        int dimension = Integer.parseInt(after(lines[line++], "dimension "));
        if (dimension < 1) {
            throw new IllegalArgumentException("\"" + lines[line - 1] + "\"");
        }
        long size = Long.parseLong(after(lines[line++], "size "));
        long nextId = Long.parseUnsignedLong(after(lines[line++], "next-id "));
        long nextSegment = Long.parseLong(after(lines[line++], "next-segment "));
        List<Segment> segments = new ArrayList<>();
        while (line < lines.length) {
            String[] words = after(lines[line++], "segment ").split(" ");
            long number = Long.parseLong(words[0]);
            long vectors = Long.parseLong(words[2]);
            long tombstones = Long.parseLong(words[4]);
            int codes = words.length > 5 ? Integer.parseInt(words[6]) : 0;
            List<Part> parts = new ArrayList<>();
            for (int kind : Segment.kinds(vectors, tombstones, codes)) {
                String name = Part.name(number, kind);
                String[] rest = after(lines[line++], "part " + name + " bytes ").split(" ");
                parts.add(new Part(name, Long.parseLong(rest[0]), Integer.parseUnsignedInt(rest[2], 16)));
            }
            segments.add(new Segment(number, vectors, tombstones, codes, List.copyOf(parts)));
        }
        return new Manifest(metric, storage, dimension, size, nextId, nextSegment, segments);
    }

    private static String after(String line, String start) {
        if (!line.startsWith(start)) {
            throw new IllegalArgumentException("\"" + line + "\" instead of \"" + start + "\"");
        }
        return line.substring(start.length());
    }
}
