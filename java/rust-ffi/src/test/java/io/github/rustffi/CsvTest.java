package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    @TempDir
    private Path directory;

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("größe 数.csv"), text);
    }

    @Test
    void numbersAreReadRowAfterRow() throws IOException {
        Matrix expected = Matrix.of(2, 3, 1, -2.5, 3e-7, 4, 5, 6);
        assertThat(Matrix.readCsv(write("1,-2.5,3e-7\n4,5,6\n"))).isEqualTo(expected);
        assertThat(Matrix.readCsv(write("1,-2.5,3e-7\r\n4, 5 ,6"))).isEqualTo(expected);
        assertThat(Matrix.readCsv(write("größe;数;\"c\"\n1;-2.5;3e-7\n4;5;6\n"), ';', 1))
                .isEqualTo(expected);
        assertThat(Matrix.readCsv(write("\ufeff1\t-2.5\t3e-7\n4\t5\t6\n"), '\t', 0))
                .isEqualTo(expected);
        assertThat(Matrix.readCsv(write(""))).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.readCsv(write("a,b\n"), ',', 1)).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.readCsv(write("nan,inf,-Infinity")).toArray())
                .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    @Test
    void numbersAreThoseOfJava() throws IOException {
        Random random = new Random(1);
        String[] texts = new String[10_000];
        double[] expected = new double[texts.length];
        for (int i = 0; i < texts.length; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            texts[i] = Double.isFinite(value) ? Double.toString(value) : "0";
            if (i % 2 == 0) {
                // More digits than a double has, to be rounded.
                texts[i] = random.nextLong() + "." + Math.abs(random.nextLong()) + "e" + (random.nextInt(600) - 320);
            }
            expected[i] = Double.parseDouble(texts[i]);
            if (Double.isInfinite(expected[i])) {
                texts[i] = "1";
                expected[i] = 1;
            }
        }
        assertThat(Matrix.readCsv(write(String.join("\n", texts))).toArray()).containsExactly(expected);
    }

    @Test
    void theSameBitsComeBack() throws IOException {
        double[] values = new double[2000];
        Random random = new Random(2);
        Arrays.setAll(values, i -> {
            double value = Double.longBitsToDouble(random.nextLong());
            return Double.isNaN(value) ? -0.0 : value;
        });
        values[0] = Double.MIN_VALUE;
        values[1] = Double.MAX_VALUE;
        values[2] = Double.NEGATIVE_INFINITY;
        Matrix a = Matrix.of(40, 50, values);
        Path file = directory.resolve("a.csv");
        a.writeCsv(file);
        assertThat(Matrix.readCsv(file)).isEqualTo(a);
        a.writeCsv(file, ' ');
        assertThat(Matrix.readCsv(file, ' ', 0)).isEqualTo(a);
        Matrix.of(2, 2, 1, Double.NaN, -0.0, 1e300).writeCsv(file, ';');
        assertThat(Files.readString(file)).isEqualTo("1.0;nan\n-0.0;1e300\n");
        Matrix.zeros(3, 0).writeCsv(file);
        assertThat(file).isEmptyFile();
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatIsWrongIsNamedByLineAndColumn() throws IOException {
        refuses("1,2\n3,\n", "line 2, column 2: the field is empty");
        refuses("1,2\n3,x\n", "line 2, column 2: \"x\" is not a number");
        refuses("1,2\n3,数\n", "line 2, column 2: \"数\" is not a number");
        refuses("1,2\n3,4,5\n", "line 2, column 3: there is one more field, but line 1 has 2 fields");
        refuses("1,2\n3\n", "line 2, column 2: there is no such field, but line 1 has 2 fields");
        refuses("1,2\n\n", "line 2, column 1: the field is empty");
        refuses("0x1p3", "line 1, column 1: \"0x1p3\" is not a number");
        refuses("1e999", "line 1, column 1: 1e999 is too large for a double");
    }

    private void refuses(String text, String problem) throws IOException {
        Path file = write(text);
        assertThatIOException()
                .isThrownBy(() -> Matrix.readCsv(file))
                .withMessage("cannot use " + file + ": " + problem);
    }

    @Test
    void rejectsWrongArguments() throws IOException {
        Path file = write("1");
        String delimiter = "delimiter must be a tab, a space or an ASCII punctuation mark other than + - . \" but is ";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.readCsv(file, '.', 0))
                .withMessage(delimiter + ".");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.identity(1).writeCsv(file, '\n'))
                .withMessage(delimiter + "the character 10");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.readCsv(file, ',', -1))
                .withMessage("number of lines to skip must be at least 0, but is -1");
        assertThat(Files.readString(file)).isEqualTo("1");
        assertThatNullPointerException().isThrownBy(() -> Matrix.readCsv(null)).withMessage("file");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.identity(1).writeCsv(null))
                .withMessage("file");
        Path missing = directory.resolve("missing").resolve("a.csv");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Matrix.readCsv(missing))
                .satisfies(e -> assertThat(e.getFile()).isEqualTo(missing.toString()));
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> Matrix.identity(1).writeCsv(missing))
                .satisfies(e -> assertThat(e.getFile()).isEqualTo(missing.toString()));
    }
}
