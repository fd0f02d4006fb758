package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.rustffi.NativeLibrary;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryTest {
    @TempDir
    Path root;

    private Library library;
    private byte[] content;

    @BeforeEach
    void readTheJar() throws IOException {
        root = root.toRealPath();
        library = Library.of(NativeLibrary.platform());
        try (var in = Library.class.getResourceAsStream("/" + Library.resource(NativeLibrary.platform()))) {
            content = in.readAllBytes();
        }
    }

    @Test
    void isKeptInADirectoryNamedByItsSha256() throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        Path file = library.keepIn(root, 1);
        assertThat(file).isEqualTo(root.resolve(sha256).resolve(System.mapLibraryName("rust_ffi")));
        assertThat(file).hasBinaryContent(content);
        assertThat(filesIn(root)).containsExactly(file);
    }

    @Test
    void aDirectoryMadeForItIsOfThisUserAlone() throws IOException {
        Path fresh = root.resolve("a").resolve("b");
        Path place = library.keepIn(fresh, 1).getParent();
        if (!Host.WINDOWS) {
            for (Path directory : List.of(fresh.getParent(), fresh, place)) {
                assertThat(((int) Files.getAttribute(directory, "unix:mode")) & 0777)
                        .isEqualTo(0700);
            }
        }
    }

    @Test
    void isNotWrittenAgainWhereItIsIntact() throws IOException {
        Path file = library.keepIn(root, 1);
        Object written = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        FileTime past = FileTime.from(Instant.now().minus(Duration.ofHours(5)));
        Files.setLastModifiedTime(file, past);
        library.keepIn(root, 1);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(past);
        assertThat(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                .isEqualTo(written);
    }

    @Test
    void isReplacedWhereItIsTruncatedToAnyLength() throws IOException {
        Random random = new Random(1);
        Path file = library.keepIn(root, 1);
        for (int i = 0; i < 50; i++) {
            int length = i == 0 ? 0 : i == 1 ? content.length - 1 : random.nextInt(content.length);
            Files.write(file, Arrays.copyOf(content, length));
            assertThat(library.isIntact(file)).as("length " + length).isFalse();
            assertThat(library.keepIn(root, 1)).as("length " + length).hasBinaryContent(content);
        }
        assertThat(filesIn(root)).containsExactly(file);
    }

    @Test
    void isReplacedWhereAnyByteIsFlipped() throws IOException {
        Random random = new Random(2);
        Path file = library.keepIn(root, 1);
        for (int i = 0; i < 50; i++) {
            int place = i == 0 ? 0 : i == 1 ? content.length - 1 : random.nextInt(content.length);
            byte[] flipped = content.clone();
            flipped[place] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            assertThat(library.isIntact(file)).as("byte " + place).isFalse();
            assertThat(library.keepIn(root, 1)).as("byte " + place).hasBinaryContent(content);
        }
        assertThat(filesIn(root)).containsExactly(file);
    }

    @Test
    void isReplacedWhereItIsALinkAndTheTargetIsLeftAlone() throws IOException {
        Path file = library.keepIn(root, 1);
        Path target = Files.write(root.resolve("target"), content);
        Files.delete(file);
        Files.createSymbolicLink(file, target);
        library.keepIn(root, 1);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(file).hasBinaryContent(content);
        assertThat(target).hasBinaryContent(content);
    }

    @Test
    void isReplacedWhereSomebodyPlantedAnotherLibraryOfItsNameAndSize() throws IOException {
        Path file = library.keepIn(root, 1);
        byte[] planted = new byte[content.length];
        Files.write(file, planted);
        assertThat(library.keepIn(root, 1)).hasBinaryContent(content);
    }

    @Test
    void isNotKeptInAPlaceThatIsALink() throws IOException {
        Path place = library.keepIn(root, 1).getParent();
        Path elsewhere = Files.move(place, root.resolve("elsewhere"));
        Files.createSymbolicLink(place, elsewhere);
        assertThatThrownBy(() -> library.keepIn(root, 1))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(place + ": it is a link, or no directory");
    }

    @Test
    void isMarkedAsUsedOnceADay() throws IOException {
        Path place = library.keepIn(root, 1).getParent();
        Instant lastWeek = Instant.now().minus(Duration.ofDays(7));
        Files.setLastModifiedTime(place, FileTime.from(lastWeek));
        library.keepIn(root, 1);
        assertThat(Files.getLastModifiedTime(place).toInstant())
                .isAfter(Instant.now().minus(Duration.ofHours(1)));
        FileTime today = FileTime.from(Instant.now().minus(Duration.ofHours(5)));
        Files.setLastModifiedTime(place, today);
        library.keepIn(root, 1);
        assertThat(Files.getLastModifiedTime(place)).isEqualTo(today);
    }

    @Test
    void aFurtherCopyIsAFileOfItsOwnBesideTheFirst() throws IOException {
        Path first = library.keepIn(root, 1);
        Path second = library.keepIn(root, 2);
        assertThat(second).isEqualTo(first.resolveSibling("2").resolve(Library.name()));
        assertThat(second).hasBinaryContent(content);
        Object key = Files.readAttributes(second, BasicFileAttributes.class).fileKey();
        assertThat(key)
                .isNotEqualTo(
                        Files.readAttributes(first, BasicFileAttributes.class).fileKey());
        library.keepIn(root, 2);
        assertThat(Files.readAttributes(second, BasicFileAttributes.class).fileKey())
                .isEqualTo(key);
        assertThat(filesIn(root)).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aFurtherCopyIsReplacedWhereItIsDamaged() throws IOException {
        library.keepIn(root, 1);
        Path copy = library.keepIn(root, 3);
        Files.write(copy, Arrays.copyOf(content, 100));
        assertThat(library.keepIn(root, 3)).hasBinaryContent(content);
        assertThat(filesIn(root)).hasSize(2);
    }

    @Test
    void aFurtherCopyIsNotKeptInALinkNorWhereOthersCanWrite() throws IOException {
        Path place = library.keepIn(root, 1).getParent();
        Path link = Files.createSymbolicLink(place.resolve("2"), Files.createDirectory(root.resolve("elsewhere")));
        assertThatThrownBy(() -> library.keepIn(root, 2)).hasMessage(link + ": it is a link, or no directory");
        if (!Host.WINDOWS) {
            Path open = Files.createDirectory(place.resolve("3"));
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThatThrownBy(() -> library.keepIn(root, 3))
                    .hasMessage(open + ": other users can write to it: its mode is 777");
        }
    }

    @Test
    void isNotKeptBelowALinkThatAppearsLate() throws IOException {
        assumeThat(Host.WINDOWS).isFalse();
        Path target = Files.createDirectory(root.resolve("target"));
        Path link = Files.createSymbolicLink(root.resolve("link"), target);
        assertThatThrownBy(() -> library.keepIn(link.resolve("cache"), 1))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(link + ": it is a link, or no directory");
    }

    @Test
    void aPlatformThatTheJarLacksIsNamed() {
        assertThatThrownBy(() -> Library.of("linux_riscv64"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("the jar holds no natives/linux_riscv64/" + System.mapLibraryName("rust_ffi") + ".sha256");
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
