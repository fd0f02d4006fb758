package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Pieces;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final Matrix A = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);

    @Test
    void isMadeOfRowsOrOfValuesInRowMajorOrder() {
        assertThat(Matrix.of(new double[][] {{1, 2, 3}, {4, 5, 6}})).isEqualTo(A);
        assertThat(A.rows()).isEqualTo(2);
        assertThat(A.columns()).isEqualTo(3);
        assertThat(A.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(A.toRows()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(A.get(1, 0)).isEqualTo(4);
        assertThat(A.row(1)).containsExactly(4, 5, 6);
        assertThat(A.column(1)).containsExactly(2, 5);
        assertThat(A.submatrix(0, 1, 2, 2)).isEqualTo(Matrix.of(2, 2, 2, 3, 5, 6));
        assertThat(A.submatrix(2, 3, 0, 0)).isEqualTo(Matrix.zeros(0, 0));
    }

    @Test
    void specialMatricesAreWhatTheirNamesSay() {
        assertThat(Matrix.zeros(2, 3)).isEqualTo(Matrix.of(2, 3, 0, 0, 0, 0, 0, 0));
        assertThat(Matrix.identity(2)).isEqualTo(Matrix.of(2, 2, 1, 0, 0, 1));
        assertThat(Matrix.diagonal(2, -0.0)).isEqualTo(Matrix.of(2, 2, 2, 0, 0, -0.0));
        assertThat(Matrix.identity(0)).isEqualTo(Matrix.of(new double[0][])).isEqualTo(Matrix.diagonal(new double[0]));
        assertThat(Matrix.of(new double[3][0])).isEqualTo(Matrix.zeros(3, 0));
    }

    @Test
    void sharesNoArrayWithAnybody() {
        double[] values = {1, 2, 3, 4};
        double[][] rows = {{1, 2}, {3, 4}};
        Matrix a = Matrix.of(2, 2, values);
        Matrix b = Matrix.of(rows);
        values[0] = 7;
        rows[0][0] = 7;
        a.toArray()[1] = 7;
        a.toRows()[1][0] = 7;
        a.row(1)[1] = 7;
        a.column(1)[1] = 7;
        assertThat(a).isEqualTo(b).isEqualTo(Matrix.of(2, 2, 1, 2, 3, 4));
    }

    @Test
    void rejectsNullByName() {
        assertThatNullPointerException().isThrownBy(() -> Matrix.of(null)).withMessage("rows");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.of(new double[][] {null}))
                .withMessage("rows[0]");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.of(new double[][] {{1}, null}))
                .withMessage("rows[1]");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.of(1, 1, (double[]) null))
                .withMessage("rowMajor");
        assertThatNullPointerException().isThrownBy(() -> Matrix.diagonal(null)).withMessage("d");
        assertThatNullPointerException().isThrownBy(() -> A.plus(null)).withMessage("b");
        assertThatNullPointerException().isThrownBy(() -> A.minus(null)).withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> A.times((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> A.times((double[]) null))
                .withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> A.solve((Matrix) null))
                .withMessage("b");
        assertThatNullPointerException()
                .isThrownBy(() -> A.solve((double[]) null))
                .withMessage("b");
    }

    @Test
    void rejectsShapesThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(new double[][] {{1, 2}, {1, 2, 3}}))
                .withMessage("row 1 has 3 values, not 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(2, 3, 1, 2, 3, 4, 5))
                .withMessage("a 2x3 matrix does not have 5 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(65_536, 65_536))
                .withMessage("a 65536x65536 matrix does not have 0 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(-1, 3))
                .withMessage("a matrix cannot be -1x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.of(-2, -3, 1, 2, 3, 4, 5, 6))
                .withMessage("a matrix cannot be -2x-3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(65_536, 65_536))
                .withMessage("a 65536x65536 matrix has more than 2147483647 values");
        Matrix column = Matrix.zeros(50_000, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> column.times(column.transpose()))
                .withMessage("a 50000x50000 matrix has more than 2147483647 values");
    }

    @ParameterizedTest
    @CsvSource({"-1,0", "2,0", "0,-1", "0,3", "-2147483648,0", "0,2147483647"})
    void rejectsAnIndexOutOfRange(int row, int column) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> A.get(row, column))
                .withMessage("no row %d, column %d in a 2x3 matrix", row, column);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void rejectsARowOrAColumnOutOfRange(int index) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> A.row(index))
                .withMessage("no row %d in a 2x3 matrix", index);
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> A.column(index))
                .withMessage("no column %d in a 2x3 matrix", index);
    }

    @ParameterizedTest
    @CsvSource({
        "-1,0,1,1",
        "0,-1,1,1",
        "0,0,3,1",
        "0,0,1,4",
        "1,0,2,1",
        "0,1,1,3",
        "0,0,-1,1",
        "0,0,1,-1",
        "3,0,0,0",
        "2147483647,0,1,1",
        "1,0,2147483647,1",
        "0,1,1,2147483647"
    })
    void rejectsABlockOutOfRange(int row, int column, int rows, int columns) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> A.submatrix(row, column, rows, columns))
                .withMessage("no %dx%d block at row %d, column %d in a 2x3 matrix", rows, columns, row, column);
    }

    @Test
    void addsSubtractsAndScalesEachValue() {
        Matrix b = Matrix.of(2, 3, 10, 20, 30, 40, 50, 60);
        assertThat(A.plus(b)).isEqualTo(Matrix.of(2, 3, 11, 22, 33, 44, 55, 66));
        assertThat(b.minus(A)).isEqualTo(Matrix.of(2, 3, 9, 18, 27, 36, 45, 54));
        assertThat(A.times(-2.0)).isEqualTo(Matrix.of(2, 3, -2, -4, -6, -8, -10, -12));
        assertThat(A.transpose()).isEqualTo(Matrix.of(3, 2, 1, 4, 2, 5, 3, 6));
    }

    @Test
    void followsIeee754InEachValue() {
        Matrix odd = Matrix.of(1, 5, NAN, INFINITY, -0.0, Double.MIN_VALUE, Double.MAX_VALUE);
        assertThat(odd.plus(odd).toArray()).containsExactly(NAN, INFINITY, -0.0, 2 * Double.MIN_VALUE, INFINITY);
        assertThat(odd.minus(odd).toArray()).containsExactly(NAN, NAN, 0.0, 0.0, 0.0);
        assertThat(odd.times(0.0).toArray()).containsExactly(NAN, NAN, -0.0, 0.0, 0.0);
        assertThat(odd.times(odd.transpose()).get(0, 0)).isNaN();
        assertThat(Matrix.of(1, 1, INFINITY).times(Matrix.of(1, 1, 0)).get(0, 0))
                .isNaN();
        assertThat(Matrix.of(1, 1, -INFINITY).times(Matrix.of(1, 1, 2)).get(0, 0))
                .isEqualTo(-INFINITY);
    }

    @Test
    void rejectsShapesThatDoNotAgree() {
        Matrix b = Matrix.zeros(4, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.plus(b))
                .withMessage("matrix shapes do not agree: 2x3 plus 4x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.minus(b))
                .withMessage("matrix shapes do not agree: 2x3 minus 4x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.times(b))
                .withMessage("matrix shapes do not agree: 2x3 times 4x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.times(new double[4]))
                .withMessage("matrix shapes do not agree: 2x3 times 4x1");
        // Two mistakes at once: the shape is the one that is told.
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.zeros(50_000, 1).times(Matrix.zeros(2, 50_000)))
                .withMessage("matrix shapes do not agree: 50000x1 times 2x50000");
    }

    @Test
    void multipliesWholeNumbersExactly() {
        int[] sizes = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 63, 64, 65};
        for (int m : sizes) {
            for (int k : new int[] {1, 5, 8, 33, 257}) {
                for (int n : sizes) {
                    Matrix a = Matrices.whole(m, m, k);
                    Matrix b = Matrices.whole(n, k, n);
                    assertThat(a.times(b)).as("%dx%d times %dx%d", m, k, k, n).isEqualTo(Matrices.naiveProduct(a, b));
                }
            }
        }
    }

    @Test
    void multipliesLargeMatricesExactly() {
        for (int n : new int[] {127, 129, 255, 257, 384}) {
            Matrix a = Matrices.whole(n, n, n + 1);
            Matrix b = Matrices.whole(-n, n + 1, n - 1);
            assertThat(a.times(b)).as("%d", n).isEqualTo(Matrices.naiveProduct(a, b));
            double[] x = b.column(0);
            assertThat(a.times(x))
                    .containsExactly(a.times(Matrix.of(n + 1, 1, x)).toArray());
        }
    }

    @Test
    void multipliesWithATransposeThatIsNotMade() {
        int[][] shapes = {
            {0, 3, 2}, {3, 0, 2}, {1, 1, 1}, {7, 5, 3}, {40, 1, 9}, {9, 70, 1}, {300, 40, 60}, {2000, 7, 1}
        };
        for (int[] shape : shapes) {
            Matrix a = Matrices.whole(1, shape[0], shape[1]);
            Matrix b = Matrices.whole(2, shape[0], shape[2]);
            Matrix expected = Matrices.naiveProduct(a.transpose(), b);
            String of = Arrays.toString(shape);
            assertThat(a.transposeTimes(b)).as(of).isEqualTo(expected);
            assertThat(a.transpose().timesTranspose(b.transpose())).as(of).isEqualTo(expected);
            assertThat(a.gram()).as(of).isEqualTo(Matrices.naiveProduct(a.transpose(), a));
            if (shape[2] == 1) {
                assertThat(a.transposeTimes(b.toArray())).as(of).containsExactly(expected.toArray());
            }
        }
    }

    @Test
    void transposesAnyShape() {
        for (int[] shape : new int[][] {{1, 1}, {1, 17}, {16, 16}, {17, 33}, {100, 1}, {0, 3}, {200, 130}}) {
            Matrix a = Matrices.whole(1, shape[0], shape[1]);
            Matrix transpose = a.transpose();
            assertThat(transpose.rows()).isEqualTo(shape[1]);
            for (int i = 0; i < shape[0]; i++) {
                assertThat(transpose.column(i)).isEqualTo(a.row(i));
            }
            assertThat(transpose.transpose()).isEqualTo(a);
        }
    }

    @Test
    void normNeitherOverflowsNorUnderflows() {
        assertThat(Matrix.of(1, 2, 3, 4).norm()).isEqualTo(5);
        assertThat(Matrix.of(2, 1, 3e200, 4e200).norm()).isCloseTo(5e200, within(1e185));
        assertThat(Matrix.of(2, 1, 3e-200, 4e-200).norm()).isCloseTo(5e-200, within(1e-215));
        assertThat(Matrix.of(1, 1, Double.MIN_VALUE).norm()).isEqualTo(Double.MIN_VALUE);
        assertThat(Matrix.of(1, 3, NAN, INFINITY, 1).norm()).isNaN();
        assertThat(Matrix.of(1, 2, 1, -INFINITY).norm()).isEqualTo(INFINITY);
        double[] many = new double[1 << 21];
        Arrays.fill(many, 2.0);
        assertThat(Matrix.of(1 << 10, 1 << 11, many).norm()).isEqualTo(2.0 * Math.sqrt(1 << 21));
    }

    @Test
    void traceSumsTheDiagonalOfAnyShape() {
        assertThat(A.trace()).isEqualTo(6);
        assertThat(A.transpose().trace()).isEqualTo(6);
        assertThat(Matrix.of(2, 2, INFINITY, 0, 0, -INFINITY).trace()).isNaN();
    }

    @Test
    void emptyMatricesBehaveAsThoseOfNumPy() {
        assertThat(Matrix.zeros(2, 0).times(Matrix.zeros(0, 3))).isEqualTo(Matrix.zeros(2, 3));
        assertThat(Matrix.zeros(0, 2).times(Matrix.zeros(2, 0))).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.zeros(3, 0).times(new double[0])).containsExactly(0, 0, 0);
        assertThat(Matrix.zeros(0, 3).times(new double[3])).isEmpty();
        assertThat(Matrix.zeros(0, 3).plus(Matrix.zeros(0, 3))).isEqualTo(Matrix.zeros(0, 3));
        assertThat(Matrix.zeros(0, 3).transpose()).isEqualTo(Matrix.zeros(3, 0));
        assertThat(Matrix.zeros(Integer.MAX_VALUE, 0).transpose()).isEqualTo(Matrix.zeros(0, Integer.MAX_VALUE));
        assertThat(Matrix.zeros(0, 3).toRows()).isEmpty();
        assertThat(Matrix.zeros(2, 0).toRows()).isDeepEqualTo(new double[2][0]);
        assertThat(bitsOf(Matrix.zeros(0, 5).trace())).isZero();
        assertThat(bitsOf(Matrix.zeros(5, 0).norm())).isZero();
        Matrix none = Matrix.zeros(0, 0);
        assertThat(none.determinant()).isEqualTo(1);
        assertThat(none.inverse()).isEqualTo(none);
        assertThat(none.solve(Matrix.zeros(0, 3))).isEqualTo(Matrix.zeros(0, 3));
        assertThat(none.solve(new double[0])).isEmpty();
        assertThat(Matrix.identity(2).solve(Matrix.zeros(2, 0))).isEqualTo(Matrix.zeros(2, 0));
    }

    private static long bitsOf(double value) {
        return Double.doubleToRawLongBits(value);
    }

    @Test
    void equalsByShapeAndValues() {
        assertThat(A).isEqualTo(Matrix.of(2, 3, A.toArray())).hasSameHashCodeAs(Matrix.of(2, 3, A.toArray()));
        assertThat(A)
                .isNotEqualTo(Matrix.of(3, 2, A.toArray()))
                .isNotEqualTo(A.times(2.0))
                .isNotEqualTo(null);
        assertThat(Matrix.of(1, 1, NAN)).isEqualTo(Matrix.of(1, 1, NAN));
        assertThat(Matrix.of(1, 1, 0.0)).isNotEqualTo(Matrix.of(1, 1, -0.0));
        assertThat(Matrix.zeros(0, 3)).isNotEqualTo(Matrix.zeros(3, 0));
    }

    @Test
    void showsItselfInAlignedColumns() {
        assertThat(Matrix.of(2, 2, 1, -2.5, 100, NAN)).hasToString("""
                2x2 matrix
                    1.0  -2.5
                  100.0   NaN""");
        assertThat(Matrix.zeros(0, 3)).hasToString("0x3 matrix");
        assertThat(Matrix.zeros(1, 9)).hasToString("1x9 matrix\n" + "  0.0".repeat(9));
    }

    @Test
    void showsTheCornersOfALargeMatrix() {
        double[] values = new double[100];
        Arrays.setAll(values, i -> i);
        assertThat(Matrix.of(10, 10, values)).hasToString("""
                10x10 matrix
                   0.0   1.0   2.0   3.0  ...   6.0   7.0   8.0   9.0
                  10.0  11.0  12.0  13.0  ...  16.0  17.0  18.0  19.0
                  20.0  21.0  22.0  23.0  ...  26.0  27.0  28.0  29.0
                  30.0  31.0  32.0  33.0  ...  36.0  37.0  38.0  39.0
                   ...   ...   ...   ...  ...   ...   ...   ...   ...
                  60.0  61.0  62.0  63.0  ...  66.0  67.0  68.0  69.0
                  70.0  71.0  72.0  73.0  ...  76.0  77.0  78.0  79.0
                  80.0  81.0  82.0  83.0  ...  86.0  87.0  88.0  89.0
                  90.0  91.0  92.0  93.0  ...  96.0  97.0  98.0  99.0""");
        assertThat(Matrix.zeros(1000, 1000).toString()).hasLineCount(10);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 5",
        "5, 0",
        "1, 1",
        "3, 3",
        "20, 20",
        "401, 1",
        "1000, 1",
        "70000, 3",
        "300, 8",
        "300, 9",
        "1, 401",
        "1, 10000",
        "1, 16385",
        "3, 16384",
        "2, 16385",
        "1049, 1000",
        "40, 4096",
        "40, 4097",
        "2, 700",
        "3, 700",
        "3, 100000",
        "300, 300",
        "2049, 7",
        "40, 409"
    })
    void theProductWithAVectorIsTheSameOverAnyWay(int rows, int columns) {
        Matrix a = Matrices.random(1, rows, columns);
        double[] x = Matrices.random(2, columns, 1).toArray();
        double[] product = a.times(x);
        assertThat(a.times(Matrix.of(columns, 1, x)).toArray()).isEqualTo(product);
        if (rows * columns > 640) {
            double[] lentOrCopied = new double[rows];
            Natives.times(rows, columns, a.toArray(), columns, 1, x, lentOrCopied);
            double[] inJava = new double[rows];
            if (SmallProduct.isByEight(rows, columns)) {
                SmallProduct.timesByEight(a.toArray(), x, inJava);
            } else {
                assertThat(Pieces.times(columns, a.toArray(), x, inJava)).isTrue();
            }
            assertThat(lentOrCopied).isEqualTo(product);
            assertThat(inJava).isEqualTo(product);
        }
        if (rows * columns > 400) {
            double[] z = Matrices.random(3, rows, 1).toArray();
            double[] transposed = a.transposeTimes(z);
            double[] lentOrCopied = new double[columns];
            Natives.transposeTimes(rows, columns, a.toArray(), rows, 1, z, lentOrCopied);
            assertThat(lentOrCopied).isEqualTo(transposed);
            double[] inJava = new double[columns];
            boolean isInJava = SmallProduct.isOneByOne(rows, columns);
            if (isInJava) {
                SmallProduct.transposeTimes(a.toArray(), z, inJava);
            } else {
                isInJava = Pieces.transposeTimes(columns, a.toArray(), z, inJava);
            }
            assertThat(isInJava).isEqualTo(rows == 1 || rows * columns >= 1 << 20 || columns <= 2048);
            if (isInJava) {
                assertThat(inJava).isEqualTo(transposed);
            }
        }
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            double size = 0;
            for (int j = 0; j < columns; j++) {
                sum += a.get(i, j) * x[j];
                size += Math.abs(a.get(i, j) * x[j]);
            }
            assertThat(product[i]).isCloseTo(sum, within(columns * 0x1p-52 * size));
        }
    }

    @Test
    void nativesRefuseNegativeNumbersAtOnce() {
        double[] none = new double[0];
        float[] floats = {};
        FloatBuffer buffer =
                ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).asFloatBuffer();
        NativeLibrary.load();
        long index = Natives.indexCreate(1, 0, 0);
        int[] numbers = {-1, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -(1 << 16)};
        for (int n : numbers) {
            for (Runnable call : new Runnable[] {
                () -> Natives.choleskySolve(0, none, 0, n, none, none),
                () -> Natives.choleskySolve(n, none, 0, 0, none, none),
                () -> Natives.choleskyFactor(false, n, 0, none, none),
                () -> Natives.choleskyDeterminant(n, none),
                () -> Natives.times(0, 0, none, 0, n, none, none),
                () -> Natives.times(n, 0, none, 0, 0, none, none),
                () -> Natives.solve(false, 0, 0, none, 0, n, none, none),
                () -> Natives.inverse(false, n, n, none, none),
                () -> Natives.determinant(false, n, n, none),
                () -> Natives.leastSquares(false, 0, 0, none, 0, n, none, 0.0, none),
                () -> Natives.pseudoInverse(false, n, 0, none, 0.0, none),
                () -> Natives.rank(false, 0, n, none, 0.0),
                () -> Natives.conditionNumber(false, n, 0, none),
                () -> Natives.singularValues(false, n, 0, none, none),
                () -> Natives.symmetricEigenvalues(false, n, n, none, none),
                () -> Natives.eigenvalues(false, n, n, none, none, none),
                () -> Natives.triangularSolve(false, 0, 0, none, true, true, true, 0, n, none, none),
                () -> Natives.indexAddAll(index, floats, n, 0),
                () -> Natives.indexAddAll(index, floats, 0, n),
                () -> Natives.indexAddMatrix(index, n, 1, floats),
                () -> Natives.indexAddMemory(index, buffer, 0, n),
                () -> Natives.indexAddMemory(index, buffer, n, 0),
                () -> Natives.luFactor(false, 0, n, none, none, new int[0]),
                () -> Natives.luSolve(0, 0, none, new int[0], 0, n, none, none),
                () -> Natives.luDeterminant(n, n, none, new int[0]),
                () -> Natives.luRcond(n, n, none, 1),
                () -> Natives.batchTimes(0, n, 0, 0, none, none, none),
                () -> Natives.batchTimes(0, 0, 0, n, none, none, none),
                () -> Natives.batchSolve(n, 0, 0, none, none, none),
                () -> Natives.batchSolve(0, n, 0, none, none, none),
                () -> Natives.batchSolve(0, 0, n, none, none, none),
                () -> Natives.batchCholesky(0, n, none, none),
                () -> Natives.batchSymmetricEigen(n, 0, none, none, none),
                () -> Natives.ldlFactor(false, n, 0, none, none, new int[0]),
                () -> Natives.ldlSolve(0, none, new int[0], 0, n, none, none),
                () -> Natives.ldlDeterminant(n, none),
                () -> Natives.qrFactor(false, n, 0, none, none, none),
                () -> Natives.pivotedQrFactor(false, n, 0, none, none, none, new int[0]),
                () -> Natives.qrSolveLeading(0, 0, none, none, n, 0, 0, none, none),
                () -> Natives.qrQ(0, n, none, none, none),
                () -> Natives.qrSolve(0, 0, none, none, 0, n, none, none),
                () -> Natives.svd(false, n, 0, none, none, none, none),
                () -> Natives.rankOfSingularValues(none, n, 0),
                () -> Natives.symmetricEigen(false, n, n, none, none, none),
                () -> Natives.eigen(false, n, n, none, none, none, none),
                () -> Natives.schur(false, n, n, none, none, none),
                () -> Natives.hessenberg(false, n, n, none, none, none),
            }) {
                assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(String.valueOf(n));
            }
        }
        Natives.indexClose(index);
    }
}
