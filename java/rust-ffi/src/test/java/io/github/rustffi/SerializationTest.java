package io.github.rustffi;

import static io.github.rustffi.Matrices.bits;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SerializationTest {
    /** The class that streams name. */
    private static final String PROXY = "io.github.rustffi.Serialized";

    /** Returns a small value of each class, the same for all time: its stream is in {@code src/test/resources}. */
    static List<Serializable> values() {
        return List.of(
                Matrix.of(2, 3, 1, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, 1e300),
                new Lu(2, 2, new double[] {4, 1, 0, 2}, new int[] {1, 0}, 4),
                new Cholesky(Matrix.of(2, 2, 2, 0, 1, 2)),
                new Qr(2, 1, new double[] {-5, 0.5}, new double[] {1.6}),
                new Svd(Matrix.of(2, 1, 0.6, 0.8), new double[] {5}, Matrix.of(1, 1, 1)),
                new SymmetricEigen(new double[] {-1, 2}, Matrix.of(2, 2, 0, 1, 1, 0)),
                new Eigen(
                        new double[] {0, 0, 3},
                        new double[] {1, -1, 0},
                        Matrix.of(3, 3, 0.6, 0, 0, 0, 0.8, 0, 0, 0, 1)),
                new Hits(new long[] {7, 3}, new float[] {0.98f, 0.51f}),
                new LeastSquares(Matrix.of(1, 1, 3), 1, Matrix.of(2, 1, -1, 1), new double[] {1.5}),
                new Standardization(new double[] {2.5, 5}, new double[] {1.5, 0}),
                new Pca(new double[] {1, 2}, Matrix.of(2, 1, 0.6, 0.8), new double[] {4.5}, new double[] {0.75}),
                FloatMatrix.of(2, 2, 1, -0.0f, Float.NaN, Float.MIN_VALUE),
                new PivotedQr(new Qr(1, 2, new double[] {-5, 0.5}, new double[] {0}), new int[] {1, 0}),
                new Ldl(3, new double[] {1, 2, 0, 0, 1, 0, 0.5, -0.25, -3}, new int[] {0, 2, 1}),
                new Schur(
                        Matrix.of(3, 3, 0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1),
                        Matrix.of(3, 3, 1, 2, 5, -8, 1, 7, 0, 0, 3)),
                new Hessenberg(
                        Matrix.of(3, 3, 1, 0, 0, 0, 0.6, -0.8, 0, 0.8, 0.6),
                        Matrix.of(3, 3, 1, 2, 3, 4, 5, 6, 0, 7, 8)));
    }

    /** Returns what the library computes, of sizes that take several blocks. */
    static Stream<Serializable> computed() {
        Matrix a = random(1, 60, 53);
        Matrix square = random(2, 71, 71);
        try (VectorIndex index = VectorIndex.create(2, VectorIndex.Metric.EUCLIDEAN)) {
            index.addAll(new float[6000]);
            return Stream.of(
                    a,
                    random(3, 1, 1024),
                    random(3, 1025, 1),
                    Matrix.zeros(0, 5),
                    Matrix.zeros(7, 0),
                    a.lu(),
                    a.transpose().lu(),
                    Matrix.zeros(0, 0).lu(),
                    positiveDefinite(4, 41).cholesky(),
                    a.qr(),
                    a.transpose().qr(),
                    a.pivotedQr(),
                    symmetric(10, 67).ldl(),
                    Matrix.zeros(0, 0).ldl(),
                    a.transpose().pivotedQr(),
                    Matrix.zeros(3, 0).pivotedQr(),
                    a.svd(),
                    a.transpose().svd(),
                    Matrix.zeros(3, 3).svd(),
                    symmetric(5, 44).symmetricEigen(),
                    square.eigen(),
                    Matrix.zeros(0, 0).eigen(),
                    square.schur(),
                    Matrix.zeros(0, 0).schur(),
                    square.hessenberg(),
                    Matrix.zeros(0, 0).hessenberg(),
                    index.search(new float[2], 2500),
                    new Hits(new long[0], new float[0]),
                    LeastSquares.of(a, random(9, 60, 3)),
                    LeastSquares.of(a.transpose(), random(9, 53, 0)),
                    LeastSquares.of(Matrix.zeros(0, 3), new double[0]),
                    Standardization.of(a),
                    Standardization.of(Matrix.of(2, 2, 1, Double.NaN, 2, 3)),
                    Standardization.of(Matrix.zeros(2, 0)),
                    Pca.of(a),
                    Pca.of(a.transpose(), 2),
                    Pca.of(a, 0),
                    Pca.of(Matrix.filled(3, 2, 7)),
                    Pca.of(Matrix.of(2, 1, 1e200, -1e200)),
                    FloatMatrix.of(a),
                    FloatMatrix.zeros(1, 1025),
                    FloatMatrix.zeros(0, 5));
        }
    }

    static byte[] written(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    private static byte[] stored(Object value) throws IOException {
        String name = "/serialized/" + value.getClass().getSimpleName() + "-1.bin";
        try (InputStream in = SerializationTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void theFormIsThatOfTheStoredFiles(Serializable value) throws Exception {
        assertThat(written(value)).isEqualTo(stored(value));
        assertThat(read(stored(value))).isEqualTo(value).hasSameHashCodeAs(value);
    }

    @ParameterizedTest
    @MethodSource("computed")
    void valuesComeBackAsTheyWere(Serializable value) throws Exception {
        assertThat(read(written(value))).isEqualTo(value).isNotSameAs(value).hasToString(value.toString());
    }

    @Test
    void valuesComeBackInsideOfOtherObjects() throws Exception {
        List<Serializable> values = values();
        assertThat(read(written(values.toArray()))).isEqualTo(values.toArray());
    }

    @Test
    void aFactorizationSolvesAfterwards() throws Exception {
        Matrix a = random(6, 30, 30);
        double[] b = random(7, 30, 1).toArray();
        assertThat(bits(((Lu) read(written(a.lu()))).solve(b))).isEqualTo(bits(a.lu().solve(b)));
        assertThat(((Lu) read(written(a.lu()))).rcond()).isEqualTo(a.lu().rcond());
        assertThat(bits(((Qr) read(written(a.qr()))).solve(b))).isEqualTo(bits(a.qr().solve(b)));
        Matrix definite = positiveDefinite(8, 30);
        assertThat(bits(((Cholesky) read(written(definite.cholesky()))).solve(b)))
                .isEqualTo(bits(definite.cholesky().solve(b)));
    }

    /** Reads every stored file, and solves if it is told to. */
    static final class Reader {
        public static void main(String[] arguments) throws Exception {
            for (String file : Arrays.copyOfRange(arguments, 1, arguments.length)) {
                Object value = read(Files.readAllBytes(Path.of(file)));
                System.out.println(value.getClass().getSimpleName());
                if (value instanceof Lu lu && arguments[0].equals("solve")) {
                    System.out.println(Arrays.toString(lu.solve(new double[] {2, 9})));
                }
            }
        }
    }

    @Test
    void noLibraryIsNeededToReadAndItIsLoadedToSolve(@TempDir Path directory) throws Exception {
        String[] arguments = new String[values().size() + 1];
        StringBuilder names = new StringBuilder();
        for (Serializable value : values()) {
            String name = value.getClass().getSimpleName();
            names.append(name).append(System.lineSeparator());
            arguments[names.toString().split("\\R").length] =
                    Files.write(directory.resolve(name), stored(value)).toString();
        }
        arguments[0] = "read";
        // A library that is not there could not be loaded.
        Child.Result none = Child.run(List.of("-Drustffi.library=/none/such"), Reader.class, arguments);
        assertThat(none.output()).isEqualTo(names.toString());
        arguments[0] = "solve";
        List<String> options = List.of("-Drustffi.dir=" + System.getProperty("rustffi.dir"));
        assertThat(Child.run(options, Reader.class, arguments).output()).contains("[2.0, 1.0]");
    }

    private interface Content {
        void write(DataOutputStream out) throws IOException;
    }

    /** Returns a stream with an object of a class that has written this content. */
    private static byte[] forged(String type, int flags, Content content) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        content.write(new DataOutputStream(block));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(ObjectStreamConstants.STREAM_MAGIC);
        out.writeShort(ObjectStreamConstants.STREAM_VERSION);
        out.writeByte(ObjectStreamConstants.TC_OBJECT);
        out.writeByte(ObjectStreamConstants.TC_CLASSDESC);
        out.writeUTF(type);
        out.writeLong(1);
        out.writeByte(flags);
        out.writeShort(0);
        out.writeByte(ObjectStreamConstants.TC_ENDBLOCKDATA);
        out.writeByte(ObjectStreamConstants.TC_NULL);
        if (block.size() > 0) {
            out.writeByte(ObjectStreamConstants.TC_BLOCKDATALONG);
            out.writeInt(block.size());
            block.writeTo(out);
            out.writeByte(ObjectStreamConstants.TC_ENDBLOCKDATA);
        }
        return bytes.toByteArray();
    }

    /** Returns a stream of a class by its number, of version 1. */
    private static byte[] forged(int number, Content content) throws IOException {
        return forged(PROXY, ObjectStreamConstants.SC_EXTERNALIZABLE | ObjectStreamConstants.SC_BLOCK_DATA, out -> {
            out.writeByte(number);
            out.writeByte(1);
            content.write(out);
        });
    }

    private static void matrix(DataOutputStream out, int rows, int columns, double... values) throws IOException {
        out.writeInt(rows);
        out.writeInt(columns);
        doubles(out, values);
    }

    private static void doubles(DataOutputStream out, double... values) throws IOException {
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatExceptionOfType(InvalidObjectException.class)
                .isThrownBy(() -> read(bytes))
                .withMessage(message);
    }

    @Test
    void whatIsForgedByHandIsReadIfItIsRight() throws Exception {
        assertThat(read(forged(1, out -> matrix(out, 1, 2, 3, 4)))).isEqualTo(Matrix.of(1, 2, 3, 4));
    }

    @Test
    void lengthsAreChecked() throws IOException {
        assertRefused(forged(1, out -> matrix(out, -1, 2)), "the number of rows is -1");
        assertRefused(forged(2, out -> matrix(out, 2, Integer.MIN_VALUE)), "the number of columns is -2147483648");
        assertRefused(
                forged(4, out -> matrix(out, 50_000, 50_000)), "a 50000x50000 matrix has more than 2147483647 values");
        assertRefused(forged(8, out -> out.writeInt(-5)), "the number of hits is -5");
        assertRefused(forged(6, out -> out.writeInt(-5)), "the number of values is -5");
        assertRefused(forged(3, out -> matrix(out, 1, 2, 1, 0)), "l is 1x2, not 1x1");
        assertRefused(
                forged(5, out -> {
                    matrix(out, 2, 1, 1, 0);
                    doubles(out, 1);
                    matrix(out, 1, 2, 1, 0);
                }),
                "v is 1x2, not 1x1");
        assertRefused(
                forged(5, out -> {
                    matrix(out, 1, 2, 1, 0);
                    doubles(out, 2, 1);
                    matrix(out, 2, 2, 1, 0, 0, 1);
                }),
                "u is 1x2, not 1x1");
        assertRefused(
                forged(6, out -> {
                    out.writeInt(1);
                    doubles(out, 1);
                    matrix(out, 1, 2, 1, 0);
                }),
                "the matrix of vectors is 1x2, not 1x1");
        assertRefused(
                forged(7, out -> {
                    out.writeInt(1);
                    doubles(out, 1, 0);
                    matrix(out, 2, 1, 1, 0);
                }),
                "the matrix of vectors is 2x1, not 1x1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
    void aLengthAloneTakesNoMemory(int number) throws IOException {
        byte[] bytes = forged(number, out -> {
            out.writeInt(List.of(6, 7, 8, 10, 11).contains(number) ? Integer.MAX_VALUE : 46_340);
            out.writeInt(46_340);
            doubles(out, new double[2000]);
        });
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The first time loads classes.
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> read(bytes));
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> read(bytes));
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }

    @ParameterizedTest
    @MethodSource("values")
    void whatIsCutOffIsRefused(Serializable value) throws IOException {
        byte[] bytes = written(value);
        for (int length = 0; length < bytes.length; length++) {
            byte[] start = Arrays.copyOf(bytes, length);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(start));
        }
    }

    @Test
    void valuesThatNoFactorizationHasAreRefused() throws IOException {
        double[][] blocks = {{1, 2, 0, 0, 1, 2, 0, 0, 1}, {1, 2, 0, 3, 1, 0, 0, 0, 1}, {2, 1, 0, 0, 1, 0, 0, 0, 1}};
        for (double[] packed : blocks) {
            assertRefused(
                    forged(14, out -> {
                        out.writeInt(3);
                        doubles(out, packed);
                        out.writeInt(0);
                        out.writeInt(1);
                        out.writeInt(2);
                    }),
                    "d has no block of two at row 0");
        }
        assertRefused(
                forged(14, out -> {
                    out.writeInt(3);
                    doubles(out, 1, 0, 5, 0, 1, 0, 0, 0, 1);
                    out.writeInt(0);
                    out.writeInt(1);
                    out.writeInt(2);
                }),
                "d is not zero at row 0, column 2: 5.0");
        assertRefused(
                forged(14, out -> {
                    out.writeInt(1);
                    doubles(out, 1);
                    out.writeInt(1);
                }),
                "entry 0 of the permutation is 1, not one of 1");
        assertRefused(
                forged(13, out -> {
                    matrix(out, 1, 2, -5, 0.5);
                    doubles(out, 0);
                    out.writeInt(1);
                    out.writeInt(1);
                }),
                "entry 1 of the column permutation is 1, as one before it");
        Content lu = out -> matrix(out, 2, 2, 4, 1, 0, 2);
        for (int[] permutation : new int[][] {{0, 0}, {1, 1}}) {
            assertRefused(
                    forged(2, out -> {
                        lu.write(out);
                        out.writeInt(permutation[0]);
                        out.writeInt(permutation[1]);
                        out.writeDouble(4);
                    }),
                    "entry 1 of the row permutation is " + permutation[0] + ", as one before it");
        }
        for (int entry : new int[] {-1, 2, Integer.MAX_VALUE}) {
            assertRefused(
                    forged(2, out -> {
                        lu.write(out);
                        out.writeInt(entry);
                        out.writeInt(0);
                        out.writeDouble(4);
                    }),
                    "entry 0 of the row permutation is " + entry + ", not one of 2");
        }
        for (double norm : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertRefused(
                    forged(2, out -> {
                        lu.write(out);
                        out.writeInt(1);
                        out.writeInt(0);
                        out.writeDouble(norm);
                    }),
                    "the norm is " + norm);
        }
        String nan = " is NaN, not a finite number";
        assertRefused(forged(2, out -> matrix(out, 1, 1, Double.NaN)), "value 0 of the factors" + nan);
        assertRefused(forged(3, out -> matrix(out, 1, 1, Double.NaN)), "value 0 of l" + nan);
        assertRefused(forged(4, out -> matrix(out, 1, 1, Double.NaN)), "value 0 of the factors" + nan);
        assertRefused(
                forged(4, out -> matrix(out, 1, 1, 1, Double.NEGATIVE_INFINITY)),
                "value 0 of the scales of the reflections is -Infinity, not a finite number");
        assertRefused(
                forged(3, out -> matrix(out, 2, 2, 1, 0, 1, 0)), "value 1 of the diagonal of l is 0.0, not positive");
        assertRefused(forged(3, out -> matrix(out, 2, 2, 1, 3, 1, 1)), "l is not zero at row 0, column 1: 3.0");
        assertSvdRefused("singular value 1 is 3.0, more than 2.0", 2, 3);
        assertSvdRefused("singular value 1 is -1.0, less than 0", 2, -1);
        assertSvdRefused("value 0 of the singular values" + nan, Double.NaN, 1);
        assertRefused(
                forged(6, out -> {
                    out.writeInt(2);
                    doubles(out, 2, 1);
                }),
                "value 1 is 1.0, less than 2.0");
        assertRefused(
                forged(6, out -> {
                    out.writeInt(1);
                    doubles(out, Double.NaN);
                }),
                "value 0 of the values" + nan);
        for (double[] values :
                new double[][] {{0, 0, 1, 0}, {0, 0, -1, 1}, {0, 1, 1, -1}, {0, 0, 1, -2}, {0, 0, 0, 1}}) {
            assertRefused(
                    forged(7, out -> {
                        out.writeInt(2);
                        doubles(out, values);
                    }),
                    "value " + (values[2] == 0 ? 1 : 0) + " is not followed by its conjugate");
        }
        assertRefused(
                forged(7, out -> {
                    out.writeInt(1);
                    doubles(out, 1, 0);
                    matrix(out, 1, 1, Double.NaN);
                }),
                "value 0 of the vectors" + nan);
    }

    @Test
    void partsOfAFitThatDoNotBelongTogetherAreRefused() throws IOException {
        assertFitRefused("the matrix of residuals is 2x2, not 2x1", 2, 1, 0, 0, 0);
        assertFitRefused("the rank is 2 of 1 singular values", 1, 2, 0, 0, 0);
        assertFitRefused("the number of singular values that count is -1", 1, -1, 0, 0, 0);
        assertFitRefused("value 0 of the solution is NaN, not a finite number", 1, 1, Double.NaN, 0, 0);
        assertFitRefused("value 1 of the residuals is NaN, not a finite number", 1, 1, 0, Double.NaN, 0);
        assertFitRefused("singular value 0 is -1.0, less than 0", 1, 1, 0, 0, -1);
    }

    @Test
    void whatNoObservationsHaveIsRefused() throws IOException {
        assertRefused(forged(12, out -> matrix(out, -1, 2)), "the number of rows is -1");
        assertRefused(
                forged(12, out -> matrix(out, 50_000, 50_000)), "a 50000x50000 matrix has more than 2147483647 values");
        assertRefused(forged(10, out -> out.writeInt(-1)), "the number of columns is -1");
        assertRefused(
                forged(10, out -> {
                    out.writeInt(1);
                    doubles(out, 1, -2);
                }),
                "standard deviation 0 is -2.0, less than 0");
        assertRefused(forged(11, out -> out.writeInt(-1)), "the number of variables is -1");
        assertPcaRefused("value 0 of the means is NaN, not a finite number", Double.NaN, 2, 1, 2, 1, 0.75, 0.25);
        assertPcaRefused("the matrix of components is 1x2, not 2x2", 0, 1, 1, 2, 1, 0.75, 0.25);
        assertPcaRefused("value 0 of the components is NaN, not a finite number", 0, 2, Double.NaN, 2, 1, 0.75, 0.25);
        assertPcaRefused("variance 1 is 3.0, more than 2.0", 0, 2, 1, 2, 3, 0.75, 0.25);
        assertPcaRefused("variance 0 is -2.0, not at least 0", 0, 2, 1, -2, -3, 0.75, 0.25);
        assertPcaRefused("variance 1 is NaN, not at least 0", 0, 2, 1, 2, Double.NaN, 0.75, 0.25);
        assertPcaRefused("ratio 0 is 1.5, not from 0 to 1", 0, 2, 1, 2, 1, 1.5, 0.25);
        assertPcaRefused("ratio 1 is NaN, not from 0 to 1", 0, 2, 1, 2, 1, 0.75, Double.NaN);
        assertRefused(
                forged(11, out -> {
                    out.writeInt(1);
                    doubles(out, 0);
                    matrix(out, 1, 2, 1, 0);
                }),
                "the matrix of components is 1x2, not 1x1");
    }

    /** The variances and then the ratios are those of two components. */
    private static void assertPcaRefused(String message, double mean, int rows, double first, double... explained)
            throws IOException {
        assertRefused(
                forged(11, out -> {
                    out.writeInt(2);
                    doubles(out, mean, 0);
                    matrix(out, rows, 2, Arrays.copyOf(new double[] {first, 0, 0, 1}, 2 * rows));
                    doubles(out, explained);
                }),
                message);
    }

    private static void assertFitRefused(
            String message, int columns, int rank, double solution, double residual, double singularValue)
            throws IOException {
        assertRefused(
                forged(9, out -> {
                    matrix(out, 1, 1, solution);
                    matrix(out, 2, columns, columns == 1 ? new double[] {0, residual} : new double[4]);
                    doubles(out, singularValue);
                    out.writeInt(rank);
                }),
                message);
    }

    private static void assertSvdRefused(String message, double... singularValues) throws IOException {
        assertRefused(
                forged(5, out -> {
                    matrix(out, 2, 2, 1, 0, 0, 1);
                    doubles(out, singularValues);
                    matrix(out, 2, 2, 1, 0, 0, 1);
                }),
                message);
    }

    @Test
    void unknownClassesAndVersionsSaySo() throws IOException {
        int flags = ObjectStreamConstants.SC_EXTERNALIZABLE | ObjectStreamConstants.SC_BLOCK_DATA;
        for (int number : new int[] {0, 17, 255}) {
            assertRefused(
                    forged(PROXY, flags, out -> out.writeByte(number)),
                    "class " + number + " is not known to this version of rust-ffi, which knows 1 to 16");
        }
        for (int version : new int[] {0, 2, 255}) {
            assertRefused(
                    forged(PROXY, flags, out -> {
                        out.writeByte(2);
                        out.writeByte(version);
                    }),
                    "version " + version
                            + " of a serialized Lu is not known to this version of rust-ffi, which knows 1 to 1");
        }
    }

    @Test
    void formsThatNoMatrixHasAreRefused() throws IOException {
        for (double[] t : new double[][] {{1, 2, 8, 1}, {1, -2, -8, 1}, {1, 2, -8, 3}, {1, 0, -8, 1}}) {
            assertRefused(
                    forged(15, out -> {
                        matrix(out, 2, 2, 1, 0, 0, 1);
                        matrix(out, 2, 2, t);
                    }),
                    "t has no block of two conjugate eigenvalues at row 0");
        }
        assertRefused(
                forged(15, out -> {
                    matrix(out, 3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1);
                    matrix(out, 3, 3, 1, 2, 0, -2, 1, 0, 0, 5, 1);
                }),
                "t has no block of two conjugate eigenvalues at row 0");
        for (int form : new int[] {15, 16}) {
            String name = form == 15 ? "t" : "h";
            assertRefused(
                    forged(form, out -> {
                        matrix(out, 3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1);
                        matrix(out, 3, 3, 1, 2, 0, 0, 1, 0, 7, 0, 1);
                    }),
                    name + " is not zero at row 2, column 0: 7.0");
            assertRefused(
                    forged(form, out -> {
                        matrix(out, 1, 1, 1);
                        matrix(out, 1, 1, Double.POSITIVE_INFINITY);
                    }),
                    "value 0 of " + name + " is Infinity, not a finite number");
            assertRefused(
                    forged(form, out -> {
                        matrix(out, 1, 1, 1);
                        matrix(out, 1, 2, 1, 2);
                    }),
                    name + " is 1x2, not 1x1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Matrix",
                "Lu",
                "Cholesky",
                "Qr",
                "Svd",
                "SymmetricEigen",
                "Eigen",
                "LeastSquares",
                "Standardization",
                "Pca",
                "FloatMatrix",
                "PivotedQr",
                "Ldl",
                "Schur",
                "Hessenberg"
            })
    void aStreamCannotLeaveOutTheChecks(String type) throws IOException {
        assertRefused(
                forged("io.github.rustffi." + type, ObjectStreamConstants.SC_SERIALIZABLE, out -> {}),
                "a value has to be serialized as io.github.rustffi.Serialized");
    }

    @Test
    void kotlinFindsThePartsOfHits() throws ReflectiveOperationException {
        Hits hits = new Hits(new long[] {7}, new float[] {0.5f});
        Method first = Hits.class.getMethod("component1");
        Method second = Hits.class.getMethod("component2");
        assertThat(first.getReturnType()).isEqualTo(long[].class);
        assertThat(second.getReturnType()).isEqualTo(float[].class);
        assertThat(first.invoke(hits)).isSameAs(hits.ids());
        assertThat(second.invoke(hits)).isSameAs(hits.scores());
    }

    @Test
    void arraysAreCopiesButForThoseOfHits() throws ReflectiveOperationException {
        Set<String> own = Set.of("ids", "scores", "component1", "component2");
        for (Serializable value : values()) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getReturnType().isArray()
                        && method.getParameterCount() == 0
                        && !Modifier.isStatic(method.getModifiers())) {
                    boolean isSame;
                    try {
                        isSame = method.invoke(value) == method.invoke(value);
                    } catch (InvocationTargetException e) {
                        continue; // one that a NaN has none of
                    }
                    assertThat(isSame)
                            .as(method.toString())
                            .isEqualTo(value instanceof Hits && own.contains(method.getName()));
                }
            }
        }
    }
}
