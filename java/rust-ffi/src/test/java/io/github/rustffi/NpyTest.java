package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void aMatrixOfFloatsComesBackAsItWasWritten() throws IOException {
        FloatMatrix[] matrices = {
            FloatMatrix.of(2, 3, 1, -2.5f, Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE),
            FloatMatrix.zeros(0, 3),
            FloatMatrix.zeros(3, 0),
            FloatMatrix.of(Matrices.random(1, 300, 117))
        };
        for (FloatMatrix matrix : matrices) {
            Path file = directory.resolve("größe 数.npy");
            matrix.writeNpy(file);
            assertThat(FloatMatrix.readNpy(file)).isEqualTo(matrix);
            assertThat(Matrix.readNpy(file)).isEqualTo(matrix.toMatrix());
            long bytes = 128 + 4L * matrix.rows() * matrix.columns();
            assertThat(Files.size(file)).isEqualTo(bytes);
        }
    }

    @Test
    void readsFloatsOfOtherTypesAndOrders() throws IOException {
        Path file = directory.resolve("file.npy");
        FloatMatrix expected = FloatMatrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        write("'<f8'", "True", "(2, 3)", doubles(1, 4, 2, 5, 3, 6));
        assertThat(FloatMatrix.readNpy(file)).isEqualTo(expected);
        write("'|i1'", "False", "(2, 3)", new byte[] {1, 2, 3, 4, 5, 6});
        assertThat(FloatMatrix.readNpy(file)).isEqualTo(expected);
        write("'<f8'", "False", "(1, 2)", doubles(0.1, -0.0));
        assertThat(FloatMatrix.readNpy(file)).isEqualTo(FloatMatrix.of(1, 2, 0.1f, -0.0f));
        write("'<f8'", "False", "(1, 2)", doubles(3, 1e39));
        assertThatIOException()
                .isThrownBy(() -> FloatMatrix.readNpy(file))
                .withMessageStartingWith("cannot use " + file + ": its float64 1000000")
                .withMessageEndingWith(" at index [0, 1] would not keep its value as float32");
        write("'<f8'", "False", "(2,)", doubles(3, 1));
        assertThatIOException()
                .isThrownBy(() -> FloatMatrix.readNpy(file))
                .withMessage("cannot use " + file + ": 2 dimensions are needed, but its shape is (2,)");
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
    void readsTheHeadersOfOtherWritersAndOfPython2() throws IOException {
        byte[] floats = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1)
                .putFloat(2)
                .array();
        Matrix expected = Matrix.of(1, 2, 1, 2);
        for (String type : new String[] {"'<f4'", "u'<f4'", "'float32'", "'f'", "'single'"}) {
            for (String shape : new String[] {"(1, 2)", "(1L, 2L)", "(1,2,)"}) {
                assertThat(read(type, "False", shape, floats)).isEqualTo(expected);
            }
        }
    }

    @Test
    void aValueThatWouldChangeIsNamed() throws IOException {
        ByteBuffer longs = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        longs.putLong(0, 1L << 53).putLong(24, (1L << 53) + 1);
        Path file = directory.resolve("file.npy");
        String problem = "cannot use " + file + ": its int64 9007199254740993 at index ";
        assertThatIOException()
                .isThrownBy(() -> read("'<i8'", "False", "(2, 2)", longs.array()))
                .withMessage(problem + "[1, 1] would not keep its value as float64");
        write("'<i8'", "False", "(4,)", longs.array());
        assertThat(Vectors.readNpyLongs(file)).containsExactly(1L << 53, 0, 0, (1L << 53) + 1);
        assertThatIOException()
                .isThrownBy(() -> Vectors.readNpy(file))
                .withMessage(problem + "[3] would not keep its value as float64");
        assertThatIOException()
                .isThrownBy(() -> Vectors.readNpyFloats(file))
                .withMessage(problem + "[3] would not keep its value as float32");
        write("'<f8'", "False", "(2,)", doubles(3, 1e39));
        assertThatIOException()
                .isThrownBy(() -> Vectors.readNpyFloats(file))
                .withMessageStartingWith("cannot use " + file + ": its float64 1000000")
                .withMessageEndingWith(" at index [1] would not keep its value as float32");
        write("'<f8'", "False", "(2,)", doubles(3, 2.5));
        assertThatIOException()
                .isThrownBy(() -> Vectors.readNpyLongs(file))
                .withMessage("cannot use " + file + ": its float64 2.5 at index [1] would not keep its value as int64");
    }

    @Test
    void vectorsComeBackAsTheyWereWritten() throws IOException {
        Path file = directory.resolve("x.npy");
        double[] doubles = {1, -0.0, Double.NaN, Double.MIN_VALUE, Double.NEGATIVE_INFINITY};
        Vectors.writeNpy(file, doubles);
        assertThat(Vectors.readNpy(file)).containsExactly(doubles);
        float[] floats = {1, -0.0f, Float.NaN, Float.MIN_VALUE, Float.MAX_VALUE};
        Vectors.writeNpy(file, floats);
        assertThat(Vectors.readNpyFloats(file)).containsExactly(floats);
        long[] longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE};
        Vectors.writeNpy(file, longs);
        assertThat(Vectors.readNpyLongs(file)).containsExactly(longs);
        Vectors.writeNpy(file, new long[0]);
        assertThat(Vectors.readNpy(file)).isEmpty();
        long[] many = LongStream.range(0, 100_000).toArray();
        Vectors.writeNpy(file, many);
        assertThat(Vectors.readNpyLongs(file)).containsExactly(many);
        assertThat(Vectors.readNpy(file)[99_999]).isEqualTo(99_999.0);
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void dimensionsAreThoseThatAreAskedFor() throws IOException {
        Path file = directory.resolve("x.npy");
        Vectors.writeNpy(file, new double[] {1, 2, 3});
        assertThatIOException()
                .isThrownBy(() -> Matrix.readNpy(file))
                .withMessage("cannot use " + file + ": 2 dimensions are needed, but its shape is (3,)");
        Matrix.zeros(3, 1).writeNpy(file);
        assertThatIOException()
                .isThrownBy(() -> Vectors.readNpy(file))
                .withMessage("cannot use " + file + ": 1 dimension is needed, but its shape is (3, 1)");
    }

    @Test
    void anIndexSaysWhatTheFileHasThatItCannotMap() throws IOException {
        Path file = directory.resolve("file.npy");
        write("'<i8'", "False", "(1, 2)", new byte[16]);
        assertThatIOException()
                .isThrownBy(() -> VectorIndex.map(file, VectorIndex.Metric.EUCLIDEAN))
                .withMessage("cannot use " + file
                        + ": its values are of the type int64, not float32 or float16, so it cannot be mapped");
        try (VectorIndex index = VectorIndex.open(file, VectorIndex.Metric.EUCLIDEAN)) {
            assertThat(index.get(0)).containsExactly(0, 0);
        }
        write("'>f4'", "False", "(1, 2)", new byte[8]);
        assertThatIOException()
                .isThrownBy(() -> VectorIndex.map(file, VectorIndex.Metric.EUCLIDEAN))
                .withMessageEndingWith(
                        "its values are of the type big-endian float32, not float32 or float16, so it cannot be mapped");
        write("'float32'", "True", "(1L, 2L)", new byte[8]);
        assertThatIOException()
                .isThrownBy(() -> VectorIndex.map(file, VectorIndex.Metric.EUCLIDEAN))
                .withMessageEndingWith("it is in Fortran order, not in C order, so it cannot be mapped");
        write("'float32'", "False", "(1L, 2L)", new byte[8]);
        try (VectorIndex index = VectorIndex.map(file, VectorIndex.Metric.EUCLIDEAN)) {
            assertThat(index.size()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noHeaderIsTrusted(long seed) throws IOException {
        Random random = new Random(seed);
        Path file = directory.resolve("file.npy");
        byte[] good = Files.readAllBytes(write("'<f4'", "False", "(2, 3)", new byte[24]));
        for (int i = 0; i < 500; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 20) : good.length);
            for (int changes = random.nextInt(6); changes > 0 && bytes.length > 0; changes--) {
                int at = random.nextInt(Math.min(bytes.length, random.nextBoolean() ? 12 : 80));
                bytes[at] = (byte)
                        (random.nextBoolean() ? random.nextInt(256) : "0123456789(),L'u".charAt(random.nextInt(16)));
            }
            Files.write(file, bytes);
            assertReadOrRefused(() -> Matrix.readNpy(file));
            assertReadOrRefused(() -> Vectors.readNpyLongs(file));
            assertReadOrRefused(
                    () -> VectorIndex.map(file, VectorIndex.Metric.EUCLIDEAN).close());
        }
    }

    private static void assertReadOrRefused(ThrowableAssert.ThrowingCallable read) {
        Throwable thrown = catchThrowable(read);
        if (thrown != null) {
            assertThat(thrown).isExactlyInstanceOf(IOException.class).hasMessageStartingWith("cannot use ");
        }
    }

    @Test
    void rejectsWhatIsNoMatrix() {
        assertThatIOException()
                .isThrownBy(() -> read("'<c16'", "False", "(2, 3)", new byte[96]))
                .withMessageContaining("file.npy")
                .withMessageEndingWith("its values are of the type complex128, not numbers or truth values");
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
        return Matrix.readNpy(write(type, fortran, shape, values));
    }

    private Path write(String type, String fortran, String shape, byte[] values) throws IOException {
        String header = "{'descr': " + type + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + header.length() + values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(values);
        return Files.write(directory.resolve("file.npy"), bytes.array());
    }

    private static byte[] doubles(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return bytes.array();
    }
}
