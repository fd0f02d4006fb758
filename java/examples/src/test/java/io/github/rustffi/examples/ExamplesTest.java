package io.github.rustffi.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples whose input is their own; all are seeded. */
class ExamplesTest {
    @TempDir
    Path directory;

    /** An example's main method. */
    private interface Main {
        void run(String[] args) throws IOException;
    }

    private static String output(Main main, String... args) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            main.run(args);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Returns the number that a group of the pattern finds. */
    private static double number(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        assertThat(matcher.find()).as("%s in %s", pattern, output).isTrue();
        return Double.parseDouble(matcher.group(1).replace(',', '.'));
    }

    @Test
    void linearRegressionFindsTheParabola() throws Exception {
        String output = output(LinearRegression::main);
        assertThat(output).containsPattern("degree 2: .*, the least");
        double[] exact = {1, -2, 0.5};
        for (int j = 0; j < exact.length; j++) {
            double found = number(output, "t\\^" + j + ": *(-?[0-9.,]+) \\+-");
            double deviation = number(output, "t\\^" + j + ": .* \\+- ([0-9.,]+)");
            assertThat(Math.abs(found - exact[j])).isLessThan(3 * deviation);
        }
    }

    @Test
    void theKalmanFilterIsNearerThanTheMeasurements() throws Exception {
        String output = output(KalmanFilter::main);
        assertThat(number(output, "off by ([0-9.,]+) as filtered"))
                .isLessThan(number(output, "off by ([0-9.,]+) as measured") / 2);
    }

    @Test
    void filmsOfTheSameGenreAreRecommendedThatWereNotSeen() throws Exception {
        String[] lists = output(Recommendation::main, directory.resolve("films").toString())
                .split("without the first|from the disk");
        long[] recommended = films(lists[0]);
        assertThat(recommended).hasSize(5).doesNotContain(2003, 2014, 2015, 2092, 2065, 2035);
        assertThat(Arrays.stream(recommended)).allMatch(film -> film / 1000 == 2);
        assertThat(films(lists[1])).hasSize(5).startsWith(Arrays.copyOfRange(recommended, 1, 5));
        assertThat(films(lists[2])).isEqualTo(films(lists[1]));
    }

    private static long[] films(String list) {
        return Pattern.compile("(?m)^ *([0-9]+)  western")
                .matcher(list)
                .results()
                .mapToLong(film -> Long.parseLong(film.group(1)))
                .toArray();
    }

    @Test
    void kMeansFindsTheClusters() throws Exception {
        assertThat(output(KMeans::main).replace(',', '.'))
                .containsPattern("\\(-?0\\.[01].\\. -?0\\.[01].\\)")
                .containsPattern("\\([56]\\.[019].\\. [01]\\.[019].\\)")
                .containsPattern("\\([12]\\.[019].\\. [67]\\.[019].\\)");
    }

    @Test
    void theNeuralNetworkLearns() throws Exception {
        assertThat(number(output(NeuralNetwork::main), "(\\d+) of 300")).isGreaterThan(270);
    }
}
