import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Writes beside each library below a directory its SHA-256, CRC-32 and size, for the loader to read. */
public final class Checksums {
    private Checksums() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        List<Path> libraries;
        try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
            libraries = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".sha256"))
                    .toList();
        }
        for (Path library : libraries) {
            byte[] content = Files.readAllBytes(library);
            CRC32 crc32 = new CRC32();
            crc32.update(content);
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
            Files.writeString(
                    Path.of(library + ".sha256"),
                    "%s %08x %d\n".formatted(HexFormat.of().formatHex(sha256), crc32.getValue(), content.length));
        }
    }
}
