package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("größe 数.npz");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void arraysComeBackAsTheyWereWritten(boolean compressed) throws IOException {
        Matrix matrix = Matrices.random(1, 300, 117);
        double[] doubles = {1, -0.0, Double.NaN, Double.MIN_VALUE};
        float[] floats = {1, -0.0f, Float.NaN, Float.MIN_VALUE};
        long[] longs = LongStream.range(-50_000, 50_000).toArray();
        Npz.Builder builder = Npz.builder()
                .add("matrix", matrix)
                .add("doubles", doubles)
                .add("größe 数", floats)
                .add("a/b", longs)
                .add("matrix of floats", FloatMatrix.of(matrix))
                .add("", new long[0]);
        if (compressed) {
            builder.writeCompressed(file);
        } else {
            builder.write(file);
        }
        try (Npz npz = Npz.open(file)) {
            assertThat(npz.names()).containsExactly("matrix", "doubles", "größe 数", "a/b", "matrix of floats", "");
            assertThat(npz.floatMatrix("matrix of floats")).isEqualTo(FloatMatrix.of(matrix));
            assertThat(npz.floatMatrix("matrix")).isEqualTo(FloatMatrix.of(matrix));
            assertThat(npz.matrix("matrix of floats"))
                    .isEqualTo(FloatMatrix.of(matrix).toMatrix());
            assertThat(npz.matrix("matrix")).isEqualTo(matrix);
            assertThat(npz.doubles("doubles")).containsExactly(doubles);
            assertThat(npz.floats("größe 数")).containsExactly(floats);
            assertThat(npz.longs("a/b")).containsExactly(longs);
            assertThat(npz.doubles("a/b")[99_999]).isEqualTo(49_999.0);
            assertThat(npz.longs("")).isEmpty();
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void theSameArraysGiveTheSameBytes() throws IOException {
        Npz.Builder builder = Npz.builder().add("x", new double[] {1, 2, 3});
        builder.write(file);
        byte[] first = Files.readAllBytes(file);
        builder.write(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
        Npz.builder().write(file);
        try (Npz npz = Npz.open(file)) {
            assertThat(npz.names()).isEmpty();
        }
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        Npz.builder().add("x", new double[] {1.5}).add("a", Matrix.identity(2)).write(file);
        try (Npz npz = Npz.open(file)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> npz.doubles("y"))
                    .withMessage("no array is named \"y\" in " + file);
            assertThatIOException()
                    .isThrownBy(() -> npz.doubles("a"))
                    .withMessage("cannot use " + file + "!/a.npy: 1 dimension is needed, but its shape is (2, 2)");
            assertThatIOException()
                    .isThrownBy(() -> npz.longs("x"))
                    .withMessage("cannot use " + file
                            + "!/x.npy: its float64 1.5 at index [0] would not keep its value as int64");
        }
        Npz closed = Npz.open(file);
        closed.close();
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> closed.longs("x")).withMessage("the archive is closed");
        assertThat(closed.names()).containsExactly("x", "a");
        Path missing = directory.resolve("missing.npz");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Npz.open(missing))
                .withMessageContaining(missing.toString());
        assertThatIOException()
                .isThrownBy(() -> Npz.open(directory))
                .withMessage("cannot use " + directory + ": it is not a regular file");
        Path text = Files.writeString(directory.resolve("text.npz"), "no archive");
        assertThatIOException()
                .isThrownBy(() -> Npz.open(text))
                .withMessageStartingWith("cannot use " + text + ": it is not an archive of arrays: ");
    }

    @Test
    void rejectsNamesThatAnArchiveCannotHave() {
        Npz.Builder builder = Npz.builder().add("x", new double[0]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("x", new long[0]))
                .withMessage("two arrays are named \"x\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("ä".repeat(32_766), new long[0]))
                .withMessage("the name of an array must have at most 65531 bytes in UTF-8, but has 65532");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("\ud83d", new long[0]))
                .withMessage("the name of an array has an unpaired surrogate");
    }

    @Test
    void rejectsNullByName() throws IOException {
        double[] none = null;
        Matrix noMatrix = null;
        assertThatNullPointerException().isThrownBy(() -> Npz.open(null)).withMessage("file");
        assertThatNullPointerException()
                .isThrownBy(() -> Npz.builder().add("x", none))
                .withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> Npz.builder().add("x", noMatrix))
                .withMessage("a");
        assertThatNullPointerException()
                .isThrownBy(() -> Npz.builder().add(null, new long[0]))
                .withMessage("name");
        assertThatNullPointerException()
                .isThrownBy(() -> Npz.builder().write(null))
                .withMessage("file");
    }

    @Test
    void aFailedWriteNamesTheFile() throws IOException {
        Path missing = directory.resolve("none").resolve("a.npz");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Npz.builder().write(missing))
                .satisfies(e -> assertThat(e.getFile()).isEqualTo(missing.toString()));
    }

    @Test
    void aForgedArrayAsksForNoMemory() throws IOException {
        writeEntry("x.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,), }", 0));
        try (Npz npz = Npz.open(file)) {
            assertThatIOException()
                    .isThrownBy(() -> npz.doubles("x"))
                    .withMessage(
                            "cannot use " + file + "!/x.npy: its header says 16000000128 bytes, but it has 128 bytes");
        }
        // The archive's directory says as many bytes, too, and has some of them.
        writeEntry("x.npy", npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2000000000,), }", 100_000));
        byte[] archive = Files.readAllBytes(file);
        int entry = new String(archive, StandardCharsets.ISO_8859_1).lastIndexOf("PK\u0001\u0002");
        ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 24, 2_000_000_128);
        Files.write(file, archive);
        try (Npz npz = Npz.open(file)) {
            assertThatIOException()
                    .isThrownBy(() -> npz.doubles("x"))
                    .withMessage("cannot use " + file + "!/x.npy: it ends early");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedArchiveIsRefused(boolean compressed) throws IOException {
        Npz.Builder builder = Npz.builder().add("x", new double[] {1, 2, 3, 4});
        if (compressed) {
            builder.writeCompressed(file);
        } else {
            builder.write(file);
        }
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            try (Npz npz = Npz.open(file)) {
                if (npz.names().contains("x")) {
                    assertThat(npz.doubles("x")).containsExactly(1, 2, 3, 4);
                }
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private void writeEntry(String name, byte[] bytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(bytes);
            zip.closeEntry();
        }
    }

    private static byte[] npy(String header, int values) {
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        byte[] start = ("\u0093NUMPY\u0001\u0000\u0076\u0000" + padded).getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.copyOf(start, start.length + values);
    }
}
