import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Puts the native libraries where the jar is packed from, and writes beside each its SHA-256, CRC-32 and size, for the
 * loader to read.
 *
 * <p>Arguments: the list of the platforms, {@code native/platforms.txt}; which of them the jar is for; where their libraries
 * are; and the directory of the classes. The platforms are {@code host}, that which cargo builds for, whose library lies in
 * cargo's own directory; or {@code all}, or names separated by commas, whose libraries lie where {@code scripts/cross-build}
 * puts them, with the notices of third parties.
 */
public final class PackLibraries {
    private static final String NOTICES = "META-INF/THIRD-PARTY-NOTICES.txt";

    private record Platform(String name, String target, String library) {}

    private PackLibraries() {}

    public static void main(String[] args) throws IOException, InterruptedException, NoSuchAlgorithmException {
        List<Platform> known = read(Path.of(args[0]));
        String wanted = args[1];
        Path from = Path.of(args[2]);
        Path classes = Path.of(args[3]);
        if (wanted.equals("host")) {
            Platform host = host(known, Path.of(args[0]).getParent());
            pack(from.resolve(host.library()), host, classes);
            return;
        }
        List<Platform> platforms = wanted.equals("all") ? known : named(known, wanted.split(","));
        List<Path> missing = new ArrayList<>();
        Path notices = from.resolve(NOTICES);
        if (!Files.isRegularFile(notices)) {
            missing.add(notices);
        }
        for (Platform platform : platforms) {
            Path library = crossBuilt(from, platform);
            if (!Files.isRegularFile(library)) {
                missing.add(library);
            }
        }
        if (!missing.isEmpty()) {
            throw fail("libraries or notices are missing: scripts/cross-build makes them, scripts/notices the notices alone, and"
                    + " -Dplatforms=A,B asks for these platforms only. Missing are " + missing);
        }
        for (Platform platform : platforms) {
            pack(crossBuilt(from, platform), platform, classes);
        }
        Files.createDirectories(classes.resolve(NOTICES).getParent());
        Files.copy(notices, classes.resolve(NOTICES), StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<Platform> read(Path list) throws IOException {
        List<Platform> platforms = new ArrayList<>();
        for (String line : Files.readAllLines(list)) {
            if (!line.startsWith("#")) {
                String[] columns = line.split(" +");
                platforms.add(new Platform(columns[0], columns[1], columns[2]));
            }
        }
        return platforms;
    }

    private static List<Platform> named(List<Platform> known, String[] names) {
        List<Platform> platforms = new ArrayList<>();
        for (String name : names) {
            platforms.add(known.stream()
                    .filter(platform -> platform.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> fail("unknown platform " + name + "; known are: "
                            + known.stream().map(Platform::name).toList())));
        }
        return platforms;
    }

    /** Returns the platform that cargo builds for, which need not be the one of this JVM. */
    private static Platform host(List<Platform> known, Path crate) throws IOException, InterruptedException {
        Process rustc = new ProcessBuilder("rustc", "-vV")
                .directory(crate.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String version = new String(rustc.getInputStream().readAllBytes());
        if (rustc.waitFor() != 0) {
            throw fail("rustc -vV failed with status " + rustc.exitValue());
        }
        return known.stream()
                .filter(platform -> version.contains("host: " + platform.target()))
                .findFirst()
                .orElseThrow(() -> fail("rust-ffi does not support this platform:\n" + version));
    }

    private static Path crossBuilt(Path from, Platform platform) {
        return from.resolve("natives").resolve(platform.name()).resolve(platform.library());
    }

    private static void pack(Path library, Platform platform, Path classes)
            throws IOException, NoSuchAlgorithmException {
        byte[] content = Files.readAllBytes(library);
        Path directory = Files.createDirectories(classes.resolve("natives").resolve(platform.name()));
        Files.write(directory.resolve(platform.library()), content);
        CRC32 crc32 = new CRC32();
        crc32.update(content);
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
        Files.writeString(
                directory.resolve(platform.library() + ".sha256"),
                "%s %08x %d\n".formatted(HexFormat.of().formatHex(sha256), crc32.getValue(), content.length));
    }

    private static RuntimeException fail(String message) {
        System.err.println(message);
        System.exit(1);
        throw new AssertionError();
    }
}
