package io.github.rustffi.failures;

import io.github.rustffi.Batch;
import io.github.rustffi.BatchHits;
import io.github.rustffi.Cholesky;
import io.github.rustffi.Eigen;
import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.Ldl;
import io.github.rustffi.LeastSquares;
import io.github.rustffi.Lu;
import io.github.rustffi.Matrix;
import io.github.rustffi.MatrixFunctions;
import io.github.rustffi.Npz;
import io.github.rustffi.Parallelism;
import io.github.rustffi.Pca;
import io.github.rustffi.PivotedQr;
import io.github.rustffi.Qr;
import io.github.rustffi.RustFfi;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.Standardization;
import io.github.rustffi.Statistics;
import io.github.rustffi.Svd;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.VectorIndex.Metric;
import io.github.rustffi.VectorIndex.Storage;
import io.github.rustffi.Vectors;
import io.github.rustffi.internal.Natives;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * For every public method that can fail at least one call that does, and a reason for every other method.
 *
 * <p>Exceptions are given by name, so that nothing loads a class that the library should have loaded itself.
 */
public final class FailingCalls {
    static final String IN_JAVA = "in Java: ";

    private static final String ARGUMENT = "java.lang.IllegalArgumentException";
    private static final String NULL = "java.lang.NullPointerException";
    private static final String INDEX = "java.lang.IndexOutOfBoundsException";
    private static final String STATE = "java.lang.IllegalStateException";
    private static final String UNSUPPORTED = "java.lang.UnsupportedOperationException";
    private static final String ARITHMETIC = "java.lang.ArithmeticException";
    private static final String MEMORY = "java.lang.OutOfMemoryError";
    private static final String BUG = "java.lang.AssertionError";
    private static final String IO = "java.io.IOException";
    private static final String NO_FILE = "java.nio.file.NoSuchFileException";
    private static final String DENIED = "java.nio.file.AccessDeniedException";
    private static final String FILE_SYSTEM = "java.nio.file.FileSystemException";
    private static final String SINGULAR = "io.github.rustffi.SingularMatrixException";
    private static final String NOT_DEFINITE = "io.github.rustffi.NotPositiveDefiniteException";

    private static final String OPEN = "the index is closed";
    private static final String NAN = "matrix has a NaN at row 0, column 0";
    private static final String NOT_SQUARE = "matrix is not square: 2x3";
    private static final String NOT_SYMMETRIC =
            "matrix is not symmetric: 3.0 at row 1, column 0, but 2.0 at row 0, column 1, and they may differ by "
                    + "5.960464477539063E-8, sqrt(epsilon) times the largest magnitude; symmetrized returns the "
                    + "symmetric part";
    private static final String LEAST_SQUARES = "; leastSquares takes a matrix of any shape";
    private static final String BEYOND = " is beyond 1.7976931348623157E308";
    private static final String LENGTHS = "vector lengths differ: 2 and 3";
    private static final String LONG_PATH = "path must have at most 32767 characters, but has ";

    private final List<FailingCall> calls = new ArrayList<>();
    private final Map<String, String> excused = new LinkedHashMap<>();

    private FailingCalls() {
        addMatrices();
        addFloatMatrices();
        addMaking();
        addElementWise();
        addReductions();
        addNorms();
        addSolutions();
        addDecompositions();
        addFactors();
        addStatistics();
        addFiles();
        addFloatsInFiles();
        addVectorsInFiles();
        addText();
        addArchives();
        addVectors();
        addIndexes();
        addOthers();
        excuse();
    }

    /** Returns all calls, always in the same order. */
    public static List<FailingCall> all() {
        return new FailingCalls().calls;
    }

    /** Returns the first call for each class of exceptions that Rust makes. */
    public static List<FailingCall> oneOfEachKind() {
        Map<String, FailingCall> kinds = new LinkedHashMap<>();
        for (FailingCall call : all()) {
            if (call.isOfRust()) {
                kinds.putIfAbsent(call.exception(), call);
            }
        }
        return List.copyOf(kinds.values());
    }

    /** Returns the public methods of which no failure is made, with the reason. */
    static Map<String, String> excused() {
        return new FailingCalls().excused;
    }

    private void add(
            String method, String mistake, String exception, String message, FailingCall.Preparation preparation) {
        calls.add(new FailingCall(method, mistake, exception, message, preparation));
    }

    private void addInJava(
            String method, String mistake, String exception, String message, FailingCall.Preparation preparation) {
        add(method, IN_JAVA + mistake, exception, message, preparation);
    }

    private static Matrix nan() {
        return Matrix.of(1, 1, Double.NaN);
    }

    private static Matrix row(double... values) {
        return Matrix.of(1, values.length, values);
    }

    private static Matrix notSymmetric() {
        return Matrix.of(2, 2, 4, 2, 3, 4);
    }

    /** Returns a matrix to divide by: what is solved with it is too large for a double. */
    private static Matrix tiny() {
        return row(Double.MIN_VALUE);
    }

    private static Matrix largest() {
        return Matrix.of(2, 2, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE);
    }

    private void addMatrices() {
        addInJava("Matrix.of(double[][])", "null", NULL, "rows", s -> () -> Matrix.of(null));
        addInJava("Matrix.of(double[][])", "ragged", ARGUMENT, "row 1 has 3 values, not 2", s -> {
            double[][] rows = {{1, 2}, {1, 2, 3}};
            return () -> Matrix.of(rows);
        });
        addInJava("Matrix.of(int,int,double[])", "too few", ARGUMENT, "a 2x3 matrix does not have 5 values", s -> {
            double[] values = new double[5];
            return () -> Matrix.of(2, 3, values);
        });
        addInJava("Matrix.of(int,int,double[])", "null", NULL, "rowMajor", s -> {
            double[] none = null;
            return () -> Matrix.of(2, 3, none);
        });
        addInJava("Matrix.wrap(int,int,double[])", "too few", ARGUMENT, "a 2x3 matrix does not have 5 values", s -> {
            double[] values = new double[5];
            return () -> Matrix.wrap(2, 3, values);
        });
        addInJava(
                "Matrix.zeros(int,int)",
                "negative",
                ARGUMENT,
                "a matrix cannot be -1x2",
                s -> () -> Matrix.zeros(-1, 2));
        addInJava(
                "Matrix.identity(int)",
                "too large",
                ARGUMENT,
                "a 50000x50000 matrix has more than 2147483647 values",
                s -> () -> Matrix.identity(50_000));
        addInJava("Matrix.diagonal(double[])", "null", NULL, "d", s -> {
            double[] none = null;
            return () -> Matrix.diagonal(none);
        });
        addInJava("Matrix.get(int,int)", "outside", INDEX, "no row 2, column 0 in a 2x3 matrix", s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.get(2, 0);
        });
        addInJava("Matrix.row(int)", "outside", INDEX, "no row 2 in a 2x3 matrix", s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.row(2);
        });
        addInJava("Matrix.column(int)", "outside", INDEX, "no column 3 in a 2x3 matrix", s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.column(3);
        });
        String block = "no 2x2 block at row 1, column 0 in a 2x3 matrix";
        addInJava("Matrix.submatrix(int,int,int,int)", "outside", INDEX, block, s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.submatrix(1, 0, 2, 2);
        });
        addInJava("Matrix.plus(Matrix)", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 plus 3x2", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix b = Matrix.zeros(3, 2);
            return () -> a.plus(b);
        });
        addInJava("Matrix.plus(Matrix)", "null", NULL, "b", s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.plus(null);
        });
        addInJava("Matrix.minus(Matrix)", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 minus 3x2", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix b = Matrix.zeros(3, 2);
            return () -> a.minus(b);
        });
        addInJava("Matrix.symmetrized()", "not square", ARGUMENT, NOT_SQUARE, s -> Matrix.zeros(2, 3)::symmetrized);
        add("Matrix.times(Matrix)", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 times 4x2", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix b = Matrix.zeros(4, 2);
            return () -> a.times(b);
        });
        addInJava("Matrix.times(Matrix)", "null", NULL, "b", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix none = null;
            return () -> a.times(none);
        });
        add(
                "Matrix.transposeTimes(Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 transpose times 4x2",
                s -> {
                    Matrix a = Matrix.zeros(2, 3);
                    Matrix b = Matrix.zeros(4, 2);
                    return () -> a.transposeTimes(b);
                });
        addInJava("Matrix.transposeTimes(Matrix)", "null", NULL, "b", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix none = null;
            return () -> a.transposeTimes(none);
        });
        add(
                "Matrix.transposeTimes(double[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 transpose times 4x1",
                s -> {
                    Matrix a = Matrix.zeros(2, 3);
                    double[] x = new double[4];
                    return () -> a.transposeTimes(x);
                });
        addInJava("Matrix.transposeTimes(double[])", "null", NULL, "x", s -> {
            Matrix a = Matrix.zeros(2, 3);
            double[] none = null;
            return () -> a.transposeTimes(none);
        });
        add(
                "Matrix.timesTranspose(Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 times transpose of 4x2",
                s -> {
                    Matrix a = Matrix.zeros(2, 3);
                    Matrix b = Matrix.zeros(4, 2);
                    return () -> a.timesTranspose(b);
                });
        addInJava("Matrix.timesTranspose(Matrix)", "null", NULL, "b", s -> {
            Matrix a = Matrix.zeros(2, 3);
            Matrix none = null;
            return () -> a.timesTranspose(none);
        });
        addInJava("Matrix.gram()", "size", ARGUMENT, "a 50000x50000 matrix has more than 2147483647 values", s -> {
            Matrix a = Matrix.zeros(1, 50_000);
            return () -> a.gram();
        });
        add("Matrix.times(double[])", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 times 4x1", s -> {
            Matrix a = Matrix.zeros(2, 3);
            double[] x = new double[4];
            return () -> a.times(x);
        });
    }

    private void addMaking() {
        Matrix wide = Matrix.zeros(2, 3);
        Matrix square = Matrix.zeros(3, 3);
        String tooLarge = "a 50000x50000 matrix has more than 2147483647 values";
        addInJava(
                "Matrix.generate(int,int,Matrix.Generator)",
                "null",
                NULL,
                "generator",
                s -> () -> Matrix.generate(1, 1, null));
        addInJava(
                "Matrix.filled(int,int,double)",
                "negative",
                ARGUMENT,
                "a matrix cannot be -1x2",
                s -> () -> Matrix.filled(-1, 2, 1));
        addInJava("Matrix.ofRow(double[])", "null", NULL, "row", s -> {
            double[] none = null;
            return () -> Matrix.ofRow(none);
        });
        addInJava("Matrix.ofColumn(double[])", "null", NULL, "column", s -> {
            double[] none = null;
            return () -> Matrix.ofColumn(none);
        });
        addInJava(
                "Matrix.random(int,int,RandomGenerator)", "null", NULL, "random", s -> () -> Matrix.random(1, 1, null));
        addInJava(
                "Matrix.gaussian(int,int,RandomGenerator)",
                "null",
                NULL,
                "random",
                s -> () -> Matrix.gaussian(1, 1, null));
        String hstack = "matrix shapes do not agree: 2x3 hstack 3x3";
        addInJava("Matrix.hstack(Matrix[])", "shapes", ARGUMENT, hstack, s -> {
            Matrix[] blocks = {wide, square};
            return () -> Matrix.hstack(blocks);
        });
        String vstack = "matrix shapes do not agree: 2x3 vstack 3x2";
        addInJava("Matrix.vstack(Matrix[])", "shapes", ARGUMENT, vstack, s -> {
            Matrix[] blocks = {wide, Matrix.zeros(3, 2)};
            return () -> Matrix.vstack(blocks);
        });
        addInJava("Matrix.block(Matrix[][])", "shapes", ARGUMENT, hstack, s -> {
            Matrix[][] blocks = {{wide, square}};
            return () -> Matrix.block(blocks);
        });
        addInJava(
                "Matrix.reshape(int,int)",
                "size",
                ARGUMENT,
                "a 4x2 matrix does not have 6 values",
                s -> () -> wide.reshape(4, 2));
        addInJava("Matrix.selectRows(int[])", "outside", INDEX, "no row 2 in a 2x3 matrix", s -> {
            int[] rows = {2};
            return () -> wide.selectRows(rows);
        });
        addInJava("Matrix.selectColumns(int[])", "outside", INDEX, "no column 3 in a 2x3 matrix", s -> {
            int[] columns = {3};
            return () -> wide.selectColumns(columns);
        });
        addInJava("Matrix.outer(double[],double[])", "too large", ARGUMENT, tooLarge, s -> {
            double[] x = new double[50_000];
            return () -> Matrix.outer(x, x);
        });
        addInJava("Matrix.kronecker(Matrix)", "too large", ARGUMENT, tooLarge, s -> {
            Matrix a = Matrix.zeros(50_000, 1);
            Matrix b = Matrix.zeros(1, 50_000);
            return () -> a.kronecker(b);
        });
    }

    private void addElementWise() {
        Matrix a = Matrix.zeros(2, 3);
        Matrix b = Matrix.zeros(3, 2);
        double[] two = new double[2];
        double[] three = new double[3];
        String shapes = "matrix shapes do not agree: 2x3 ";
        addInJava("Matrix.map(DoubleUnaryOperator)", "null", NULL, "function", s -> () -> a.map(null));
        addInJava("Matrix.zip(Matrix,DoubleBinaryOperator)", "shapes", ARGUMENT, shapes + "zip 3x2", s -> {
            DoubleBinaryOperator sum = Double::sum;
            return () -> a.zip(b, sum);
        });
        addInJava(
                "Matrix.elementTimes(Matrix)",
                "shapes",
                ARGUMENT,
                shapes + "element times 3x2",
                s -> () -> a.elementTimes(b));
        addInJava(
                "Matrix.elementDiv(Matrix)",
                "shapes",
                ARGUMENT,
                shapes + "element div 3x2",
                s -> () -> a.elementDiv(b));
        addInJava("Matrix.plusRow(double[])", "length", ARGUMENT, shapes + "plus row 1x2", s -> () -> a.plusRow(two));
        addInJava(
                "Matrix.minusRow(double[])", "length", ARGUMENT, shapes + "minus row 1x2", s -> () -> a.minusRow(two));
        addInJava(
                "Matrix.timesRow(double[])", "length", ARGUMENT, shapes + "times row 1x2", s -> () -> a.timesRow(two));
        addInJava("Matrix.divRow(double[])", "length", ARGUMENT, shapes + "div row 1x2", s -> () -> a.divRow(two));
        addInJava(
                "Matrix.plusColumn(double[])",
                "length",
                ARGUMENT,
                shapes + "plus column 3x1",
                s -> () -> a.plusColumn(three));
        addInJava(
                "Matrix.minusColumn(double[])",
                "length",
                ARGUMENT,
                shapes + "minus column 3x1",
                s -> () -> a.minusColumn(three));
        addInJava(
                "Matrix.timesColumn(double[])",
                "length",
                ARGUMENT,
                shapes + "times column 3x1",
                s -> () -> a.timesColumn(three));
        addInJava(
                "Matrix.divColumn(double[])",
                "length",
                ARGUMENT,
                shapes + "div column 3x1",
                s -> () -> a.divColumn(three));
    }

    private void addReductions() {
        Matrix low = Matrix.zeros(0, 3);
        Matrix narrow = Matrix.zeros(2, 0);
        String minimum = "the minimum of a ";
        addInJava("Matrix.min()", "no values", ARGUMENT, minimum + "0x3 matrix is not defined", s -> low::min);
        addInJava(
                "Matrix.rowMinima()",
                "no columns",
                ARGUMENT,
                minimum + "2x0 matrix is not defined",
                s -> narrow::rowMinima);
        addInJava(
                "Matrix.columnMinima()",
                "no rows",
                ARGUMENT,
                minimum + "0x3 matrix is not defined",
                s -> low::columnMinima);
        String maximum = "the maximum of a ";
        addInJava("Matrix.max()", "no values", ARGUMENT, maximum + "0x3 matrix is not defined", s -> low::max);
        addInJava(
                "Matrix.rowMaxima()",
                "no columns",
                ARGUMENT,
                maximum + "2x0 matrix is not defined",
                s -> narrow::rowMaxima);
        addInJava(
                "Matrix.columnMaxima()",
                "no rows",
                ARGUMENT,
                maximum + "0x3 matrix is not defined",
                s -> low::columnMaxima);
        String argmin = "the argmin of a ";
        addInJava("Matrix.argmin()", "no values", ARGUMENT, argmin + "0x3 matrix is not defined", s -> low::argmin);
        addInJava(
                "Matrix.rowArgmin()",
                "no columns",
                ARGUMENT,
                argmin + "2x0 matrix is not defined",
                s -> narrow::rowArgmin);
        addInJava(
                "Matrix.columnArgmin()",
                "no rows",
                ARGUMENT,
                argmin + "0x3 matrix is not defined",
                s -> low::columnArgmin);
        String argmax = "the argmax of a ";
        addInJava("Matrix.argmax()", "no values", ARGUMENT, argmax + "0x3 matrix is not defined", s -> low::argmax);
        addInJava(
                "Matrix.rowArgmax()",
                "no columns",
                ARGUMENT,
                argmax + "2x0 matrix is not defined",
                s -> narrow::rowArgmax);
        addInJava(
                "Matrix.columnArgmax()",
                "no rows",
                ARGUMENT,
                argmax + "0x3 matrix is not defined",
                s -> low::columnArgmax);
    }

    private void addNorms() {
        Matrix a = Matrix.zeros(2, 3);
        Matrix b = Matrix.zeros(3, 2);
        add("Matrix.norm2()", "a NaN", ARGUMENT, NAN, s -> nan()::norm2);
        String shapes = "matrix shapes do not agree: 2x3 is close 3x2";
        addInJava("Matrix.isClose(Matrix,double,double)", "shapes", ARGUMENT, shapes, s -> () -> a.isClose(b, 0, 0));
        String relative = "relative must be at least 0, but is -1.0";
        addInJava(
                "Matrix.isClose(Matrix,double,double)", "negative", ARGUMENT, relative, s -> () -> a.isClose(a, -1, 0));
        String tolerance = "tolerance must be at least 0, but is -1.0";
        addInJava("Matrix.isSymmetric(double)", "negative", ARGUMENT, tolerance, s -> () -> a.isSymmetric(-1));
        addInJava("Matrix.power(int)", "not square", ARGUMENT, NOT_SQUARE, s -> () -> a.power(2));
        add("Matrix.power(int)", "singular", SINGULAR, "matrix is singular: pivot 0 is zero", s -> {
            Matrix singular = Matrix.zeros(3, 3);
            return () -> singular.power(-1);
        });
        String distances = "matrix shapes do not agree: 2x3 squared distances 3x2";
        addInJava("Matrix.squaredDistances(Matrix)", "shapes", ARGUMENT, distances, s -> () -> a.squaredDistances(b));
    }

    private void addFloatMatrices() {
        addInJava("FloatMatrix.of(float[][])", "null", NULL, "rows", s -> {
            float[][] none = null;
            return () -> FloatMatrix.of(none);
        });
        addInJava("FloatMatrix.of(float[][])", "ragged", ARGUMENT, "row 1 has 3 values, not 2", s -> {
            float[][] rows = {{1, 2}, {1, 2, 3}};
            return () -> FloatMatrix.of(rows);
        });
        addInJava("FloatMatrix.of(int,int,float[])", "too few", ARGUMENT, "a 2x3 matrix does not have 5 values", s -> {
            float[] values = new float[5];
            return () -> FloatMatrix.of(2, 3, values);
        });
        addInJava("FloatMatrix.of(Matrix)", "null", NULL, "a", s -> {
            Matrix none = null;
            return () -> FloatMatrix.of(none);
        });
        addInJava(
                "FloatMatrix.zeros(int,int)",
                "negative",
                ARGUMENT,
                "a matrix cannot be -1x2",
                s -> () -> FloatMatrix.zeros(-1, 2));
        addInJava(
                "FloatMatrix.filled(int,int,float)",
                "negative",
                ARGUMENT,
                "a matrix cannot be 2x-1",
                s -> () -> FloatMatrix.filled(2, -1, 1));
        addInJava(
                "FloatMatrix.generate(int,int,FloatMatrix.Generator)",
                "negative",
                ARGUMENT,
                "a matrix cannot be 2x-1",
                s -> () -> FloatMatrix.generate(2, -1, (i, j) -> 1));
        addInJava(
                "FloatMatrix.generate(int,int,FloatMatrix.Generator)",
                "null",
                NULL,
                "generator",
                s -> () -> FloatMatrix.generate(1, 1, null));
        addInJava("FloatMatrix.get(int,int)", "outside", INDEX, "no row 2, column 0 in a 2x3 matrix", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            return () -> a.get(2, 0);
        });
        addInJava("FloatMatrix.row(int)", "outside", INDEX, "no row 2 in a 2x3 matrix", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            return () -> a.row(2);
        });
        addInJava("FloatMatrix.column(int)", "outside", INDEX, "no column 3 in a 2x3 matrix", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            return () -> a.column(3);
        });
        addInJava("FloatMatrix.selectRows(int[])", "outside", INDEX, "no row -1 in a 2x3 matrix", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            return () -> a.selectRows(0, -1);
        });
        addInJava("FloatMatrix.map(FloatMatrix.FloatFunction)", "null", NULL, "function", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            return () -> a.map(null);
        });
        addInJava("FloatMatrix.gram()", "size", ARGUMENT, "a 50000x50000 matrix has more than 2147483647 values", s -> {
            FloatMatrix a = FloatMatrix.zeros(1, 50_000);
            return () -> a.gram();
        });
        for (String name : new String[] {"max", "min"}) {
            addInJava(
                    "FloatMatrix." + name + "()",
                    "empty",
                    ARGUMENT,
                    "the " + name + "imum of a 0x3 matrix is not defined",
                    s -> {
                        FloatMatrix a = FloatMatrix.zeros(0, 3);
                        return () -> {
                            if (name.equals("max")) {
                                a.max();
                            } else {
                                a.min();
                            }
                        };
                    });
        }
        addInJava("FloatMatrix.rowArgmax()", "empty", ARGUMENT, "the argmax of a 3x0 matrix is not defined", s -> {
            FloatMatrix a = FloatMatrix.zeros(3, 0);
            return () -> a.rowArgmax();
        });
        addInJava(
                "FloatMatrix.plus(FloatMatrix)", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 plus 3x2", s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(3, 2);
                    return () -> a.plus(b);
                });
        addInJava("FloatMatrix.plus(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.plus(none);
        });
        addInJava(
                "FloatMatrix.minus(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 minus 3x2",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(3, 2);
                    return () -> a.minus(b);
                });
        addInJava("FloatMatrix.minus(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.minus(none);
        });
        addInJava(
                "FloatMatrix.elementTimes(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 element times 3x2",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(3, 2);
                    return () -> a.elementTimes(b);
                });
        addInJava("FloatMatrix.elementTimes(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.elementTimes(none);
        });
        addInJava(
                "FloatMatrix.elementDiv(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 element div 3x2",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(3, 2);
                    return () -> a.elementDiv(b);
                });
        addInJava("FloatMatrix.elementDiv(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.elementDiv(none);
        });
        addInJava(
                "FloatMatrix.squaredDistances(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 squared distances 2x4",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(2, 4);
                    return () -> a.squaredDistances(b);
                });
        add("FloatMatrix.times(FloatMatrix)", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 times 4x2", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix b = FloatMatrix.zeros(4, 2);
            return () -> a.times(b);
        });
        addInJava("FloatMatrix.times(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.times(none);
        });
        add("FloatMatrix.times(float[])", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 times 4x1", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            float[] b = new float[4];
            return () -> a.times(b);
        });
        add(
                "FloatMatrix.transposeTimes(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 transpose times 4x2",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(4, 2);
                    return () -> a.transposeTimes(b);
                });
        addInJava("FloatMatrix.transposeTimes(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.transposeTimes(none);
        });
        add(
                "FloatMatrix.transposeTimes(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 transpose times 4x1",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.transposeTimes(b);
                });
        add(
                "FloatMatrix.timesTranspose(FloatMatrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 times transpose of 4x2",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    FloatMatrix b = FloatMatrix.zeros(4, 2);
                    return () -> a.timesTranspose(b);
                });
        addInJava("FloatMatrix.timesTranspose(FloatMatrix)", "null", NULL, "b", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 3);
            FloatMatrix none = null;
            return () -> a.timesTranspose(none);
        });
        addInJava(
                "FloatMatrix.plusRow(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 plus row 1x4",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.plusRow(b);
                });
        addInJava(
                "FloatMatrix.minusRow(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 minus row 1x4",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.minusRow(b);
                });
        addInJava(
                "FloatMatrix.timesRow(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 times row 1x4",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.timesRow(b);
                });
        addInJava(
                "FloatMatrix.divRow(float[])", "shapes", ARGUMENT, "matrix shapes do not agree: 2x3 div row 1x4", s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.divRow(b);
                });
        addInJava(
                "FloatMatrix.plusColumn(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 plus column 4x1",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.plusColumn(b);
                });
        addInJava(
                "FloatMatrix.minusColumn(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 minus column 4x1",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.minusColumn(b);
                });
        addInJava(
                "FloatMatrix.timesColumn(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 times column 4x1",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.timesColumn(b);
                });
        addInJava(
                "FloatMatrix.divColumn(float[])",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x3 div column 4x1",
                s -> {
                    FloatMatrix a = FloatMatrix.zeros(2, 3);
                    float[] b = new float[4];
                    return () -> a.divColumn(b);
                });
    }

    private void addSolutions() {
        String shapes = "matrix shapes do not agree: 2x2 solve 3x1";
        String singular = "matrix is singular: pivot 0 is zero";
        String beyond = "the solution" + BEYOND;
        add("Matrix.solve(Matrix)", "not square", ARGUMENT, NOT_SQUARE + LEAST_SQUARES, s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> a.solve(a);
        });
        add("Matrix.solve(Matrix)", "shapes", ARGUMENT, shapes, s -> {
            Matrix a = Matrix.identity(2);
            Matrix b = Matrix.zeros(3, 1);
            return () -> a.solve(b);
        });
        add("Matrix.solve(Matrix)", "singular", SINGULAR, singular, s -> {
            Matrix a = Matrix.zeros(2, 2);
            return () -> a.solve(a);
        });
        add("Matrix.solve(Matrix)", "too large", ARITHMETIC, beyond, s -> {
            Matrix a = tiny();
            Matrix b = row(Double.MAX_VALUE);
            return () -> a.solve(b);
        });
        add("Matrix.solve(double[])", "singular", SINGULAR, singular, s -> {
            Matrix a = Matrix.zeros(2, 2);
            double[] b = new double[2];
            return () -> a.solve(b);
        });
        add("Matrix.solve(double[])", "a NaN", ARGUMENT, NAN, s -> {
            Matrix a = nan();
            double[] b = new double[1];
            return () -> a.solve(b);
        });
        add("Matrix.solve(double[])", "a NaN on the right", ARGUMENT, "b has a NaN at row 0, column 0", s -> {
            Matrix a = Matrix.identity(1);
            double[] b = {Double.NaN};
            return () -> a.solve(b);
        });
        String leastSquares = "matrix shapes do not agree: 3x2 least squares 2x1";
        add("Matrix.leastSquares(Matrix)", "shapes", ARGUMENT, leastSquares, s -> {
            Matrix a = Matrix.zeros(3, 2);
            Matrix b = Matrix.zeros(2, 1);
            return () -> a.leastSquares(b);
        });
        add("Matrix.leastSquares(Matrix)", "too large", ARITHMETIC, "the largest value of the solution" + BEYOND, s -> {
            Matrix a = row(Double.MIN_NORMAL);
            Matrix b = row(Double.MAX_VALUE);
            return () -> a.leastSquares(b);
        });
        add("Matrix.leastSquares(double[])", "a NaN", ARGUMENT, NAN, s -> {
            Matrix a = nan();
            double[] b = new double[1];
            return () -> a.leastSquares(b);
        });
        String tolerance = "tolerance must be at least 0, but is ";
        add("Matrix.leastSquares(Matrix,double)", "negative", ARGUMENT, tolerance + "-1.0", s -> {
            Matrix a = Matrix.identity(1);
            return () -> a.leastSquares(a, -1);
        });
        add("Matrix.leastSquares(double[],double)", "a NaN", ARGUMENT, tolerance + "NaN", s -> {
            Matrix a = Matrix.identity(1);
            double[] b = new double[1];
            return () -> a.leastSquares(b, Double.NaN);
        });
        add("LeastSquares.of(Matrix,Matrix)", "shapes", ARGUMENT, leastSquares, s -> {
            Matrix a = Matrix.zeros(3, 2);
            Matrix b = Matrix.zeros(2, 1);
            return () -> LeastSquares.of(a, b);
        });
        add("LeastSquares.of(Matrix,Matrix)", "too large", ARITHMETIC, "the largest singular value" + BEYOND, s -> {
            Matrix a = largest();
            return () -> LeastSquares.of(a, a);
        });
        add("LeastSquares.of(Matrix,Matrix,double)", "negative", ARGUMENT, tolerance + "-1.0", s -> {
            Matrix a = Matrix.identity(1);
            return () -> LeastSquares.of(a, a, -1);
        });
        add("LeastSquares.of(Matrix,double[])", "a NaN", ARGUMENT, NAN, s -> {
            Matrix a = nan();
            double[] b = new double[1];
            return () -> LeastSquares.of(a, b);
        });
        addInJava("LeastSquares.of(Matrix,double[])", "null", NULL, "a", s -> {
            double[] b = new double[1];
            return () -> LeastSquares.of(null, b);
        });
        add("LeastSquares.of(Matrix,double[],double)", "a NaN", ARGUMENT, tolerance + "NaN", s -> {
            Matrix a = Matrix.identity(1);
            double[] b = new double[1];
            return () -> LeastSquares.of(a, b, Double.NaN);
        });
        add("Matrix.inverse()", "singular", SINGULAR, singular, s -> Matrix.zeros(3, 3)::inverse);
        String pseudoInverse = NOT_SQUARE + "; pseudoInverse takes a matrix of any shape";
        add("Matrix.inverse()", "not square", ARGUMENT, pseudoInverse, s -> Matrix.zeros(2, 3)::inverse);
        add("Matrix.inverse()", "too large", ARITHMETIC, "the solution" + BEYOND, s -> tiny()::inverse);
        add("Matrix.pseudoInverse()", "a NaN", ARGUMENT, NAN, s -> nan()::pseudoInverse);
        add(
                "Matrix.pseudoInverse()",
                "too large",
                ARITHMETIC,
                "the largest value of the pseudo-inverse" + BEYOND,
                s -> tiny()::pseudoInverse);
        add("Matrix.pseudoInverse(double)", "negative", ARGUMENT, tolerance + "-1.0", s -> {
            Matrix a = Matrix.identity(1);
            return () -> a.pseudoInverse(-1);
        });
        add("Matrix.rank(double)", "negative", ARGUMENT, tolerance + "-1.0", s -> {
            Matrix a = Matrix.identity(1);
            return () -> a.rank(-1);
        });
        add("Matrix.determinant()", "not square", ARGUMENT, NOT_SQUARE, s -> Matrix.zeros(2, 3)::determinant);
        add("Matrix.rank()", "a NaN", ARGUMENT, NAN, s -> nan()::rank);
        String undefined = "the condition number of a 0x3 matrix is not defined";
        add("Matrix.conditionNumber()", "no values", ARGUMENT, undefined, s -> Matrix.zeros(0, 3)::conditionNumber);
        add("Matrix.conditionNumber()", "a NaN", ARGUMENT, NAN, s -> nan()::conditionNumber);
    }

    private void addDecompositions() {
        add("Matrix.lu()", "a NaN", ARGUMENT, NAN, s -> nan()::lu);
        add(
                "Matrix.lu()",
                "too large",
                ARITHMETIC,
                "the triangle U" + BEYOND,
                s -> Matrix.of(2, 2, 1, Double.MAX_VALUE, -1, Double.MAX_VALUE)::lu);
        String notDefinite = "matrix is not positive definite: pivot 0 is not positive";
        add("Matrix.cholesky()", "not positive", NOT_DEFINITE, notDefinite, s -> Matrix.zeros(3, 3)::cholesky);
        add("Matrix.cholesky()", "not symmetric", ARGUMENT, NOT_SYMMETRIC, s -> notSymmetric()::cholesky);
        add("Matrix.ldl()", "not symmetric", ARGUMENT, NOT_SYMMETRIC, s -> notSymmetric()::ldl);
        add("Matrix.ldl()", "not square", ARGUMENT, NOT_SQUARE, s -> Matrix.zeros(2, 3)::ldl);
        add(
                "Matrix.ldl()",
                "too large",
                ARITHMETIC,
                "the block diagonal D" + BEYOND,
                s -> Matrix.of(2, 2, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE)::ldl);
        add("Matrix.qr()", "a NaN", ARGUMENT, NAN, s -> nan()::qr);
        add("Matrix.qr()", "too large", ARITHMETIC, "the triangle R" + BEYOND, s -> largest()::qr);
        add("Matrix.qrTriangle()", "a NaN", ARGUMENT, NAN, s -> nan()::qrTriangle);
        add("Matrix.qrTriangle()", "too large", ARITHMETIC, "the triangle R" + BEYOND, s -> largest()::qrTriangle);
        add("Matrix.pivotedQr()", "a NaN", ARGUMENT, NAN, s -> nan()::pivotedQr);
        add("Matrix.pivotedQr()", "too large", ARITHMETIC, "the triangle R" + BEYOND, s -> largest()::pivotedQr);
        add("Matrix.svd()", "a NaN", ARGUMENT, NAN, s -> nan()::svd);
        add("Matrix.svd()", "too large", ARITHMETIC, "the largest singular value" + BEYOND, s -> largest()::svd);
        String tolerance = "tolerance must be at least 0, but is -1.0";
        add("Matrix.nullSpace()", "a NaN", ARGUMENT, NAN, s -> nan()::nullSpace);
        addInJava("Matrix.nullSpace(double)", "negative", ARGUMENT, tolerance, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.nullSpace(-1);
        });
        add("Matrix.range()", "too large", ARITHMETIC, "the largest singular value" + BEYOND, s -> largest()::range);
        addInJava("Matrix.range(double)", "negative", ARGUMENT, tolerance, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.range(-1);
        });
        add("Matrix.symmetricEigen()", "not symmetric", ARGUMENT, NOT_SYMMETRIC, s -> notSymmetric()::symmetricEigen);
        add(
                "Matrix.symmetricEigen()",
                "too large",
                ARITHMETIC,
                "the largest eigenvalue" + BEYOND,
                s -> largest()::symmetricEigen);
        add(
                "Matrix.symmetricEigen(Matrix)",
                "not positive",
                NOT_DEFINITE,
                notDefinite.replaceFirst("matrix", "b"),
                s -> {
                    Matrix a = Matrix.identity(3);
                    Matrix b = Matrix.zeros(3, 3);
                    return () -> a.symmetricEigen(b);
                });
        addInJava("Matrix.symmetricEigen(Matrix)", "a NaN", ARGUMENT, NAN.replaceFirst("matrix", "b"), s -> {
            Matrix a = Matrix.identity(1);
            Matrix b = nan();
            return () -> a.symmetricEigen(b);
        });
        add("Matrix.symmetricEigen(Matrix)", "not symmetric", ARGUMENT, NOT_SYMMETRIC, s -> {
            Matrix a = notSymmetric();
            Matrix b = Matrix.identity(2);
            return () -> a.symmetricEigen(b);
        });
        addInJava(
                "Matrix.symmetricEigen(Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x2 symmetric eigen 3x3",
                s -> {
                    Matrix a = Matrix.identity(2);
                    Matrix b = Matrix.identity(3);
                    return () -> a.symmetricEigen(b);
                });
        add("Matrix.eigen()", "not square", ARGUMENT, NOT_SQUARE, s -> Matrix.zeros(2, 3)::eigen);
        add(
                "MatrixFunctions.log(Matrix)",
                "negative",
                ARITHMETIC,
                "the principal logarithm is not defined: the eigenvalue -2.0 is on the closed negative real axis",
                s -> {
                    Matrix a = Matrix.diagonal(1, -2);
                    return () -> MatrixFunctions.log(a);
                });
        add(
                "MatrixFunctions.sqrt(Matrix)",
                "negative",
                ARITHMETIC,
                "the principal square root is not defined: the eigenvalue -2.0 is on the closed negative real axis",
                s -> {
                    Matrix a = Matrix.diagonal(1, -2);
                    return () -> MatrixFunctions.sqrt(a);
                });
        addInJava("MatrixFunctions.sqrt(Matrix)", "not square", ARGUMENT, NOT_SQUARE, s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> MatrixFunctions.sqrt(a);
        });
        addInJava("MatrixFunctions.exp(Matrix)", "not square", ARGUMENT, NOT_SQUARE, s -> {
            Matrix a = Matrix.zeros(2, 3);
            return () -> MatrixFunctions.exp(a);
        });
        add(
                "MatrixFunctions.exp(Matrix)",
                "too large",
                ARITHMETIC,
                "the largest value of the exponential" + BEYOND,
                s -> {
                    Matrix a = Matrix.filled(9, 9, 400);
                    return () -> MatrixFunctions.exp(a);
                });
        addInJava(
                "MatrixFunctions.sylvester(Matrix,Matrix,Matrix)",
                "not square",
                ARGUMENT,
                "b is not square: 2x3",
                s -> {
                    Matrix a = Matrix.identity(2);
                    Matrix b = Matrix.zeros(2, 3);
                    return () -> MatrixFunctions.sylvester(a, b, a);
                });
        String common = "a and -b have a common eigenvalue but for rounding: ";
        add(
                "MatrixFunctions.sylvester(Matrix,Matrix,Matrix)",
                "singular",
                SINGULAR,
                common + "2.0 of a, and -2.0 of b",
                s -> {
                    Matrix a = Matrix.ofRow(2);
                    Matrix b = Matrix.ofRow(-2);
                    return () -> MatrixFunctions.sylvester(a, b, a);
                });
        addInJava(
                "MatrixFunctions.lyapunov(Matrix,Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 2x2 lyapunov 3x3",
                s -> {
                    Matrix a = Matrix.identity(2);
                    Matrix c = Matrix.identity(3);
                    return () -> MatrixFunctions.lyapunov(a, c);
                });
        add("MatrixFunctions.lyapunov(Matrix,Matrix)", "too large", ARITHMETIC, "the solution" + BEYOND, s -> {
            Matrix a = Matrix.ofRow(1e-300);
            Matrix c = Matrix.ofRow(1e300);
            return () -> MatrixFunctions.lyapunov(a, c);
        });
        add("Matrix.schur()", "not square", ARGUMENT, NOT_SQUARE, s -> Matrix.zeros(2, 3)::schur);
        add("Matrix.schur()", "too large", ARITHMETIC, "the Schur form T" + BEYOND, s -> largest()::schur);
        add("Matrix.hessenberg()", "a NaN", ARGUMENT, NAN, s -> nan()::hessenberg);
        add(
                "Matrix.hessenberg()",
                "too large",
                ARITHMETIC,
                "the Hessenberg form H" + BEYOND,
                s -> Matrix.filled(3, 3, Double.MAX_VALUE)::hessenberg);
        add("Matrix.eigen()", "too large", ARITHMETIC, "the largest eigenvalue" + BEYOND, s -> largest()::eigen);
    }

    private void addFactors() {
        String beyond = "the solution" + BEYOND;
        String singular = "matrix is singular: pivot 0 is zero";
        String shapes = "matrix shapes do not agree: 2x2 solve 3x1";
        add("Lu.solve(Matrix)", "singular", SINGULAR, singular, s -> {
            Lu lu = Matrix.zeros(2, 2).lu();
            Matrix b = Matrix.zeros(2, 1);
            return () -> lu.solve(b);
        });
        add("Lu.solve(double[])", "shapes", ARGUMENT, shapes, s -> {
            Lu lu = Matrix.identity(2).lu();
            double[] b = new double[3];
            return () -> lu.solve(b);
        });
        add(
                "Lu.determinant()",
                "not square",
                ARGUMENT,
                NOT_SQUARE,
                s -> Matrix.zeros(2, 3).lu()::determinant);
        add(
                "Lu.rcond()",
                "not square",
                ARGUMENT,
                NOT_SQUARE,
                s -> Matrix.zeros(2, 3).lu()::rcond);
        add("Cholesky.solve(Matrix)", "shapes", ARGUMENT, shapes, s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            Matrix b = Matrix.zeros(3, 1);
            return () -> cholesky.solve(b);
        });
        add("Cholesky.solve(double[])", "too large", ARITHMETIC, beyond, s -> {
            Cholesky cholesky = tiny().cholesky();
            double[] b = {Double.MAX_VALUE};
            return () -> cholesky.solve(b);
        });
        add("Cholesky.solveL(Matrix)", "shapes", ARGUMENT, shapes, s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            Matrix b = Matrix.zeros(3, 1);
            return () -> cholesky.solveL(b);
        });
        add("Cholesky.solveL(double[])", "too large", ARITHMETIC, beyond, s -> {
            Cholesky cholesky = tiny().cholesky();
            double[] b = {Double.MAX_VALUE};
            return () -> cholesky.solveL(b);
        });
        add("Cholesky.solveLTranspose(Matrix)", "a NaN", ARGUMENT, "b has a NaN at row 0, column 0", s -> {
            Cholesky cholesky = Matrix.identity(1).cholesky();
            Matrix b = nan();
            return () -> cholesky.solveLTranspose(b);
        });
        add("Cholesky.solveLTranspose(double[])", "shapes", ARGUMENT, shapes, s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            double[] b = new double[3];
            return () -> cholesky.solveLTranspose(b);
        });
        addInJava("Cholesky.update(double[])", "shapes", ARGUMENT, "matrix shapes do not agree: 2x2 update 3x1", s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            double[] x = new double[3];
            return () -> cholesky.update(x);
        });
        addInJava("Cholesky.update(double[])", "too large", ARITHMETIC, "the factor L" + BEYOND, s -> {
            Cholesky cholesky = Matrix.ofRow(Double.MAX_VALUE).cholesky();
            double[] x = {Double.MAX_VALUE};
            return () -> cholesky.update(x).update(x);
        });
        String notDefinite = "matrix is not positive definite: pivot 0 is not positive";
        addInJava("Cholesky.downdate(double[])", "not positive", NOT_DEFINITE, notDefinite, s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            double[] x = {1, 0};
            return () -> cholesky.downdate(x);
        });
        addInJava("Cholesky.downdate(double[])", "a NaN", ARGUMENT, "x has a NaN at row 1, column 0", s -> {
            Cholesky cholesky = Matrix.identity(2).cholesky();
            double[] x = {0, Double.NaN};
            return () -> cholesky.downdate(x);
        });
        add("Cholesky.inverse()", "too large", ARITHMETIC, beyond, s -> tiny().cholesky()::inverse);
        add(
                "Lu.inverse()",
                "singular",
                SINGULAR,
                singular,
                s -> Matrix.zeros(2, 2).lu()::inverse);
        addInJava(
                "Lu.inverse()",
                "not square",
                ARGUMENT,
                NOT_SQUARE,
                s -> Matrix.zeros(2, 3).lu()::inverse);
        addInJava(
                "Lu.determinantSign()",
                "not square",
                ARGUMENT,
                NOT_SQUARE,
                s -> Matrix.zeros(2, 3).lu()::determinantSign);
        addInJava(
                "Lu.logAbsDeterminant()",
                "not square",
                ARGUMENT,
                NOT_SQUARE,
                s -> Matrix.zeros(2, 3).lu()::logAbsDeterminant);
        add("Qr.solveR(Matrix)", "singular", SINGULAR, singular, s -> {
            Qr qr = Matrix.zeros(2, 2).qr();
            Matrix b = Matrix.zeros(2, 1);
            return () -> qr.solveR(b);
        });
        addInJava(
                "Qr.rcond()",
                "wide",
                ARGUMENT,
                "a 2x3 matrix has fewer rows than columns",
                s -> Matrix.zeros(2, 3).qr()::rcond);
        addTriangles(shapes, singular);
        addInJava("Qr.solveR(double[])", "wide", ARGUMENT, "a 2x3 matrix has fewer rows than columns", s -> {
            Qr qr = Matrix.zeros(2, 3).qr();
            double[] b = new double[2];
            return () -> qr.solveR(b);
        });
        add("Ldl.solve(Matrix)", "singular", SINGULAR, singular, s -> {
            Ldl ldl = Matrix.zeros(2, 2).ldl();
            Matrix b = Matrix.zeros(2, 1);
            return () -> ldl.solve(b);
        });
        add("Ldl.solve(double[])", "shapes", ARGUMENT, shapes, s -> {
            Ldl ldl = Matrix.identity(2).ldl();
            double[] b = new double[3];
            return () -> ldl.solve(b);
        });
        addBatch();
        addPivotedQr();
        addSvd();
        String none = "no eigenvalue 2 of 2";
        addInJava("Eigen.isReal(int)", "outside", INDEX, none, s -> {
            Eigen eigen = Matrix.identity(2).eigen();
            return () -> eigen.isReal(2);
        });
        addInJava("Eigen.realVector(int)", "outside", INDEX, none, s -> {
            Eigen eigen = Matrix.identity(2).eigen();
            return () -> eigen.realVector(2);
        });
        addInJava("Eigen.imaginaryVector(int)", "outside", INDEX, none, s -> {
            Eigen eigen = Matrix.identity(2).eigen();
            return () -> eigen.imaginaryVector(2);
        });
        add("Qr.solve(Matrix)", "singular", SINGULAR, singular, s -> {
            Qr qr = Matrix.zeros(2, 2).qr();
            Matrix b = Matrix.zeros(2, 1);
            return () -> qr.solve(b);
        });
        add("Qr.solve(double[])", "wide", ARGUMENT, "a 2x3 matrix has fewer rows than columns" + LEAST_SQUARES, s -> {
            Qr qr = Matrix.zeros(2, 3).qr();
            double[] b = new double[2];
            return () -> qr.solve(b);
        });
    }

    private void addTriangles(String shapes, String singular) {
        add("Matrix.solveTriangular(Matrix.Triangle,Matrix)", "shapes", ARGUMENT, shapes, s -> {
            Matrix a = Matrix.identity(2);
            Matrix b = Matrix.zeros(3, 1);
            return () -> a.solveTriangular(Matrix.Triangle.LOWER, b);
        });
        add("Matrix.solveTriangular(Matrix.Triangle,double[])", "singular", SINGULAR, singular, s -> {
            Matrix a = Matrix.zeros(2, 2);
            double[] b = new double[2];
            return () -> a.solveTriangular(Matrix.Triangle.UPPER, b);
        });
        add(
                "Matrix.solveTriangularTranspose(Matrix.Triangle,Matrix)",
                "not square",
                ARGUMENT,
                NOT_SQUARE + LEAST_SQUARES,
                s -> {
                    Matrix a = Matrix.zeros(2, 3);
                    Matrix b = Matrix.zeros(2, 1);
                    return () -> a.solveTriangularTranspose(Matrix.Triangle.UNIT_LOWER, b);
                });
        add(
                "Matrix.solveTriangularTranspose(Matrix.Triangle,double[])",
                "too large",
                ARITHMETIC,
                "the solution" + BEYOND,
                s -> {
                    Matrix a = tiny();
                    double[] b = {Double.MAX_VALUE};
                    return () -> a.solveTriangularTranspose(Matrix.Triangle.LOWER, b);
                });
        addInJava(
                "Matrix.solveRight(Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 1x3 solve right 2x2",
                s -> {
                    Matrix a = Matrix.identity(2);
                    Matrix b = Matrix.zeros(1, 3);
                    return () -> a.solveRight(b);
                });
        String aNan = "matrix has a NaN at row 0, column 0";
        add("Matrix.singularValues()", "a NaN", ARGUMENT, aNan, s -> nan()::singularValues);
        add("Matrix.symmetricEigenvalues()", "a NaN", ARGUMENT, aNan, s -> nan()::symmetricEigenvalues);
        String count = "k must be from 0 to 2, but is 3";
        addInJava("Matrix.symmetricEigenLargest(int)", "too many", ARGUMENT, count, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.symmetricEigenLargest(3);
        });
        addInJava("Matrix.symmetricEigenSmallest(int)", "too many", ARGUMENT, count, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.symmetricEigenSmallest(3);
        });
        addInJava("Matrix.symmetricEigenNearest(int,double)", "too many", ARGUMENT, count, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.symmetricEigenNearest(3, 0);
        });
        addInJava("Matrix.svd(int)", "too many", ARGUMENT, count, s -> {
            Matrix a = Matrix.identity(2);
            return () -> a.svd(3);
        });
        add(
                "Matrix.eigenvalues()",
                "not square",
                ARGUMENT,
                "matrix is not square: 2x3",
                s -> Matrix.zeros(2, 3)::eigenvalues);
    }

    private void addBatch() {
        String counts = "a has 1 matrices, but b has 2";
        Matrix[] one = {Matrix.identity(2)};
        Matrix[] two = {Matrix.identity(2), Matrix.identity(2)};
        addInJava("Batch.times(Matrix[],Matrix[])", "counts", ARGUMENT, counts, s -> () -> Batch.times(one, two));
        addInJava(
                "Batch.times(int,int,int,double[],double[])",
                "not whole",
                ARGUMENT,
                "3 values of a are not whole 2x2 matrices",
                s -> {
                    double[] values = new double[3];
                    return () -> Batch.times(2, 2, 1, values, values);
                });
        add(
                "Batch.solve(Matrix[],Matrix[])",
                "singular",
                SINGULAR,
                "matrix is singular: pivot 0 is zero (matrix 1 of the batch)",
                s -> {
                    Matrix[] a = {Matrix.identity(2), Matrix.zeros(2, 2)};
                    return () -> Batch.solve(a, two);
                });
        add(
                "Batch.solve(int,double[],int,double[])",
                "singular",
                SINGULAR,
                "matrix is singular: pivot 0 is zero (matrix 1 of the batch)",
                s -> {
                    double[] a = {1, 0};
                    return () -> Batch.solve(1, a, 1, a);
                });
        add(
                "Batch.inverse(Matrix[])",
                "a NaN",
                ARGUMENT,
                "matrix has a NaN at row 0, column 0 (matrix 0 of the batch)",
                s -> {
                    Matrix[] a = {nan()};
                    return () -> Batch.inverse(a);
                });
        add(
                "Batch.cholesky(Matrix[])",
                "not positive definite",
                NOT_DEFINITE,
                "matrix is not positive definite: pivot 0 is not positive (matrix 0 of the batch)",
                s -> {
                    Matrix[] a = {Matrix.diagonal(-1, 1)};
                    return () -> Batch.cholesky(a);
                });
        add(
                "Batch.symmetricEigen(Matrix[])",
                "a NaN",
                ARGUMENT,
                "matrix has a NaN at row 0, column 0 (matrix 0 of the batch)",
                s -> {
                    Matrix[] a = {nan()};
                    return () -> Batch.symmetricEigen(a);
                });
    }

    private void addPivotedQr() {
        String shapes = "matrix shapes do not agree: 3x2 solve 2x1";
        String tolerance = "tolerance must be at least 0, but is -1.0";
        addInJava("PivotedQr.rank(double)", "negative", ARGUMENT, tolerance, s -> {
            PivotedQr qr = Matrix.identity(2).pivotedQr();
            return () -> qr.rank(-1);
        });
        add("PivotedQr.solve(Matrix)", "shapes", ARGUMENT, shapes, s -> {
            PivotedQr qr = Matrix.zeros(3, 2).pivotedQr();
            Matrix b = Matrix.zeros(2, 1);
            return () -> qr.solve(b);
        });
        addInJava("PivotedQr.solve(Matrix,double)", "negative", ARGUMENT, tolerance, s -> {
            PivotedQr qr = Matrix.zeros(3, 2).pivotedQr();
            Matrix b = Matrix.zeros(3, 1);
            return () -> qr.solve(b, -1);
        });
        add("PivotedQr.solve(double[])", "too large", ARITHMETIC, "the solution" + BEYOND, s -> {
            PivotedQr qr = tiny().pivotedQr();
            double[] b = {Double.MAX_VALUE};
            return () -> qr.solve(b);
        });
        addInJava("PivotedQr.solve(double[],double)", "negative", ARGUMENT, tolerance, s -> {
            PivotedQr qr = Matrix.zeros(3, 2).pivotedQr();
            double[] b = new double[3];
            return () -> qr.solve(b, -1);
        });
    }

    private void addSvd() {
        String shapes = "matrix shapes do not agree: 3x2 least squares 2x1";
        String tolerance = "tolerance must be at least 0, but is -1.0";
        addInJava("Svd.rank(double)", "negative", ARGUMENT, tolerance, s -> {
            Svd svd = Matrix.identity(2).svd();
            return () -> svd.rank(-1);
        });
        String undefined = "the condition number of a 0x3 matrix is not defined";
        addInJava(
                "Svd.conditionNumber()",
                "no values",
                ARGUMENT,
                undefined,
                s -> Matrix.zeros(0, 3).svd()::conditionNumber);
        addInJava("Svd.approximation(int)", "rank", ARGUMENT, "rank must be from 0 to 2, but is 3", s -> {
            Svd svd = Matrix.zeros(3, 2).svd();
            return () -> svd.approximation(3);
        });
        addInJava("Svd.solve(Matrix)", "shapes", ARGUMENT, shapes, s -> {
            Svd svd = Matrix.zeros(3, 2).svd();
            Matrix b = Matrix.zeros(2, 1);
            return () -> svd.solve(b);
        });
        addInJava("Svd.solve(Matrix,double)", "a NaN", ARGUMENT, NAN, s -> {
            Svd svd = Matrix.identity(1).svd();
            Matrix b = nan();
            return () -> svd.solve(b, 0);
        });
        addInJava("Svd.solve(double[])", "shapes", ARGUMENT, shapes, s -> {
            Svd svd = Matrix.zeros(3, 2).svd();
            double[] b = new double[2];
            return () -> svd.solve(b);
        });
        addInJava("Svd.solve(double[],double)", "negative", ARGUMENT, tolerance, s -> {
            Svd svd = Matrix.identity(1).svd();
            double[] b = new double[1];
            return () -> svd.solve(b, -1);
        });
        addInJava(
                "Svd.pseudoInverse()",
                "too large",
                ARITHMETIC,
                "the solution" + BEYOND,
                s -> tiny().svd()::pseudoInverse);
        addInJava("Svd.pseudoInverse(double)", "negative", ARGUMENT, tolerance, s -> {
            Svd svd = Matrix.identity(1).svd();
            return () -> svd.pseudoInverse(-1);
        });
    }

    private void addStatistics() {
        Matrix one = Matrix.zeros(1, 3);
        Matrix two = Matrix.of(2, 2, 1, 2, 3, 5);
        String fewRows = "a 1x3 matrix has fewer than 2 rows";
        String none = "the quantile of no values is not defined";
        addInJava("Statistics.covariance(Matrix)", "null", NULL, "x", s -> () -> Statistics.covariance(null));
        addInJava("Statistics.correlation(Matrix)", "null", NULL, "x", s -> () -> Statistics.correlation(null));
        addInJava("Statistics.variance(double[])", "null", NULL, "x", s -> () -> Statistics.variance(null));
        addInJava("Statistics.variances(Matrix)", "null", NULL, "x", s -> () -> Statistics.variances(null));
        addInJava(
                "Statistics.standardDeviation(double[])",
                "null",
                NULL,
                "x",
                s -> () -> Statistics.standardDeviation(null));
        addInJava(
                "Statistics.standardDeviations(Matrix)",
                "null",
                NULL,
                "x",
                s -> () -> Statistics.standardDeviations(null));
        addInJava("Statistics.quantile(double[],double)", "no values", ARGUMENT, none, s -> {
            double[] x = {};
            return () -> Statistics.quantile(x, 0.5);
        });
        addInJava(
                "Statistics.quantiles(double[],double[])",
                "out of range",
                ARGUMENT,
                "q must be from 0 to 1, but is 1.5",
                s -> {
                    double[] x = {1};
                    double[] q = {1.5};
                    return () -> Statistics.quantiles(x, q);
                });
        addInJava("Statistics.columnQuantiles(Matrix,double[])", "no values", ARGUMENT, none, s -> {
            Matrix x = Matrix.zeros(0, 1);
            double[] q = {0.5};
            return () -> Statistics.columnQuantiles(x, q);
        });
        addInJava("Standardization.of(Matrix)", "rows", ARGUMENT, fewRows, s -> () -> Standardization.of(one));
        String minusRow = "matrix shapes do not agree: 1x3 minus row 1x2";
        addInJava("Standardization.apply(Matrix)", "shapes", ARGUMENT, minusRow, s -> {
            Standardization standardization = Standardization.of(two);
            return () -> standardization.apply(one);
        });
        String timesRow = "matrix shapes do not agree: 1x3 times row 1x2";
        addInJava("Standardization.undo(Matrix)", "shapes", ARGUMENT, timesRow, s -> {
            Standardization standardization = Standardization.of(two);
            return () -> standardization.undo(one);
        });
        addInJava("Pca.of(Matrix)", "rows", ARGUMENT, fewRows, s -> () -> Pca.of(one));
        String count = "count must be from 0 to 2, but is 3";
        addInJava("Pca.of(Matrix,int)", "count", ARGUMENT, count, s -> () -> Pca.of(two, 3));
        addInJava("Pca.of(Matrix,int)", "a NaN", ARGUMENT, NAN, s -> {
            Matrix nan = Matrix.filled(2, 2, Double.NaN);
            return () -> Pca.of(nan, 1);
        });
        addInJava("Pca.project(Matrix)", "shapes", ARGUMENT, minusRow, s -> {
            Pca pca = Pca.of(two);
            return () -> pca.project(one);
        });
        add(
                "Pca.reconstruct(Matrix)",
                "shapes",
                ARGUMENT,
                "matrix shapes do not agree: 1x3 times transpose of 2x2",
                s -> {
                    Pca pca = Pca.of(two);
                    return () -> pca.reconstruct(one);
                });
    }

    private void addFiles() {
        add("Matrix.readNpy(Path)", "no file", NO_FILE, "{directory}/none.npy: …", s -> {
            Path file = s.file("none.npy");
            return () -> Matrix.readNpy(file);
        });
        add("Matrix.readNpy(Path)", "not an array", IO, "cannot use {directory}/text: …", s -> {
            Path file = s.file("text");
            return () -> Matrix.readNpy(file);
        });
        add("Matrix.readNpy(Path)", "not readable", DENIED, "…", s -> {
            Path file = s.unreadable();
            return file == null ? null : () -> Matrix.readNpy(file);
        });
        add("Matrix.readNpy(Path)", "a long path", IO, LONG_PATH + "…", s -> {
            Path file = Path.of("a".repeat(40_000));
            return () -> Matrix.readNpy(file);
        });
        addInJava("Matrix.readNpy(Path)", "null", NULL, "file", s -> () -> Matrix.readNpy(null));
        add("Matrix.writeNpy(Path)", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            Matrix a = Matrix.identity(2);
            Path file = s.file("none").resolve("a.npy");
            return () -> a.writeNpy(file);
        });
        add("Matrix.writeNpy(Path)", "below a file", FILE_SYSTEM, "{directory}/text/a.npy: …", s -> {
            Matrix a = Matrix.identity(2);
            Path file = s.belowAFile();
            return file == null ? null : () -> a.writeNpy(file);
        });
    }

    private void addFloatsInFiles() {
        String none = "no array is named \"none\" in {directory}/arrays.npz";
        FloatMatrix noMatrix = null;
        add("FloatMatrix.readNpy(Path)", "no file", NO_FILE, "{directory}/none.npy: …", s -> {
            Path file = s.file("none.npy");
            return () -> FloatMatrix.readNpy(file);
        });
        add("FloatMatrix.readNpy(Path)", "not an array", IO, "cannot use {directory}/text: …", s -> {
            Path file = s.file("text");
            return () -> FloatMatrix.readNpy(file);
        });
        addInJava("FloatMatrix.readNpy(Path)", "null", NULL, "file", s -> () -> FloatMatrix.readNpy(null));
        add("FloatMatrix.writeNpy(Path)", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            FloatMatrix a = FloatMatrix.zeros(2, 2);
            Path file = s.file("none").resolve("a.npy");
            return () -> a.writeNpy(file);
        });
        addInJava("Npz.floatMatrix(String)", "no such array", ARGUMENT, none, s -> {
            Npz npz = s.archive();
            return () -> npz.floatMatrix("none");
        });
        addInJava("Npz.Builder.add(String,FloatMatrix)", "null", NULL, "a", s -> {
            Npz.Builder builder = Npz.builder();
            return () -> builder.add("x", noMatrix);
        });
    }

    private void addVectorsInFiles() {
        double[] doubles = new double[2];
        float[] floats = new float[2];
        long[] longs = new long[2];
        String dimensions = "cannot use {directory}/vectors.npy: 1 dimension is needed, but its shape is (1, 2)";
        add("Vectors.readNpy(Path)", "no vector", IO, dimensions, s -> {
            Path file = s.file("vectors.npy");
            return () -> Vectors.readNpy(file);
        });
        addInJava("Vectors.readNpy(Path)", "null", NULL, "file", s -> () -> Vectors.readNpy(null));
        add("Vectors.readNpyFloats(Path)", "no file", NO_FILE, "{directory}/none.npy: …", s -> {
            Path file = s.file("none.npy");
            return () -> Vectors.readNpyFloats(file);
        });
        add("Vectors.readNpyLongs(Path)", "not an array", IO, "cannot use {directory}/text: …", s -> {
            Path file = s.file("text");
            return () -> Vectors.readNpyLongs(file);
        });
        add("Vectors.writeNpy(Path,double[])", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            Path file = s.file("none").resolve("a.npy");
            return () -> Vectors.writeNpy(file, doubles);
        });
        add("Vectors.writeNpy(Path,float[])", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            Path file = s.file("none").resolve("a.npy");
            return () -> Vectors.writeNpy(file, floats);
        });
        add("Vectors.writeNpy(Path,long[])", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            Path file = s.file("none").resolve("a.npy");
            return () -> Vectors.writeNpy(file, longs);
        });
    }

    private void addText() {
        String noNumber = "cannot use {directory}/text: line 1, column 1: \"not an array\" is not a number";
        String delimiter = "delimiter must be a tab, a space or an ASCII punctuation mark other than + - . \" but is ";
        add("Matrix.readCsv(Path)", "no number", IO, noNumber, s -> {
            Path file = s.file("text");
            return () -> Matrix.readCsv(file);
        });
        add("Matrix.readCsv(Path,char,int)", "delimiter", ARGUMENT, delimiter + "e", s -> {
            Path file = s.file("text");
            return () -> Matrix.readCsv(file, 'e', 0);
        });
        String lines = "number of lines to skip must be at least 0, but is -1";
        add("Matrix.readCsv(Path,char,int)", "lines", ARGUMENT, lines, s -> {
            Path file = s.file("text");
            return () -> Matrix.readCsv(file, ',', -1);
        });
        add("Matrix.writeCsv(Path)", "no directory", NO_FILE, "{directory}/none/a.csv: …", s -> {
            Matrix a = Matrix.identity(2);
            Path file = s.file("none").resolve("a.csv");
            return () -> a.writeCsv(file);
        });
        add("Matrix.writeCsv(Path,char)", "delimiter", ARGUMENT, delimiter + "the character 10", s -> {
            Matrix a = Matrix.identity(2);
            Path file = s.file("a.csv");
            return () -> a.writeCsv(file, '\n');
        });
    }

    private void addArchives() {
        String dimensions = "cannot use {directory}/arrays.npz!/a.npy: 1 dimension is needed, but its shape is (1, 2)";
        String none = "no array is named \"none\" in {directory}/arrays.npz";
        addInJava("Npz.open(Path)", "no file", NO_FILE, "{directory}/none.npz…", s -> {
            Path file = s.file("none.npz");
            return () -> Npz.open(file);
        });
        addInJava("Npz.open(Path)", "no archive", IO, "cannot use {directory}/text: …", s -> {
            Path file = s.file("text");
            return () -> Npz.open(file);
        });
        addInJava("Npz.matrix(String)", "no such array", ARGUMENT, none, s -> {
            Npz npz = s.archive();
            return () -> npz.matrix("none");
        });
        add("Npz.doubles(String)", "no vector", IO, dimensions, s -> {
            Npz npz = s.archive();
            return () -> npz.doubles("a");
        });
        add("Npz.floats(String)", "no vector", IO, dimensions, s -> {
            Npz npz = s.archive();
            return () -> npz.floats("a");
        });
        addInJava("Npz.longs(String)", "closed", STATE, "the archive is closed", s -> {
            Npz npz = s.archive();
            npz.close();
            return () -> npz.longs("a");
        });
        double[] doubles = new double[2];
        float[] noFloats = null;
        long[] noLongs = null;
        Matrix noMatrix = null;
        addInJava("Npz.Builder.add(String,double[])", "twice", ARGUMENT, "two arrays are named \"x\"", s -> {
            Npz.Builder builder = Npz.builder().add("x", doubles);
            return () -> builder.add("x", doubles);
        });
        addInJava("Npz.Builder.add(String,float[])", "null", NULL, "x", s -> {
            Npz.Builder builder = Npz.builder();
            return () -> builder.add("x", noFloats);
        });
        addInJava("Npz.Builder.add(String,long[])", "null", NULL, "x", s -> {
            Npz.Builder builder = Npz.builder();
            return () -> builder.add("x", noLongs);
        });
        addInJava("Npz.Builder.add(String,Matrix)", "null", NULL, "a", s -> {
            Npz.Builder builder = Npz.builder();
            return () -> builder.add("x", noMatrix);
        });
        add("Npz.Builder.write(Path)", "no directory", NO_FILE, "{directory}/none/a.npz: …", s -> {
            Npz.Builder builder = Npz.builder();
            Path file = s.file("none").resolve("a.npz");
            return () -> builder.write(file);
        });
        add("Npz.Builder.writeCompressed(Path)", "no directory", NO_FILE, "{directory}/none/a.npz: …", s -> {
            Npz.Builder builder = Npz.builder();
            Path file = s.file("none").resolve("a.npz");
            return () -> builder.writeCompressed(file);
        });
    }

    private void addVectors() {
        double[] doubles = new double[2];
        double[] moreDoubles = new double[3];
        float[] floats = new float[2];
        float[] moreFloats = new float[3];
        double[] noDoubles = null;
        float[] noFloats = null;
        addInJava(
                "Vectors.plus(double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.plus(doubles, moreDoubles));
        addInJava(
                "Vectors.minus(double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.minus(doubles, moreDoubles));
        addInJava(
                "Vectors.axpy(double,double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.axpy(2, doubles, moreDoubles));
        addInJava("Vectors.scale(double,double[])", "null", NULL, "x", s -> () -> Vectors.scale(2, noDoubles));
        addInJava("Vectors.mean(double[])", "null", NULL, "x", s -> () -> Vectors.mean(noDoubles));
        double[] none = {};
        addInJava(
                "Vectors.min(double[])",
                "no values",
                ARGUMENT,
                "the minimum of no values is not defined",
                s -> () -> Vectors.min(none));
        addInJava(
                "Vectors.max(double[])",
                "no values",
                ARGUMENT,
                "the maximum of no values is not defined",
                s -> () -> Vectors.max(none));
        addInJava(
                "Vectors.argmin(double[])",
                "no values",
                ARGUMENT,
                "the argmin of no values is not defined",
                s -> () -> Vectors.argmin(none));
        addInJava(
                "Vectors.argmax(double[])",
                "no values",
                ARGUMENT,
                "the argmax of no values is not defined",
                s -> () -> Vectors.argmax(none));
        String range = "no 2 values from index 1 in a vector of 2";
        addInJava(
                "Vectors.dot(double[],int,double[],int,int)",
                "outside",
                INDEX,
                range,
                s -> () -> Vectors.dot(doubles, 1, moreDoubles, 0, 2));
        addInJava(
                "Vectors.dot(float[],int,float[],int,int)",
                "outside",
                INDEX,
                range,
                s -> () -> Vectors.dot(moreFloats, 0, floats, 1, 2));
        add(
                "Vectors.dot(double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.dot(doubles, moreDoubles));
        addInJava("Vectors.dot(double[],double[])", "null", NULL, "y", s -> () -> Vectors.dot(doubles, noDoubles));
        add("Vectors.dot(float[],float[])", "lengths", ARGUMENT, LENGTHS, s -> () -> Vectors.dot(floats, moreFloats));
        addInJava("Vectors.sum(double[])", "null", NULL, "x", s -> () -> Vectors.sum(noDoubles));
        addInJava("Vectors.sum(float[])", "null", NULL, "x", s -> () -> Vectors.sum(noFloats));
        addInJava("Vectors.norm(double[])", "null", NULL, "x", s -> () -> Vectors.norm(noDoubles));
        addInJava("Vectors.norm(float[])", "null", NULL, "x", s -> () -> Vectors.norm(noFloats));
        add(
                "Vectors.squaredDistance(double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.squaredDistance(doubles, moreDoubles));
        add(
                "Vectors.squaredDistance(float[],float[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.squaredDistance(floats, moreFloats));
        add(
                "Vectors.cosineSimilarity(double[],double[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.cosineSimilarity(doubles, moreDoubles));
        add(
                "Vectors.cosineSimilarity(float[],float[])",
                "lengths",
                ARGUMENT,
                LENGTHS,
                s -> () -> Vectors.cosineSimilarity(floats, moreFloats));
    }

    private void addIndexes() {
        Metric cosine = Metric.COSINE;
        float[] vector = {1, 0};
        float[] three = {1, 0, 0};
        float[] zero = {0, 0};
        float[] nan = {1, Float.NaN};
        String dimension = "dimension must be from 1 to 2147483647, but is 0";
        String notFinite = "value 1 of vector 0 is NaN, not a finite number";
        String noDirection = "vector 0 is zero, which has no direction";
        String notVectors = "the vectors have 3 values, not a multiple of the dimension 2";
        String values = " has 3 values, but the dimension is 2";
        String atLeastOne = "k must be at least 1, but is 0";

        add(
                "VectorIndex.create(int,VectorIndex.Metric)",
                "dimension",
                ARGUMENT,
                dimension,
                s -> () -> VectorIndex.create(0, cosine));
        addInJava(
                "VectorIndex.create(int,VectorIndex.Metric)",
                "null",
                NULL,
                "metric",
                s -> () -> VectorIndex.create(1, null));
        String open = "VectorIndex.open(Path,VectorIndex.Metric)";
        addOpening(open, "no file", NO_FILE, "{directory}/none.npy: …", "none.npy", VectorIndex::open);
        addOpening(open, "not an array", IO, "cannot use {directory}/text: …", "text", VectorIndex::open);
        String cannotUse = "cannot use {directory}/";
        addOpening(open, "a NaN", IO, cannotUse + "nan.npy: " + notFinite, "nan.npy", VectorIndex::open);
        addOpening(open, "zero", IO, cannotUse + "zero.npy: " + noDirection, "zero.npy", VectorIndex::open);
        addOpening(open, "no dimension", IO, "cannot use {directory}/empty.npy: …", "empty.npy", VectorIndex::open);
        add(open, "memory", MEMORY, "cannot allocate 281474976710656 bytes", s -> {
            Path file = s.tooLargeForMemory();
            return file == null ? null : () -> VectorIndex.open(file, cosine);
        });
        String createStored = "VectorIndex.create(int,VectorIndex.Metric,VectorIndex.Storage)";
        add(createStored, "dimension", ARGUMENT, dimension, s -> () -> VectorIndex.create(0, cosine, Storage.FLOAT16));
        addInJava(createStored, "null", NULL, "storage", s -> () -> VectorIndex.create(1, cosine, null));
        String openStored = "VectorIndex.open(Path,VectorIndex.Metric,VectorIndex.Storage)";
        Opening halves = (file, metric) -> VectorIndex.open(file, metric, Storage.FLOAT16);
        String tooLarge = "value 1 of vector 0 is 70000.0, but the largest of float16 is 65504.0";
        String tooSmall = "vector 0 is zero when it is rounded to float16, which has no direction";
        addOpening(openStored, "no file", NO_FILE, "{directory}/none.npy: …", "none.npy", halves);
        addOpening(openStored, "too large", IO, cannotUse + "large.npy: " + tooLarge, "large.npy", halves);
        addOpening(openStored, "too small", IO, cannotUse + "small.npy: " + tooSmall, "small.npy", halves);
        String map = "VectorIndex.map(Path,VectorIndex.Metric)";
        addOpening(map, "no file", NO_FILE, "{directory}/none.npy: …", "none.npy", VectorIndex::map);
        addOpening(map, "too short", IO, "cannot use {directory}/short.npy: …", "short.npy", VectorIndex::map);
        add(map, "below a file", FILE_SYSTEM, "{directory}/text/a.npy: …", s -> {
            Path file = s.belowAFile();
            return file == null ? null : () -> VectorIndex.map(file, cosine);
        });

        add("VectorIndex.add(float[])", "dimension", ARGUMENT, "the vector" + values, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.add(three);
        });
        add("VectorIndex.add(float[])", "mapped", UNSUPPORTED, "an index of a mapped file cannot be changed", s -> {
            VectorIndex index = s.mappedIndex();
            return () -> index.add(vector);
        });
        addClosed("VectorIndex.add(float[])", index -> index.add(vector));
        add("VectorIndex.addAll(float[])", "dimension", ARGUMENT, notVectors, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(three);
        });
        add("VectorIndex.addAll(float[])", "a NaN", ARGUMENT, notFinite, s -> {
            VectorIndex index = s.index(Metric.DOT_PRODUCT);
            return () -> index.addAll(nan);
        });
        add("VectorIndex.addAll(float[])", "zero", ARGUMENT, noDirection, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(zero);
        });
        float[] large = {1, 70_000};
        float[] small = {1e-9f, 0};
        add("VectorIndex.addAll(float[])", "too large", ARGUMENT, tooLarge, s -> {
            VectorIndex index = s.index(cosine, Storage.FLOAT16);
            return () -> index.addAll(large);
        });
        add("VectorIndex.addAll(float[])", "too small", ARGUMENT, tooSmall, s -> {
            VectorIndex index = s.index(cosine, Storage.FLOAT16);
            return () -> index.addAll(small);
        });
        addClosed("VectorIndex.addAll(float[])", index -> index.addAll(vector));
        String addRows = "VectorIndex.addAll(float[][])";
        add(addRows, "dimension", ARGUMENT, "vector 1" + values, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(new float[][] {vector, three});
        });
        add(addRows, "a null", NULL, "vectors[1]", s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(new float[][] {vector, null});
        });
        add(addRows, "a NaN", ARGUMENT, notFinite, s -> {
            VectorIndex index = s.index(Metric.DOT_PRODUCT);
            return () -> index.addAll(new float[][] {nan});
        });
        addClosed(addRows, index -> index.addAll(new float[][] {vector}));
        String addMatrix = "VectorIndex.addAll(FloatMatrix)";
        add(addMatrix, "columns", ARGUMENT, "vector 0" + values, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(FloatMatrix.of(1, 3, three));
        });
        add(addMatrix, "zero", ARGUMENT, noDirection, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(FloatMatrix.of(1, 2, zero));
        });
        addClosed(addMatrix, index -> index.addAll(FloatMatrix.of(1, 2, vector)));
        String addBuffer = "VectorIndex.addAll(FloatBuffer)";
        add(addBuffer, "dimension", ARGUMENT, notVectors, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.addAll(FloatBuffer.wrap(three));
        });
        add(addBuffer, "zero", ARGUMENT, noDirection, s -> {
            VectorIndex index = s.index(cosine);
            FloatBuffer buffer = ByteBuffer.allocateDirect(zero.length * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            return () -> index.addAll(buffer);
        });
        addClosed(addBuffer, index -> index.addAll(FloatBuffer.wrap(vector)));
        String put = "VectorIndex.put(long,float[])";
        add(put, "dimension", ARGUMENT, "the vector" + values, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.put(5, three);
        });
        String unchangeable = "an index of a mapped file cannot be changed";
        add(put, "mapped", UNSUPPORTED, unchangeable, s -> {
            VectorIndex index = s.mappedIndex();
            return () -> index.put(5, vector);
        });
        addClosed(put, index -> index.put(5, vector));
        String putAll = "VectorIndex.putAll(long[],float[])";
        add(putAll, "dimension", ARGUMENT, notVectors, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.putAll(new long[] {5}, three);
        });
        add(putAll, "ids", ARGUMENT, "there are 2 ids for 1 vectors", s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.putAll(new long[] {5, 6}, vector);
        });
        add(putAll, "zero", ARGUMENT, noDirection, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.putAll(new long[zero.length / 2], zero);
        });
        addClosed(putAll, index -> index.putAll(new long[] {5}, vector));
        add("VectorIndex.remove(long)", "mapped", UNSUPPORTED, unchangeable, s -> {
            VectorIndex index = s.mappedIndex();
            return () -> index.remove(0);
        });
        addClosed("VectorIndex.remove(long)", index -> index.remove(0));
        add("VectorIndex.removeAll(long[])", "mapped", UNSUPPORTED, unchangeable, s -> {
            VectorIndex index = s.mappedIndex();
            return () -> index.removeAll(0);
        });
        addClosed("VectorIndex.removeAll(long[])", index -> index.removeAll(0));
        addClosed("VectorIndex.contains(long)", index -> index.contains(0));
        addClosed("VectorIndex.ids()", VectorIndex::ids);
        add("VectorIndex.get(long)", "no such id", INDEX, "id 1 is out of range for 1 vectors", s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.get(1);
        });
        addClosed("VectorIndex.get(long)", index -> index.get(0));
        addClosed("VectorIndex.size()", VectorIndex::size);
        addClosed("VectorIndex.dimension()", VectorIndex::dimension);
        addClosed("VectorIndex.metric()", VectorIndex::metric);
        addClosed("VectorIndex.storage()", VectorIndex::storage);
        addClosed("VectorIndex.useCodes(boolean)", index -> index.useCodes(true));
        addClosed("VectorIndex.bytesInUse()", VectorIndex::bytesInUse);
        add("VectorIndex.search(float[],int)", "k", ARGUMENT, atLeastOne, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.search(vector, 0);
        });
        add("VectorIndex.search(float[],int)", "dimension", ARGUMENT, "the query" + values, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.search(three, 1);
        });
        addClosed("VectorIndex.search(float[],int)", index -> index.search(vector, 1));
        BitSet allowed = new BitSet();
        allowed.set(0);
        add(
                "VectorIndex.search(float[],int,BitSet)",
                "zero",
                ARGUMENT,
                "the query is zero, which has no direction",
                s -> {
                    VectorIndex index = s.index(cosine);
                    return () -> index.search(zero, 1, allowed);
                });
        addClosed("VectorIndex.search(float[],int,BitSet)", index -> index.search(vector, 1, allowed));
        String notQueries = "the queries have 3 values, not a multiple of the dimension 2";
        add("VectorIndex.searchAll(float[],int)", "dimension", ARGUMENT, notQueries, s -> {
            VectorIndex index = s.index(cosine);
            return () -> index.searchAll(three, 1);
        });
        addClosed("VectorIndex.searchAll(float[],int)", index -> index.searchAll(vector, 1));
        addSearchesWithOptions(cosine, vector);
        add("VectorIndex.save(Path)", "no directory", NO_FILE, "{directory}/none/a.npy: …", s -> {
            VectorIndex index = s.index(cosine);
            Path file = s.file("none").resolve("a.npy");
            return () -> index.save(file);
        });
        add("VectorIndex.save(Path)", "not an index", IO, "cannot use {directory}: it is neither empty…", s -> {
            VectorIndex index = s.index(cosine);
            Path directory = s.directory();
            return () -> index.save(directory);
        });
        for (String method : List.of("open", "map", "verify")) {
            addInDirectory(method, "no directory", NO_FILE, "{directory}/none: …", "none");
            addInDirectory(method, "no index", NO_FILE, "{directory}/manifest: …", ".");
            addInDirectory(method, "a file", IO, "cannot use {directory}/text: …", "text");
        }
        add("VectorIndex.save(Path)", "closed", STATE, OPEN, s -> {
            VectorIndex index = s.closedIndex();
            Path file = s.file("a.npy");
            return () -> index.save(file);
        });
    }

    private void addSearchesWithOptions(Metric cosine, float[] vector) {
        String search = "VectorIndex.search(float[],SearchOptions)";
        add(search, "not a number", ARGUMENT, "atLeast must be a number, but is NaN", s -> {
            VectorIndex index = s.index(cosine);
            SearchOptions options = SearchOptions.nearest(1).atLeast(Float.NaN);
            return () -> index.search(vector, options);
        });
        add(search, "filters", ARGUMENT, "there are 2 filters for 1 queries", s -> {
            VectorIndex index = s.index(cosine);
            SearchOptions options = SearchOptions.nearest(1).filters(List.of(IdFilter.allow(1), IdFilter.exclude(2)));
            return () -> index.search(vector, options);
        });
        SearchOptions everything = SearchOptions.all();
        addClosed(search, index -> index.search(vector, everything));
        String searchAll = "VectorIndex.searchAll(float[],SearchOptions)";
        String wrongBound = "cosines are bounded by atLeast, not by atMost, which is 0.5";
        add(searchAll, "bound", ARGUMENT, wrongBound, s -> {
            VectorIndex index = s.index(cosine);
            SearchOptions options = SearchOptions.all().atMost(0.5f);
            return () -> index.searchAll(vector, options);
        });
        addClosed(searchAll, index -> index.searchAll(vector, everything));
        addInJava("BatchHits.get(int)", "outside", INDEX, "Index 1 out of bounds for length 1", s -> {
            BatchHits hits = s.index(cosine).searchAll(vector, 1);
            return () -> hits.get(1);
        });
        addInJava("IdFilter.allow(long[])", "null", NULL, "ids", s -> () -> IdFilter.allow((long[]) null));
        addInJava("IdFilter.exclude(long[])", "null", NULL, "ids", s -> () -> IdFilter.exclude((long[]) null));
        addInJava("IdFilter.allowBits(long[])", "null", NULL, "words", s -> () -> IdFilter.allowBits(null));
        addInJava("IdFilter.excludeBits(long[])", "null", NULL, "words", s -> () -> IdFilter.excludeBits(null));
        addInJava("IdFilter.allow(BitSet)", "null", NULL, "ids", s -> () -> IdFilter.allow((BitSet) null));
        addInJava("IdFilter.exclude(BitSet)", "null", NULL, "ids", s -> () -> IdFilter.exclude((BitSet) null));
        addInJava("SearchOptions.filter(IdFilter)", "null", NULL, "filter", s -> () -> everything.filter(null));
        addInJava("SearchOptions.filters(List)", "null", NULL, "filters", s -> () -> everything.filters(null));
    }

    private interface Opening {
        Object open(Path file, Metric metric) throws Exception;
    }

    private void addOpening(
            String method, String mistake, String exception, String message, String file, Opening opening) {
        add(method, mistake, exception, message, s -> {
            Path path = s.file(file);
            Metric metric = Metric.COSINE;
            return () -> opening.open(path, metric);
        });
    }

    private void addInDirectory(String method, String mistake, String exception, String message, String name) {
        add("VectorIndex." + method + "(Path)", mistake, exception, message, s -> {
            Path path = s.file(name).normalize();
            return switch (method) {
                case "open" -> () -> VectorIndex.open(path);
                case "map" -> () -> VectorIndex.map(path);
                default -> () -> VectorIndex.verify(path);
            };
        });
    }

    private interface Use {
        void of(VectorIndex index);
    }

    private void addClosed(String method, Use use) {
        add(method, "closed", STATE, OPEN, s -> {
            VectorIndex index = s.closedIndex();
            return () -> use.of(index);
        });
    }

    private void addOthers() {
        String lone = "a\ud83e";
        add(
                "RustFfi.greet(String)",
                "not Unicode",
                ARGUMENT,
                "unpaired surrogate at index 1",
                s -> () -> RustFfi.greet(lone));
        addInJava("RustFfi.greet(String)", "null", NULL, "name", s -> () -> RustFfi.greet(null));
        String threads = "number of threads must be from 1 to 65535, but is 65536";
        add("Parallelism.setThreads(int)", "too many", ARGUMENT, threads, s -> () -> Parallelism.setThreads(65_536));
        String none = "number of threads must be from 1 to 65535, but is 0";
        add("Parallelism.setThreads(int)", "none", ARGUMENT, none, s -> () -> Parallelism.setThreads(0));
        addInJava("Hits(long[],float[])", "lengths", ARGUMENT, "ids and scores differ in number: 1 and 2", s -> {
            long[] ids = new long[1];
            float[] scores = new float[2];
            return () -> new Hits(ids, scores);
        });
        String constant = "No enum constant io.github.rustffi.VectorIndex.Metric.NONE";
        addInJava(
                "VectorIndex.Metric.valueOf(String)",
                "no such metric",
                ARGUMENT,
                constant,
                s -> () -> Metric.valueOf("NONE"));
        addInJava(
                "VectorIndex.Storage.valueOf(String)",
                "no such storage",
                ARGUMENT,
                constant.replace("Metric", "Storage"),
                s -> () -> Storage.valueOf("NONE"));
        addInJava(
                "Matrix.Triangle.valueOf(String)",
                "no such triangle",
                ARGUMENT,
                "No enum constant io.github.rustffi.Matrix.Triangle.NONE",
                s -> () -> Matrix.Triangle.valueOf("NONE"));
        // What no public method lets happen.
        add("internal.Natives.greet(String)", "null", NULL, "string", s -> {
            RustFfi.version();
            return () -> Natives.greet(null);
        });
        String bug = "bug in rust_ffi: the array has room for the values";
        add("internal.Natives.readNpy(String,int[])", "a panic", BUG, bug, s -> {
            RustFfi.version();
            String file = s.file("vectors.npy").toString();
            int[] noShape = new int[1];
            return () -> Natives.readNpy(file, noShape);
        });
    }

    private void excuse(String reason, String... methods) {
        for (String method : methods) {
            excused.put(method, reason);
        }
    }

    private void excuse() {
        excuse(
                "only returns what the object holds, or a copy",
                "Matrix.rows()",
                "Matrix.columns()",
                "Matrix.toArray()",
                "Matrix.toRows()",
                "Matrix.diagonal()",
                "Standardization.means()",
                "Standardization.deviations()",
                "Pca.means()",
                "Pca.components()",
                "Pca.explainedVariance()",
                "Pca.explainedVarianceRatio()",
                "FloatMatrix.rows()",
                "FloatMatrix.columns()",
                "FloatMatrix.toArray()",
                "FloatMatrix.toRows()",
                "FloatMatrix.toMatrix()",
                "Cholesky.l()",
                "Lu.rowPermutation()",
                "Lu.l()",
                "Lu.u()",
                "Ldl.l()",
                "Ldl.d()",
                "Ldl.permutation()",
                "Ldl.inertia()",
                "Ldl.determinantSign()",
                "Qr.r()",
                "PivotedQr.r()",
                "PivotedQr.columnPermutation()",
                "PivotedQr.rank()",
                "Svd.u()",
                "LeastSquares.solution()",
                "LeastSquares.rank()",
                "LeastSquares.residuals()",
                "LeastSquares.singularValues()",
                "Svd.v()",
                "Svd.singularValues()",
                "Eigen.realValues()",
                "Eigen.imaginaryValues()",
                "Eigen.vectors()",
                "Schur.q()",
                "Schur.t()",
                "Hessenberg.q()",
                "Hessenberg.h()",
                "SymmetricEigen.values()",
                "SymmetricEigen.vectors()",
                "Npz.names()",
                "Hits.ids()",
                "Hits.scores()",
                "Hits.component1()",
                "Hits.component2()",
                "Hits.size()",
                "BatchHits.ids()",
                "BatchHits.scores()",
                "BatchHits.offsets()",
                "BatchHits.size()",
                "NativeMemory.workspaceBytes()",
                "NativeMemory.keptBytes()",
                "NativeMemory.indexBytes()",
                "NativeMemory.totalBytes()",
                "VectorIndex.Metric.values()",
                "VectorIndex.Storage.values()",
                "Matrix.Triangle.values()");
        excuse(
                "takes every matrix and number: it fails only for want of memory",
                "Matrix.times(double)",
                "Matrix.transpose()",
                "Matrix.trace()",
                "Matrix.upperTriangle()",
                "Matrix.lowerTriangle()",
                "Matrix.plus(double)",
                "Matrix.minus(double)",
                "Matrix.div(double)",
                "Matrix.unaryMinus()",
                "Matrix.sum()",
                "Matrix.rowSums()",
                "Matrix.columnSums()",
                "Matrix.mean()",
                "Matrix.rowMeans()",
                "Matrix.columnMeans()",
                "Matrix.maxAbs()",
                "Matrix.rowMaxAbs()",
                "Matrix.columnMaxAbs()",
                "Matrix.norm()",
                "Matrix.norm1()",
                "Matrix.normInf()",
                "Matrix.isSymmetric()",
                "Cholesky.logDeterminant()",
                "Cholesky.rcond()",
                "Ldl.logAbsDeterminant()",
                "FloatMatrix.plus(float)",
                "FloatMatrix.minus(float)",
                "FloatMatrix.times(float)",
                "FloatMatrix.div(float)",
                "FloatMatrix.unaryMinus()",
                "FloatMatrix.transpose()",
                "FloatMatrix.sum()",
                "FloatMatrix.mean()",
                "FloatMatrix.norm()",
                "FloatMatrix.rowSums()",
                "FloatMatrix.columnSums()",
                "FloatMatrix.rowNorms()",
                "Cholesky.determinant()",
                "Ldl.determinant()",
                "Qr.q()",
                "PivotedQr.q()",
                "LeastSquares.residualNorms()",
                "Svd.rank()");
        excuse(
                "takes every number, or none: it fails only where the library cannot be loaded",
                "RustFfi.add(int,int)",
                "RustFfi.multiply(int,int)",
                "RustFfi.version()",
                "Parallelism.threads()",
                "NativeMemory.current()",
                "NativeMemory.peakWorkspaceBytes()",
                "NativeMemory.resetPeak()",
                "NativeMemory.registerMBean()",
                "NativeMemory.unregisterMBean()",
                "NativeLibrary.load()",
                "NativeLibrary.path()");
        excuse(
                "fails, as its documentation says, at most for want of memory",
                "NativeLibrary.isAvailable()",
                "NativeLibrary.unavailabilityCause()",
                "NativeLibrary.platform()",
                "Npz.builder()",
                "VectorIndex.close()");
        excuse("is the caller's", "Matrix.Generator.valueAt(int,int)");
        excuse("is the caller's", "FloatMatrix.Generator.valueAt(int,int)");
        excuse("fails only where the system cannot close a file", "Npz.close()");
        excuse(
                "keeps a message or numbers",
                "NativeMemory(long,long,long)",
                "SearchOptions.all()",
                "SearchOptions.nearest(int)",
                "SearchOptions.atLeast(float)",
                "SearchOptions.atMost(float)",
                "IdFilter.all()",
                "IdFilter.allows(long)",
                "SingularMatrixException(String)",
                "NotPositiveDefiniteException(String)",
                "NoConvergenceException(String)");
        excuse("is the caller's", "FloatMatrix.FloatFunction.apply(float)");
        for (String type : new String[] {
            "Matrix",
            "FloatMatrix",
            "Lu",
            "Cholesky",
            "Ldl",
            "Qr",
            "PivotedQr",
            "Svd",
            "Eigen",
            "Schur",
            "Hessenberg",
            "SymmetricEigen",
            "LeastSquares",
            "Standardization",
            "Pca",
            "Hits",
            "IdFilter",
            "NativeMemory"
        }) {
            excuse("takes every object", type + ".equals(Object)");
            excuse("has no argument, and takes every object", type + ".hashCode()", type + ".toString()");
        }
        excuse("has no argument, and takes every object", "VectorIndex.toString()", "SearchOptions.toString()");
    }
}
