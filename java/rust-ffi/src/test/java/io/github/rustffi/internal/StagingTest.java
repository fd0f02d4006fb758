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
        Files.write(full.resolve("library").resolve(Library.NAME), new byte[10]);
        Path empty = abandoned("2");
        library.keepIn(root);
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
            library.keepIn(root);
            assertThat(library.isIntact(staged)).isTrue();
            writer.kill();
            Files.delete(library.keepIn(root));
            library.keepIn(root);
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
        library.keepIn(root);
        assertThat(unused).doesNotExist();
        assertThat(used.resolve(Library.NAME)).exists();
    }

    @Test
    void nothingButOurOwnIsRemoved() throws IOException {
        Path foreign = version("c", LONG_AGO);
        Files.createFile(foreign.resolve("somebody's"));
        Files.setLastModifiedTime(foreign, FileTime.from(LONG_AGO));
        Path otherName = Files.createDirectory(root.resolve("old"));
        Files.createFile(otherName.resolve(Library.NAME));
        Files.setLastModifiedTime(otherName, FileTime.from(LONG_AGO));
        Path target = Files.createDirectory(root.resolve("target"));
        Files.createFile(target.resolve(Library.NAME));
        Files.setLastModifiedTime(target, FileTime.from(LONG_AGO));
        Path link = Files.createSymbolicLink(root.resolve("d".repeat(64)), target);
        Path stagingLink = Files.createSymbolicLink(root.resolve("rust-ffi-staging-link"), target);
        library.keepIn(root);
        assertThat(foreign.resolve("somebody's")).exists();
        assertThat(otherName.resolve(Library.NAME)).exists();
        assertThat(target.resolve(Library.NAME)).exists();
        assertThat(link).isSymbolicLink();
        assertThat(stagingLink).isSymbolicLink();
    }

    private Path version(String digit, Instant used) throws IOException {
        Path place = Files.createDirectory(root.resolve(digit.repeat(64)));
        Files.write(place.resolve(Library.NAME), new byte[10]);
        Files.setLastModifiedTime(place, FileTime.from(used));
        return place;
    }

    @Test
    void whatOtherLibrariesLeftBehindIsLeftToThem() throws Exception {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path theirs = Files.createTempDirectory(temporary, "nativelib-loader_");
        try {
            Files.setLastModifiedTime(theirs, FileTime.from(LONG_AGO));
            library.keepIn(root);
            assertThat(theirs).exists();
        } finally {
            Files.deleteIfExists(theirs);
        }
    }
}
