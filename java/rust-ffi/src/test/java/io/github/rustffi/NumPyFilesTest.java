package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads what NumPy has written, see {@code scripts/compare-files}. */
class NumPyFilesTest {
    private static Path files() {
        try {
            return Path.of(NumPyFilesTest.class.getResource("/npy").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the lines of what numpy.load gives: file, name in it or -, shape, values. */
    private static List<String[]> expected() throws IOException {
        try (Stream<String> lines = Files.lines(files().resolve("expected.txt"))) {
            return lines.map(line -> line.split("\t", -1)).toList();
        }
    }

    static Stream<String> arrays() throws IOException {
        return expected().stream().map(parts -> String.join("\t", parts));
    }

    @Test
    void everyFileIsExpected() throws IOException {
        try (Stream<Path> files = Files.list(files())) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("expected.txt"))
                    .toList();
            assertThat(names).hasSizeGreaterThan(60);
            assertThat(expected()).extracting(parts -> parts[0]).containsAll(names);
        }
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void whatIsReadIsWhatNumPyLoads(String line) throws IOException {
        String[] parts = line.split("\t", -1);
        Path file = files().resolve(parts[0]);
        double[] values = parts[3].isEmpty()
                ? new double[0]
                : Arrays.stream(parts[3].split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
        int x = parts[2].indexOf('x');
        if (x >= 0) {
            int rows = Integer.parseInt(parts[2].substring(0, x));
            int columns = Integer.parseInt(parts[2].substring(x + 1));
            assertThat(matrix(file, parts[1])).isEqualTo(Matrix.of(rows, columns, values));
            if (Arrays.stream(values).allMatch(value -> Double.isNaN(value) || (float) value == value)) {
                FloatMatrix expected = FloatMatrix.of(Matrix.of(rows, columns, values));
                assertThat(floatMatrix(file, parts[1])).isEqualTo(expected);
            }
        } else {
            assertThat(vector(file, parts[1])).containsExactly(values);
        }
    }

    private static Matrix matrix(Path file, String name) throws IOException {
        if (name.equals("-")) {
            return Matrix.readNpy(file);
        }
        try (Npz npz = Npz.open(file)) {
            return npz.matrix(name);
        }
    }

    private static FloatMatrix floatMatrix(Path file, String name) throws IOException {
        if (name.equals("-")) {
            return FloatMatrix.readNpy(file);
        }
        try (Npz npz = Npz.open(file)) {
            return npz.floatMatrix(name);
        }
    }

    private static double[] vector(Path file, String name) throws IOException {
        if (name.equals("-")) {
            return Vectors.readNpy(file);
        }
        try (Npz npz = Npz.open(file)) {
            return npz.doubles(name);
        }
    }
}
