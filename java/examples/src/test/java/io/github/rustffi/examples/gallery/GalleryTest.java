package io.github.rustffi.examples.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.Matrix;
import io.github.rustffi.Pca;
import io.github.rustffi.Svd;
import io.github.rustffi.Vectors;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every program of the gallery, and looks at what it prints and draws. Drawing needs fonts, as a JDK finds them.
 */
class GalleryTest {
    private static final Path DOCS = Path.of("../../docs");
    private static final int WHITE = Color.WHITE.getRGB();
    private static Locale before;

    @TempDir
    private Path directory;

    private interface Program {
        void main(String[] args) throws IOException;
    }

    @BeforeAll
    static void writeNumbersAsEnglishDoes() {
        before = Locale.getDefault();
        Locale.setDefault(Locale.ENGLISH);
    }

    @AfterAll
    static void restoreTheLocale() {
        Locale.setDefault(before);
    }

    private String output(Program program) throws IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.main(new String[] {directory.toString()});
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Returns the groups of the only place where the output has the pattern. */
    private static double[] numbers(String output, String pattern) {
        List<MatchResult> found =
                Pattern.compile(pattern).matcher(output).results().toList();
        assertThat(found).as("%s in %s", pattern, output).hasSize(1);
        MatchResult match = found.get(0);
        return IntStream.rangeClosed(1, match.groupCount())
                .mapToDouble(i -> Double.parseDouble(match.group(i)))
                .toArray();
    }

    /** Returns a picture that a program has written, of the size that the page shows. */
    private BufferedImage picture(String name) throws IOException {
        BufferedImage picture = ImageIO.read(directory.resolve(name).toFile());
        Path shown = DOCS.resolve("gallery").resolve(name);
        BufferedImage onThePage = ImageIO.read(shown.toFile());
        assertThat(picture.getWidth()).isEqualTo(onThePage.getWidth());
        assertThat(picture.getHeight()).isEqualTo(onThePage.getHeight());
        assertThat(Files.size(shown)).as("size of %s", shown).isLessThan(60_000);
        return picture;
    }

    /** Returns where a rectangle of the picture has a colour: a row each for x and y. */
    private static Matrix places(BufferedImage picture, int left, int top, int width, int height, IntPredicate colour) {
        List<double[]> found = new ArrayList<>();
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                if (colour.test(picture.getRGB(x, y))) {
                    found.add(new double[] {x, y});
                }
            }
        }
        assertThat(found).as("pixels of the colour").isNotEmpty();
        return Matrix.of(found.toArray(double[][]::new)).transpose();
    }

    private static IntPredicate is(Color colour) {
        return rgb -> rgb == colour.getRGB();
    }

    @Test
    void irisesLieWhereTheirComponentsAre() throws IOException {
        double[] ratio = numbers(output(IrisComponents::main), "variance: ([0-9.]+) and ([0-9.]+)");
        assertThat(ratio).containsExactly(0.9246, 0.0531);

        Matrix table = Gallery.csv("iris.csv");
        assertThat(table.rows()).isEqualTo(150);
        Matrix measurements = table.selectColumns(0, 1, 2, 3);
        Matrix plane = Pca.of(measurements, 2).project(measurements);
        BufferedImage picture = picture("iris.png");
        Color[] colours = {Gallery.BLUE, Gallery.ORANGE, Gallery.GREEN};
        double[] x = new double[3];
        double[] first = new double[3];
        for (int s = 0; s < 3; s++) {
            // Below the legend.
            double[] drawn = places(picture, 0, 110, picture.getWidth(), picture.getHeight() - 110, is(colours[s]))
                    .row(0);
            x[s] = Vectors.mean(drawn);
            assertThat(drawn.length).as("pixels of the marks").isGreaterThan(40 * 15);
            int from = 50 * s;
            first[s] = Vectors.mean(
                    plane.selectRows(IntStream.range(from, from + 50).toArray()).column(0));
        }
        assertThat((x[1] - x[0]) / (x[2] - x[0]))
                .isCloseTo((first[1] - first[0]) / (first[2] - first[0]), within(0.03));
    }

    @Test
    void theForecastIsThatOfScikitLearnAndItsIntervalWidens() throws IOException {
        String output = output(CarbonDioxide::main);
        // GaussianProcessRegressor of scikit-learn 1.9.1 has -93.68003393, and these deviations.
        assertThat(numbers(output, "likelihood of (\\d+) months: ([-0-9.]+)")).containsExactly(377, -93.6800);
        assertThat(numbers(output, "off by ([0-9.]+) ppm")).containsExactly(1.978);
        assertThat(numbers(output, "(\\d+) of (\\d+) later months")).containsExactly(125, 144);
        double[] deviation = numbers(output, "deviation from ([0-9.]+) to ([0-9.]+) ppm");
        assertThat(deviation).containsExactly(0.282, 2.217);

        BufferedImage picture = picture("carbon-dioxide.png");
        // The legend is below these rows.
        Matrix measured = places(picture, 0, 0, picture.getWidth(), 280, is(Gallery.ORANGE));
        double lastMeasured = Vectors.max(measured.row(0));
        IntPredicate interval = rgb -> rgb == Gallery.PALE_BLUE.getRGB() || rgb == Gallery.BLUE.getRGB();
        Matrix band = places(picture, 0, 0, picture.getWidth(), 280, interval);
        int right = (int) Vectors.max(band.row(0));
        assertThat(right).isCloseTo((int) lastMeasured, within(4));
        int left = (int) Vectors.min(band.row(0));
        double widest = 0;
        double narrowest = Double.MAX_VALUE;
        for (int i = 2; i < 40; i++) {
            widest = Math.max(widest, height(picture, right - i, interval));
            narrowest = Math.min(narrowest, height(picture, left + i, interval));
        }
        assertThat(widest).isGreaterThan(3 * narrowest);
    }

    private static double height(BufferedImage picture, int x, IntPredicate colour) {
        double[] y = places(picture, x, 0, 1, 280, colour).row(1);
        return Vectors.max(y) - Vectors.min(y) + 1;
    }

    @Test
    void theErrorOfACompressedPhotographIsThatOfTheDroppedSingularValues() throws IOException {
        String output = output(ImageCompression::main);
        BufferedImage photograph = Gallery.image("temple.png");
        int width = photograph.getWidth();
        int height = photograph.getHeight();
        Matrix brightness =
                Matrix.generate(height, width, (y, x) -> photograph.getRaster().getSample(x, y, 0));
        Svd svd = brightness.svd();
        BufferedImage picture = picture("compression.png");
        int panel = 0;
        for (int rank : new int[] {width, 5, 20}) {
            double[] values = svd.singularValues();
            double[] dropped = Arrays.copyOfRange(values, Math.min(rank, values.length), values.length);
            double error = Vectors.norm(dropped) / Vectors.norm(values);
            if (panel > 0) {
                double[] printed = numbers(output, "rank " + rank + ": error ([0-9.]+) with ([0-9.]+)%");
                assertThat(printed[0]).isCloseTo(error, within(5e-5));
            }
            int left = panel++ * width;
            Matrix drawn =
                    Matrix.generate(height, width, (y, x) -> picture.getRaster().getSample(left + x, y, 0));
            Matrix exact = rank < values.length ? svd.approximation(rank) : brightness;
            Matrix clipped = exact.map(value -> Math.min(255, Math.max(0, value)));
            assertThat(drawn.minus(clipped).maxAbs()).as("rank %d", rank).isLessThanOrEqualTo(3);
        }
        // The curve of the errors: something black in most of the columns, the lower the further to the right.
        double[] last = new double[1];
        long columns = IntStream.range(width / 2, 5 * width / 2)
                .filter(x -> {
                    int[] black = IntStream.range(height + 50, picture.getHeight() - 60)
                            .filter(y -> picture.getRaster().getSample(x, y, 0) < 40)
                            .toArray();
                    double y = black.length == 0 ? last[0] : black[black.length - 1];
                    boolean falls = black.length > 0 && y >= last[0] - 1;
                    last[0] = y;
                    return falls;
                })
                .count();
        assertThat(columns).isGreaterThan(2 * width * 9 / 10);
    }

    @Test
    void aQueryFindsSectionsThatHaveNoWordOfIt() throws IOException {
        String output = output(LatentSemantics::main);
        assertThat(output).contains("52 documents");
        String[] lists = output.split("(slavery|trial by jury)\\R");
        assertThat(found(lists[1]))
                .startsWith("Amendment XIII", "Amendment V", "Article III, section 3", "Article IV, section 2")
                .contains("Amendment XIV", "Amendment XV")
                .hasSize(8);
        assertThat(found(lists[2]))
                .startsWith("Amendment VII", "Amendment VI", "Article III, section 2", "Amendment V")
                .hasSize(8);
        assertThat(lists[1]).containsPattern("0.463  0.000  Article IV, section 2");
        String text = Gallery.text("constitution.txt");
        assertThat(text.split("slavery", -1)).as("places where the word is").hasSize(2);
        assertThat(text).containsPattern("held\\s+to\\s+Service\\s+or\\s+Labour");

        BufferedImage picture = picture("constitution.png");
        int half = picture.getWidth() / 2;
        for (int query = 0; query < 2; query++) {
            double[] bars = bars(picture, query * half, half);
            double[] scores = scores(lists[1 + query]);
            assertThat(bars).hasSize(8);
            for (int i = 0; i < 8; i++) {
                assertThat(bars[i] / bars[0]).isCloseTo(scores[i] / scores[0], within(0.02));
            }
        }
    }

    private static List<String> found(String list) {
        return Pattern.compile("(?m)^[0-9.]+  [0-9.]+  (A.*\\S)\\s*$")
                .matcher(list)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static double[] scores(String list) {
        return Pattern.compile("(?m)^([0-9.]+)  [0-9.]+  A")
                .matcher(list)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .toArray();
    }

    /** Returns the heights of the blue bars of a chart, which stand on its lowest blue pixels. */
    private static double[] bars(BufferedImage picture, int left, int width) {
        int blue = Gallery.BLUE.getRGB();
        Matrix all = places(picture, left, 0, width, picture.getHeight(), rgb -> rgb == blue);
        int bottom = (int) Vectors.max(all.row(1)) - 2;
        List<Double> heights = new ArrayList<>();
        boolean within = false;
        for (int x = left; x < left + width; x++) {
            boolean bar = picture.getRGB(x, bottom) == blue;
            if (bar && !within) {
                int top = bottom;
                while (picture.getRGB(x + 2, top - 1) == blue) {
                    top--;
                }
                heights.add((double) bottom + 3 - top);
            }
            within = bar;
        }
        return heights.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void theMembraneHasTheTonesOfTheL() throws IOException {
        String output = output(MembraneKt::main);
        // Trefethen and Betcke, Computed eigenmodes of planar regions, 2006; a grid of 1/20 is off by less than 0.5%.
        double[] exact = {9.6397238440, 15.1972519, 2 * Math.PI * Math.PI, 29.5214811};
        for (int k = 0; k < exact.length; k++) {
            double found = numbers(output, "tone " + (k + 1) + ": eigenvalue ([0-9.]+)")[0];
            assertThat(found / exact[k]).isCloseTo(1, within(0.005));
        }
        // The third mode is a product of sines, of which the eigenvalue on the grid is known too.
        double sine = Math.sin(Math.PI / 40);
        assertThat(numbers(output, "tone 3: eigenvalue ([0-9.]+)")[0]).isCloseTo(8 * 400 * sine * sine, within(1e-6));
        assertThat(numbers(output, "residual ([-+0-9.e]+) of")[0]).isLessThan(1e-13);

        BufferedImage picture = picture("membrane.png");
        int width = picture.getWidth() / 3;
        int height = picture.getHeight() / 2;
        for (int panel = 0; panel < 6; panel++) {
            int left = panel % 3 * width;
            int top = panel / 3 * height;
            // The title is grey, and the membrane is not.
            Matrix membrane = places(picture, left, top, width, height, rgb -> {
                Color colour = new Color(rgb);
                return Math.abs(colour.getRed() - colour.getBlue()) > 20;
            });
            double x = Vectors.min(membrane.row(0));
            double y = Vectors.min(membrane.row(1));
            double side = Vectors.max(membrane.row(0)) - x;
            assertThat(Vectors.max(membrane.row(1)) - y).isCloseTo(side, within(20.0));
            assertThat(picture.getRGB((int) (x + 0.75 * side), (int) (y + 0.25 * side)))
                    .isEqualTo(WHITE);
            if (panel == 0) {
                isRed(picture, x + 0.37 * side, y + 0.63 * side);
            }
            if (panel == 2) {
                boolean corner = isRed(picture, x + 0.25 * side, y + 0.75 * side);
                assertThat(isRed(picture, x + 0.25 * side, y + 0.25 * side)).isNotEqualTo(corner);
                assertThat(isRed(picture, x + 0.75 * side, y + 0.75 * side)).isNotEqualTo(corner);
            }
        }
    }

    /** Returns which extreme a point is next to: it is dark red or dark blue, but for seams between the cells. */
    private static boolean isRed(BufferedImage picture, double x, double y) {
        Color darkest = Color.WHITE;
        for (int i = 0; i < 25; i++) {
            Color colour = new Color(picture.getRGB((int) x + i % 5 - 2, (int) y + i / 5 - 2));
            if (colour.getGreen() < darkest.getGreen()) {
                darkest = colour;
            }
        }
        assertThat(darkest.getGreen()).as("%s at %s, %s", darkest, x, y).isLessThan(70);
        return darkest.getRed() > darkest.getBlue();
    }

    @Test
    void thePageShowsLinesOfThePrograms() throws IOException {
        String page = Files.readString(DOCS.resolve("gallery.md"));
        Pattern section = Pattern.compile(
                "\\[([^\\]]+)\\]\\(\\.\\./(java/examples/[^)]+)\\).*?!\\[[^\\]]+\\]\\((gallery/[^)]+)\\).*?```(?:java|kotlin)\\R(.*?)```",
                Pattern.DOTALL);
        List<MatchResult> sections = section.matcher(page).results().toList();
        assertThat(sections).hasSize(5);
        for (MatchResult shown : sections) {
            List<String> program = Files.readAllLines(Path.of("../..").resolve(shown.group(2))).stream()
                    .map(String::strip)
                    .toList();
            int at = 0;
            for (String line : shown.group(4).lines().map(String::strip).toList()) {
                int found = program.subList(at, program.size()).indexOf(line);
                assertThat(found).as("%s in %s, in order", line, shown.group(2)).isNotNegative();
                at += found + 1;
            }
            assertThat(DOCS.resolve(shown.group(3))).exists();
        }
    }
}
