package io.github.rustffi.internal;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.CodeSource;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The library that the jar holds for one platform, and its file in a directory.
 *
 * <p>A file is trusted for where it is: in directories that only this user or root can write to. Its checksum, which a
 * start can afford to compute, guards against accidents: a truncated write, a full disk, a bad sector.
 */
final class Library {
    /** The number of files that are kept of one library, for as many class loaders of a JVM at the same time. */
    static final int COPIES = 32;

    private static final long DAY = 24 * 60 * 60 * 1000L;

    private final String resource;
    private final String sha256;
    private final long crc32;
    private final long size;

    private Library(String resource, String sha256, long crc32, long size) {
        this.resource = resource;
        this.sha256 = sha256;
        this.crc32 = crc32;
        this.size = size;
    }

    /** Returns the name of the library's file on this platform. */
    static String name() {
        return System.mapLibraryName("rust_ffi");
    }

    static String resource(String platform) {
        return "natives/".concat(platform).concat("/").concat(name());
    }

    /**
     * Returns the library of a platform, as the build describes it beside the library: SHA-256, CRC-32 and size.
     *
     * @throws IOException if the jar holds none
     */
    static Library of(String platform) throws IOException {
        String description = resource(platform).concat(".sha256");
        String[] words;
        try (InputStream in = open(description)) {
            words = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .trim()
                    .split(" ");
        }
        if (words.length != 3 || words[0].length() != 64) {
            throw new IOException(description + " is not SHA-256, CRC-32 and size of a library");
        }
        return new Library(resource(platform), words[0], Long.parseLong(words[1], 16), Long.parseLong(words[2]));
    }

    /** Opens a resource of the jar. */
    static InputStream open(String resource) throws IOException {
        InputStream in = openInJar(resource);
        if (in != null) {
            return in;
        }
        URL url = Library.class.getResource("/".concat(resource));
        if (url == null) {
            throw new FileNotFoundException("the jar holds no ".concat(resource));
        }
        URLConnection connection = url.openConnection();
        // A cached connection would keep the jar open for as long as the JVM lives.
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    /**
     * Opens a resource in the file that these classes come from. The JDK has read that one's directory already, while a
     * class loader would ask its parents first, and then open the file again: a third of a start.
     *
     * <p>It also goes past the JDK's handler of {@code jar:} URLs, which takes the first {@code !/} for the end of the
     * file's name: a directory's name can end with an exclamation mark.
     *
     * @return null if these classes do not come from a file, or if it has no such resource
     */
    static @Nullable InputStream openInJar(String resource) {
        try {
            CodeSource source = Library.class.getProtectionDomain().getCodeSource();
            URL location = source == null ? null : source.getLocation();
            if (location == null || !location.getProtocol().equals("file")) {
                return null;
            }
            File jar = new File(location.toURI());
            if (!jar.isFile()) {
                return null;
            }
            try (ZipFile zip = new ZipFile(jar)) {
                ZipEntry entry = zip.getEntry(resource);
                return entry == null
                        ? null
                        : new ByteArrayInputStream(zip.getInputStream(entry).readAllBytes());
            }
        } catch (URISyntaxException | IllegalArgumentException | IOException | SecurityException e) {
            // Others may have put another file in its place meanwhile: the class loader knows better.
            return null;
        }
    }

    /** Returns the library's directory in the jar. */
    String directory() {
        return resource.substring(0, resource.lastIndexOf('/'));
    }

    String resource() {
        return resource;
    }

    String sha256() {
        return sha256;
    }

    /**
     * Returns one of this library's files below a directory, after putting it there where it is missing or damaged.
     *
     * @param copy from 1 for the file that every JVM loads first, to {@link #COPIES}
     * @throws IOException if the directory cannot be used
     */
    Path keepIn(Path root, int copy) throws IOException {
        Path place = root.resolve(sha256);
        Path directory = copy == 1 ? place : place.resolve(Integer.toString(copy));
        Path file = directory.resolve(name());
        if (Host.ownDirectory(root) != null) {
            Map<String, Object> used = Host.ownDirectory(place);
            if (used != null && copy > 1) {
                used = Host.ownDirectory(directory);
            }
            if (used != null && isIntact(file)) {
                long now = System.currentTimeMillis();
                if (now - ((FileTime) used.get("lastModifiedTime")).toMillis() > DAY) {
                    directory.toFile().setLastModified(now);
                }
                return file;
            }
        }
        Staging.install(this, root, directory);
        return file;
    }

    /** Returns whether a file is this library, byte for byte but for what a CRC-32 does not see. */
    boolean isIntact(Path file) throws IOException {
        Map<String, Object> attributes = Host.attributes(file);
        if (attributes == null || !(boolean) attributes.get("isRegularFile") || (long) attributes.get("size") != size) {
            return false;
        }
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = new FileInputStream(file.toFile())) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        return crc.getValue() == crc32;
    }
}
