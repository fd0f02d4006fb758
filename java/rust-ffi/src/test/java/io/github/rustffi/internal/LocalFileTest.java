package io.github.rustffi.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.rustffi.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        NativeLibrary.load();
        file = Files.writeString(directory.resolve("größe 数"), "old");
    }

    @Test
    void aFileIsReplacedAsAWhole() throws IOException {
        LocalFile.replace(file.toString(), out -> {
            out.write("new".getBytes(StandardCharsets.US_ASCII));
            assertThat(Files.readString(file)).isEqualTo("old");
        });
        assertThat(Files.readString(file)).isEqualTo("new");
        requireNothingElse();
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> LocalFile.replace(file.toString(), out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("disk on fire");
                }))
                .withMessage(file + ": disk on fire");
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> LocalFile.replace(file.toString(), out -> {
                    out.write(new byte[100_000]);
                    throw new OutOfMemoryError("no more");
                }))
                .withMessage("no more");
        assertThat(Files.readString(file)).isEqualTo("old");
        requireNothingElse();
    }

    @Test
    void whereNoFileCanBeIsNamed() {
        Path missing = directory.resolve("none").resolve("a");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> LocalFile.replace(missing.toString(), out -> {}))
                .satisfies(e -> assertThat(e.getFile()).isEqualTo(missing.toString()));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> LocalFile.replace(directory.toString(), out -> {}))
                .withMessage(directory + ": it is not a regular file");
    }

    private void requireNothingElse() throws IOException {
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }
}
