package io.github.rustffi;

import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.ejml.data.Complex_F64;
import org.ejml.data.DMatrixRMaj;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiles and runs what stands in docs/coming-from.md, and compares what the cells of each row return. */
class ComingFromTest {
    private static final Path PAGE = Path.of("../../docs/coming-from.md");

    private static final String EJML = """
            import org.ejml.data.*;
            import org.ejml.dense.row.*;
            import org.ejml.simple.*;
            """;

    private static final String COMMONS_MATH = """
            import org.apache.commons.math3.linear.*;
            import org.apache.commons.math3.stat.StatUtils;
            import org.apache.commons.math3.stat.correlation.*;
            import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
            """;

    private static final String HIPPARCHUS = COMMONS_MATH.replace("org.apache.commons.math3", "org.hipparchus");

    private static final String OF_COMMONS_MATH = """
                static RealMatrix a, b, s, t;
                static RealVector x, y, z;
                static OLSMultipleLinearRegression ols = new OLSMultipleLinearRegression();

                public static void fill(double[][][] values) {
                    a = new Array2DRowRealMatrix(values[0]);
                    b = new Array2DRowRealMatrix(values[1]);
                    s = new Array2DRowRealMatrix(values[2]);
                    t = new Array2DRowRealMatrix(values[3]);
                    x = new ArrayRealVector(values[4][0]);
                    y = new ArrayRealVector(values[5][0]);
                    z = new ArrayRealVector(values[6][0]);
                    ols.setNoIntercept(true);
                    ols.newSampleData(values[6][0], values[3]);
                }
            """;

    /** A library as a column of the page has it: its imports, and its matrices and vectors. */
    private record Library(String imports, String values) {}

    private static final Library OURS = new Library("", """
                static Matrix a, b, s, t;
                static double[] x, y, z;

                public static void fill(double[][][] values) {
                    a = Matrix.of(values[0]);
                    b = Matrix.of(values[1]);
                    s = Matrix.of(values[2]);
                    t = Matrix.of(values[3]);
                    x = values[4][0];
                    y = values[5][0];
                    z = values[6][0];
                }
            """);

    private static final Map<String, Library> LIBRARIES = Map.of(
            "SimpleMatrix",
            new Library(EJML, """
                        static SimpleMatrix a, b, s, t, x, y, z;

                        public static void fill(double[][][] values) {
                            a = new SimpleMatrix(values[0]);
                            b = new SimpleMatrix(values[1]);
                            s = new SimpleMatrix(values[2]);
                            t = new SimpleMatrix(values[3]);
                            x = new SimpleMatrix(values[4]).transpose();
                            y = new SimpleMatrix(values[5]).transpose();
                            z = new SimpleMatrix(values[6]).transpose();
                        }
                    """),
            "DMatrixRMaj",
            new Library(EJML, """
                        static DMatrixRMaj a, b, s, t, x, y, z, c;

                        public static void fill(double[][][] values) {
                            a = new DMatrixRMaj(values[0]);
                            b = new DMatrixRMaj(values[1]);
                            s = new DMatrixRMaj(values[2]);
                            t = new DMatrixRMaj(values[3]);
                            x = new DMatrixRMaj(values[4][0]);
                            y = new DMatrixRMaj(values[5][0]);
                            z = new DMatrixRMaj(values[6][0]);
                            c = new DMatrixRMaj(1, 1);
                        }
                    """),
            "Commons Math",
            new Library(COMMONS_MATH, OF_COMMONS_MATH),
            "Hipparchus",
            new Library(HIPPARCHUS, OF_COMMONS_MATH),
            "rust-ffi",
            OURS);

    /**
     * Two cells of a row, and the libraries that they are of.
     *
     * @param number which one it is on the page
     */
    record Row(int number, String library, String theirs, String ours) {
        @Override
        public String toString() {
            return library + ": " + theirs + " | " + ours;
        }
    }

    @TempDir
    private static Path classes;

    private static URLClassLoader loader;

    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<String> libraries = List.of();
        for (String line : Files.readAllLines(PAGE)) {
            List<String> cells = cells(line);
            if (cells.isEmpty() || cells.get(0).startsWith("---")) {
                libraries = cells.isEmpty() ? List.of() : libraries;
            } else if (libraries.isEmpty()) {
                libraries = cells;
            } else {
                for (int i = 0; i < cells.size() - 1; i++) {
                    for (String library : libraries.get(i).split(" and ")) {
                        rows.add(new Row(rows.size(), library, code(cells.get(i)), code(cells.get(cells.size() - 1))));
                    }
                }
            }
        }
        return rows;
    }

    private static List<String> cells(String line) {
        return line.startsWith("| ") || line.startsWith("|-")
                ? Arrays.stream(line.substring(1).split("\\|(?![^`]*`[^`|]*\\|?$)"))
                        .map(String::strip)
                        .toList()
                : List.of();
    }

    private static String code(String cell) {
        assertThat(cell).matches("`[^`]+`");
        return cell.substring(1, cell.length() - 1);
    }

    private static List<String> blocks() throws IOException {
        Matcher matcher = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        return matcher.results().map(result -> result.group(1)).toList();
    }

    /** Returns the imports of a block: it may be one for either of two libraries. */
    private static List<String> importsOf(String block) {
        return block.contains("RMaj") ? List.of(EJML) : List.of(COMMONS_MATH, HIPPARCHUS);
    }

    @BeforeAll
    static void compile() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Row row : rows()) {
            assertThat(LIBRARIES).containsKey(row.library);
            Library library = LIBRARIES.get(row.library);
            sources.add(source("Theirs" + row.number, library.imports, library.values + method(row.theirs)));
            sources.add(source("Ours" + row.number, OURS.imports, OURS.values + method(row.ours)));
        }
        List<String> blocks = blocks();
        for (int i = 0; i < blocks.size(); i++) {
            List<String> imports = importsOf(blocks.get(i));
            for (int j = 0; j < imports.size(); j++) {
                String body = "public static void run() {\n" + blocks.get(i) + "}\n";
                sources.add(source("Block" + i + "_" + j, imports.get(j), body));
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-d",
                classes.toString(),
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-encoding",
                "UTF-8");
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean isCompiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(isCompiled).as(messages.toString()).isTrue();
        }
        loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, ComingFromTest.class.getClassLoader());
    }

    @AfterAll
    static void close() throws IOException {
        loader.close();
    }

    /** Returns a method that returns what an expression does, or what is in c if it writes to that. */
    private static String method(String code) {
        String body = code.endsWith(", c)") ? code + "; return c;" : "return " + code + ";";
        return "public static Object run() { " + body + " }\n";
    }

    private static Path source(String name, String imports, String members) throws IOException {
        // By name: EJML has a Matrix of its own.
        String ours = """
                import io.github.rustffi.LeastSquares;
                import io.github.rustffi.Matrix;
                import io.github.rustffi.Statistics;
                import io.github.rustffi.Vectors;
                import java.util.Arrays;
                """;
        String text = ours + imports + "public class " + name + " {\n" + members + "}\n";
        return Files.writeString(classes.resolve(name + ".java"), text);
    }

    private static double[][][] values() {
        Matrix t = random(3, 8, 5);
        return Stream.of(
                        random(1, 5, 5),
                        random(2, 5, 5),
                        t.gram(),
                        t,
                        random(4, 1, 5),
                        random(5, 1, 5),
                        random(6, 1, 8))
                .map(Matrix::toRows)
                .toArray(double[][][]::new);
    }

    private static Object run(String name, boolean isFilled) throws ReflectiveOperationException {
        Class<?> type = Class.forName(name, true, loader);
        if (isFilled) {
            type.getMethod("fill", double[][][].class).invoke(null, (Object) values());
        }
        try {
            return type.getMethod("run").invoke(null);
        } catch (InvocationTargetException e) {
            throw new AssertionError(name + " throws " + e.getCause(), e.getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bothCellsReturnTheSame(Row row) throws ReflectiveOperationException {
        Matrix ours = matrix(run("Ours" + row.number, true));
        Matrix theirs = matrix(run("Theirs" + row.number, true));
        boolean isVector = ours.rows() == 1 || ours.columns() == 1;
        if (row.theirs.contains("igenvalues")) {
            // They are in any order.
            ours = Matrix.ofRow(Arrays.stream(ours.toArray()).sorted().toArray());
            theirs = Matrix.ofRow(Arrays.stream(theirs.toArray()).sorted().toArray());
        } else if (isVector) {
            ours = Matrix.ofRow(ours.toArray());
            theirs = Matrix.ofRow(theirs.toArray());
        } else if (row.ours.matches(".*\\.(svd|qr)\\(\\)\\.[uvqr]\\(\\)")) {
            // Each column has either sign, or each row.
            ours = ours.map(Math::abs);
            theirs = theirs.map(Math::abs);
        }
        assertThat(theirs.rows() + "x" + theirs.columns()).isEqualTo(ours.rows() + "x" + ours.columns());
        double tolerance = 1e-10 * Math.max(1, ours.maxAbs());
        assertThat(ours.isClose(theirs, 0, tolerance))
                .as("%s and %s", ours, theirs)
                .isTrue();
    }

    @Test
    void theBlocksRun() throws Exception {
        List<String> blocks = blocks();
        assertThat(blocks).hasSize(4);
        for (int i = 0; i < blocks.size(); i++) {
            for (int j = 0; j < importsOf(blocks.get(i)).size(); j++) {
                run("Block" + i + "_" + j, false);
            }
        }
    }

    @Test
    void ejmlsArraysAreSharedAsThePageSays() {
        DMatrixRMaj theirs = new DMatrixRMaj(new double[][] {{1, 2}, {3, 4}});
        Matrix view = Matrix.wrap(theirs.numRows, theirs.numCols, theirs.data);
        theirs.set(1, 0, 7);
        assertThat(view).isEqualTo(Matrix.of(2, 2, 1, 2, 7, 4));
        SimpleMatrix simple = SimpleMatrix.wrap(theirs);
        simple.set(0, 0, 9);
        assertThat(view.get(0, 0)).isEqualTo(9);
    }

    @Test
    void thePageHasTheEverydayCalls() throws IOException {
        List<Row> rows = rows();
        Map<String, Long> counts = rows.stream().collect(Collectors.groupingBy(Row::library, Collectors.counting()));
        assertThat(counts).containsOnlyKeys("SimpleMatrix", "DMatrixRMaj", "Commons Math", "Hipparchus");
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isGreaterThan(25));
        // No line of a table is passed over.
        long lines = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `"))
                .count();
        assertThat(rows.stream().map(row -> row.theirs + row.ours).distinct().count())
                .isGreaterThanOrEqualTo(lines);
    }

    /** Returns what a cell returned as a matrix: numbers as one of one row. */
    private static Matrix matrix(Object result) throws ReflectiveOperationException {
        if (result instanceof Matrix a) {
            return a;
        } else if (result instanceof double[] values) {
            return Matrix.ofRow(values);
        } else if (result instanceof double[][] rows) {
            return Matrix.of(rows);
        } else if (result instanceof int[] values) {
            return Matrix.ofRow(Arrays.stream(values).asDoubleStream().toArray());
        } else if (result instanceof Boolean answer) {
            return Matrix.ofRow(answer ? 1 : 0);
        } else if (result instanceof Number number) {
            return Matrix.ofRow(number.doubleValue());
        } else if (result instanceof List<?> values) {
            return Matrix.ofRow(values.stream()
                    .mapToDouble(value -> ((Complex_F64) value).real)
                    .toArray());
        } else if (result instanceof org.hipparchus.complex.Complex[] values) {
            return Matrix.ofRow(Arrays.stream(values)
                    .mapToDouble(org.hipparchus.complex.Complex::getRealPart)
                    .toArray());
        } else if (result instanceof SimpleMatrix a) {
            return Matrix.of(a.toArray2());
        } else if (result instanceof DMatrixRMaj a) {
            return Matrix.of(a.numRows, a.numCols, Arrays.copyOf(a.data, a.getNumElements()));
        }
        // A RealMatrix or a RealVector of either library.
        boolean isMatrix = Arrays.stream(result.getClass().getMethods())
                .anyMatch(method -> method.getName().equals("getData"));
        return matrix(
                result.getClass().getMethod(isMatrix ? "getData" : "toArray").invoke(result));
    }
}
