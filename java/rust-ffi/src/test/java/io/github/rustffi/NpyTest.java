package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
    @TempDir
    private Path directory;

    @Test
    void aMatrixComesBackAsItWasWritten() throws IOException {
        Matrix[] matrices = {
            Matrix.of(2, 3, 1, -2.5, Double.NaN, Double.POSITIVE_INFINITY, -0.0, Double.MIN_VALUE),
            Matrix.zeros(0, 3),
            Matrix.zeros(3, 0),
            Matrices.random(1, 100, 37)
        };
        for (Matrix matrix : matrices) {
            Path file = directory.resolve("größe 数.npy");
            matrix.writeNpy(file);
            assertThat(Matrix.readNpy(file)).isEqualTo(matrix);
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void readsWhatNumPyWrites() throws IOException {
        Matrix expected = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        assertThat(read("'<f8'", "False", "(2, 3)", doubles(1, 2, 3, 4, 5, 6))).isEqualTo(expected);
        assertThat(read("'<f8'", "True", "(2, 3)", doubles(1, 4, 2, 5, 3, 6))).isEqualTo(expected);
        ByteBuffer floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (float value = 1; value <= 6; value++) {
            floats.putFloat(value);
        }
        assertThat(read("'<f4'", "False", "(2, 3)", floats.array())).isEqualTo(expected);
    }

    @Test
    void rejectsWhatIsNoMatrix() {
        assertThatIOException()
                .isThrownBy(() -> read("'<i8'", "False", "(2, 3)", new byte[48]))
                .withMessageContaining("file.npy")
                .withMessageContaining("not float32 or float64");
        assertThatIOException()
                .isThrownBy(() -> read("'<f8'", "False", "(2, 3)", new byte[47]))
                .withMessageContaining("file.npy");
        assertThatIOException()
                .isThrownBy(() -> read("'<f8'", "False", "(3000000000, 0)", new byte[0]))
                .withMessageEndingWith("file.npy: it has 3000000000 rows, more than 2147483647");
        assertThatIOException()
                .isThrownBy(() -> Matrix.readNpy(Files.writeString(directory.resolve("text.npy"), "hello")))
                .withMessageContaining("text.npy");
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        Path missing = directory.resolve("missing").resolve("a.npy");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Matrix.readNpy(missing))
                .satisfies(e -> assertThat(e.getFile()).isEqualTo(missing.toString()))
                .satisfies(e -> assertThat(e).hasMessage(e.getFile() + ": " + e.getReason()));
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Matrix.identity(1).writeNpy(missing))
                .withMessageContaining("missing");
        assertThatIOException().isThrownBy(() -> Matrix.readNpy(directory));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> Matrix.identity(1).writeNpy(directory))
                .withMessage(directory.toAbsolutePath() + ": it is not a regular file");
    }

    @Test
    void rejectsAnEndlessPath() {
        Path endless = directory.resolve("a".repeat(32_768)).toAbsolutePath();
        String message = "path must have at most 32767 characters, but has "
                + endless.toString().length();
        assertThatIOException().isThrownBy(() -> Matrix.readNpy(endless)).withMessage(message);
        assertThatIOException()
                .isThrownBy(() -> VectorIndex.open(endless, VectorIndex.Metric.COSINE))
                .withMessage(message);
    }

    @Test
    void rejectsNullByName() {
        assertThatNullPointerException().isThrownBy(() -> Matrix.readNpy(null)).withMessage("file");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.identity(1).writeNpy(null))
                .withMessage("file");
    }

    private Matrix read(String type, String fortran, String shape, byte[] values) throws IOException {
        String header = "{'descr': " + type + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + header.length() + values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(values);
        return Matrix.readNpy(Files.write(directory.resolve("file.npy"), bytes.array()));
    }

    private static byte[] doubles(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return bytes.array();
    }
}
