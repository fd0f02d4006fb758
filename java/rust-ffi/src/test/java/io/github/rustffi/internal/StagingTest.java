package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.NativeLibrary;
import io.github.rustffi.loading.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    private static final Instant LONG_AGO = Instant.now().minus(Duration.ofDays(31));

    @TempDir
    Path root;

    private Library library;

    @BeforeEach
    void readTheJar() throws IOException {
        root = root.toRealPath();
        library = Library.of(NativeLibrary.platform());
    }

    @Test
    void holdsTheLibraryUntilItIsClosed() throws IOException {
        Path file;
        try (Staging staging = Staging.with(library, root)) {
            file = staging.file();
            assertThat(library.isIntact(file)).isTrue();
        }
        assertThat(file).doesNotExist();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void whatAKilledStartLeftBehindIsRemoved() throws IOException {
        Path full = abandoned("1");
        Files.createFile(full.resolve("lock"));
        Files.createDirectory(full.resolve("library"));
        Files.write(full.resolve("library").resolve(Library.name()), new byte[10]);
        Path empty = abandoned("2");
        library.keepIn(root, 1);
        assertThat(full).doesNotExist();
        assertThat(empty).doesNotExist();
    }

    private Path abandoned(String name) throws IOException {
        return Files.createDirectory(root.resolve("rust-ffi-staging-" + name));
    }

    @Test
    void whatALivingStartIsWritingIsLeftAlone() throws Exception {
        try (Jvm.Running writer = Jvm.ofClasses().start(Holder.class, root.toString())) {
            Path staged = Path.of(writer.line());
            library.keepIn(root, 1);
            assertThat(library.isIntact(staged)).isTrue();
            writer.kill();
            Files.delete(library.keepIn(root, 1));
            library.keepIn(root, 1);
            assertThat(staged.getParent().getParent()).doesNotExist();
        }
    }

    /** A start that is in the middle of extraction for as long as it is let live. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (Staging staging = Staging.with(Library.of(NativeLibrary.platform()), Path.of(args[0]))) {
                System.out.println(staging.file());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    @Test
    void versionsThatNothingHasUsedFor30DaysAreRemoved() throws IOException {
        Path unused = version("a", LONG_AGO);
        Path used = version("b", Instant.now().minus(Duration.ofDays(29)));
        library.keepIn(root, 1);
        assertThat(unused).doesNotExist();
        assertThat(used.resolve(Library.name())).exists();
    }

    @Test
    void theCopiesOfAVersionGoWithIt() throws IOException {
        Path unused = version("a", LONG_AGO);
        for (String copy : new String[] {"2", "3", "32"}) {
            Path directory = Files.createDirectory(unused.resolve(copy));
            Files.write(directory.resolve(Library.name()), new byte[10]);
        }
        Files.setLastModifiedTime(unused, FileTime.from(LONG_AGO));
        library.keepIn(root, 1);
        assertThat(unused).doesNotExist();
    }

    @Test
    void manyStartsAtOnceInstallTheSameCopy() throws Exception {
        library.keepIn(root, 1);
        List<Jvm.Running> starts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            starts.add(Jvm.ofClasses().start(Installer.class, root.toString()));
        }
        for (Jvm.Running start : starts) {
            try (start) {
                assertThat(start.line()).isEqualTo("intact");
            }
        }
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(4);
        }
    }

    /** Puts further copies into a directory. */
    static final class Installer {
        public static void main(String[] args) throws Exception {
            Library library = Library.of(NativeLibrary.platform());
            boolean intact = true;
            for (int copy = 2; copy <= 4; copy++) {
                intact &= library.isIntact(library.keepIn(Path.of(args[0]), copy));
            }
            System.out.println(intact ? "intact" : "damaged");
        }
    }

    @Test
    void nothingButOurOwnIsRemoved() throws IOException {
        Path foreign = version("c", LONG_AGO);
        Files.createFile(foreign.resolve("somebody's"));
        Files.setLastModifiedTime(foreign, FileTime.from(LONG_AGO));
        Path otherName = Files.createDirectory(root.resolve("old"));
        Files.createFile(otherName.resolve(Library.name()));
        Files.setLastModifiedTime(otherName, FileTime.from(LONG_AGO));
        Path target = Files.createDirectory(root.resolve("target"));
        Files.createFile(target.resolve(Library.name()));
        Files.setLastModifiedTime(target, FileTime.from(LONG_AGO));
        Path link = Files.createSymbolicLink(root.resolve("d".repeat(64)), target);
        Path stagingLink = Files.createSymbolicLink(root.resolve("rust-ffi-staging-link"), target);
        library.keepIn(root, 1);
        assertThat(foreign.resolve("somebody's")).exists();
        assertThat(otherName.resolve(Library.name())).exists();
        assertThat(target.resolve(Library.name())).exists();
        assertThat(link).isSymbolicLink();
        assertThat(stagingLink).isSymbolicLink();
    }

    private Path version(String digit, Instant used) throws IOException {
        Path place = Files.createDirectory(root.resolve(digit.repeat(64)));
        Files.write(place.resolve(Library.name()), new byte[10]);
        Files.setLastModifiedTime(place, FileTime.from(used));
        return place;
    }

    @Test
    void whatOtherLibrariesLeftBehindIsLeftToThem() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path theirs = Files.createTempDirectory(temporary, "nativelib-loader_");
        try {
            Files.setLastModifiedTime(theirs, FileTime.from(LONG_AGO));
            library.keepIn(root, 1);
            assertThat(theirs).exists();
        } finally {
            Files.deleteIfExists(theirs);
        }
    }
}
