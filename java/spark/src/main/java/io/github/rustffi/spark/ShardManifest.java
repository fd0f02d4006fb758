package io.github.rustffi.spark;

import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a sharded index consists of. It is text, of lines that end with a line feed:
 *
 * <pre>
 * rust-ffi-sharded-index 1
 * metric COSINE
 * dimension 384
 * shard shard-2f0c… vectors 1000 sha256 5d2a…
 * file manifest
 * file segment-1-ids.npy
 * file segment-1-vectors.npy
 * removal removal-77e0… ids 3 sha256 00c1…
 * shard shard-9b1d… vectors 5 sha256 c0ff…
 * file manifest
 * …
 * sha256 8e2f…
 * </pre>
 *
 * <p>A removal concerns the shards above it, not those below. The last line has the checksum of all bytes before it.
 *
 * @param metric the measure of similarity
 * @param dimension the number of values of a vector
 * @param entries shards and removals, the oldest first
 */
record ShardManifest(Metric metric, int dimension, List<Object> entries) {
    private static final String TITLE = "rust-ffi-sharded-index ";
    private static final String VERSION = "1";
    private static final String CHECKSUM = "sha256 ";

    ShardManifest {
        entries = List.copyOf(entries);
    }

    ShardManifest with(Stream<?> more) {
        return new ShardManifest(
                metric, dimension, Stream.<Object>concat(entries.stream(), more).toList());
    }

    List<Shard> shards() {
        return entries.stream()
                .filter(Shard.class::isInstance)
                .map(Shard.class::cast)
                .toList();
    }

    /** Returns what has been removed since a shard was added. */
    List<Removal> since(Shard shard) {
        return entries.subList(entries.indexOf(shard) + 1, entries.size()).stream()
                .filter(Removal.class::isInstance)
                .map(Removal.class::cast)
                .toList();
    }

    byte[] bytes() {
        StringBuilder text = new StringBuilder(TITLE).append(VERSION);
        text.append("\nmetric ")
                .append(metric)
                .append("\ndimension ")
                .append(dimension)
                .append('\n');
        for (Object entry : entries) {
            if (entry instanceof Shard shard) {
                text.append("shard ").append(shard.name).append(" vectors ").append(shard.vectors);
                text.append(" sha256 ").append(shard.sha256).append('\n');
                for (String file : shard.files) {
                    text.append("file ").append(file).append('\n');
                }
            } else {
                Removal removal = (Removal) entry;
                text.append("removal ").append(removal.name).append(" ids ").append(removal.ids);
                text.append(" sha256 ").append(removal.sha256).append('\n');
            }
        }
        byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
        return text.append(CHECKSUM)
                .append(ShardFiles.sha256(content))
                .append('\n')
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the manifest that a file holds.
     *
     * @throws IOException if it is damaged, or of another version
     */
    static ShardManifest of(String file, byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.startsWith(TITLE)) {
            throw new IOException(file + ": it does not begin as the manifest of a sharded index does");
        }
        int last = text.lastIndexOf("\n" + CHECKSUM) + 1;
        String content = text.substring(0, last);
        String expected = CHECKSUM + ShardFiles.sha256(content.getBytes(StandardCharsets.UTF_8)) + "\n";
        if (!text.substring(last).equals(expected)) {
            throw new IOException(file + ": it is damaged: its checksum is not that of what is in it");
        }
        String version = content.substring(TITLE.length(), content.indexOf('\n'));
        if (!version.equals(VERSION)) {
            throw new IOException(
                    file + ": it is of version " + version + ", and this release reads version " + VERSION);
        }
        ShardManifest manifest;
        try {
            manifest = parse(content.split("\n"));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + ": it is not as a sharded index writes it: " + e.getMessage(), e);
        }
        if (!Arrays.equals(manifest.bytes(), bytes)) {
            throw new IOException(file + ": it is not as a sharded index writes it");
        }
        return manifest;
    }

    private static ShardManifest parse(String[] lines) {
        Metric metric = Metric.valueOf(lines[1].split(" ")[1]);
        int dimension = Integer.parseInt(lines[2].split(" ")[1]);
        List<Object> entries = new ArrayList<>();
        int line = 3;
        while (line < lines.length) {
            String[] words = lines[line++].split(" ");
            String name = requireName(words[1]);
            long count = Long.parseLong(words[3]);
            if (words[0].equals("removal")) {
                entries.add(new Removal(name, count, requireName(words[5])));
                continue;
            }
            List<String> files = new ArrayList<>();
            while (line < lines.length && lines[line].startsWith("file ")) {
                files.add(requireName(lines[line++].substring("file ".length())));
            }
            entries.add(new Shard(name, count, requireName(words[5]), files.toArray(new String[0])));
        }
        return new ShardManifest(metric, dimension, entries);
    }

    /** Returns a name that leads nowhere else. */
    private static String requireName(String name) {
        if (!name.matches("[0-9A-Za-z][-.0-9A-Za-z]*")) {
            throw new IllegalArgumentException("the name \"" + name + "\"");
        }
        return name;
    }
}
