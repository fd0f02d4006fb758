package io.github.rustffi.loading;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Reads and writes jars as maps from names to contents. */
public final class Jars {
    private Jars() {}

    public static Map<String, byte[]> read(Path jar) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                if (!entry.isDirectory()) {
                    entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
        }
        return entries;
    }

    /** Writes entries without compression, as a jar nested in another one must be. */
    public static Path write(Path jar, Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar)) {
            out.write(bytes(entries));
        }
        return jar;
    }

    static byte[] bytes(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.getValue().length);
                entry.setCrc(crc32(content.getValue()));
                out.putNextEntry(entry);
                out.write(content.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /** Puts a library into a jar as the build does, with its description. */
    static void put(Map<String, byte[]> entries, String platform, byte[] library) {
        String name = "natives/" + platform + "/" + System.mapLibraryName("rust_ffi");
        String description = "%s %08x %d\n".formatted(sha256(library), crc32(library), library.length);
        entries.put(name, library);
        entries.put(name + ".sha256", description.getBytes(StandardCharsets.US_ASCII));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static long crc32(byte[] content) {
        CRC32 crc32 = new CRC32();
        crc32.update(content);
        return crc32.getValue();
    }

    /** Returns a copy in which every occurrence of an ASCII text gives way to another of the same length. */
    static byte[] replace(byte[] content, String text, String by) {
        String all = new String(content, StandardCharsets.ISO_8859_1);
        if (text.length() != by.length() || !all.contains(text)) {
            throw new AssertionError("cannot replace " + text + " by " + by);
        }
        return all.replace(text, by).getBytes(StandardCharsets.ISO_8859_1);
    }
}
