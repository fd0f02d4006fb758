package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Matrices made of values, of random numbers, and of other matrices. */
class MakingTest {
    private static final Matrix A = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);

    @Test
    void generatesEachValueOnceRowAfterRow() {
        List<String> positions = new ArrayList<>();
        Matrix generated = Matrix.generate(2, 3, (i, j) -> {
            positions.add(i + "," + j);
            return 3 * i + j + 1;
        });
        assertThat(generated).isEqualTo(A);
        assertThat(positions).containsExactly("0,0", "0,1", "0,2", "1,0", "1,1", "1,2");
        assertThat(Matrix.generate(0, 3, (i, j) -> 1)).isEqualTo(Matrix.zeros(0, 3));
    }

    @Test
    void fillsRowsAndColumns() {
        assertThat(Matrix.filled(2, 2, -0.0)).isEqualTo(Matrix.of(2, 2, -0.0, -0.0, -0.0, -0.0));
        assertThat(Matrix.ofRow(1, 2, 3)).isEqualTo(Matrix.of(1, 3, 1, 2, 3));
        assertThat(Matrix.ofColumn(1, 2, 3)).isEqualTo(Matrix.of(3, 1, 1, 2, 3));
        assertThat(Matrix.ofRow()).isEqualTo(Matrix.zeros(1, 0));
        assertThat(Matrix.ofColumn()).isEqualTo(Matrix.zeros(0, 1));
        double[] values = {1, 2};
        Matrix row = Matrix.ofRow(values);
        Matrix column = Matrix.ofColumn(values);
        values[0] = 9;
        assertThat(row.get(0, 0)).isEqualTo(1);
        assertThat(column.get(0, 0)).isEqualTo(1);
    }

    @Test
    void randomValuesAreThoseOfTheGenerator() {
        Random expected = new Random(7);
        assertThat(Matrix.random(2, 3, new Random(7)))
                .isEqualTo(Matrix.generate(2, 3, (i, j) -> expected.nextDouble()));
        Random normal = new Random(7);
        assertThat(Matrix.gaussian(2, 3, new Random(7)))
                .isEqualTo(Matrix.generate(2, 3, (i, j) -> normal.nextGaussian()));
    }

    @Test
    void stacksSideBySideAndOneBelowTheOther() {
        Matrix b = Matrix.of(2, 1, 7, 8);
        assertThat(Matrix.hstack(A, b, A)).isEqualTo(Matrix.of(2, 7, 1, 2, 3, 7, 1, 2, 3, 4, 5, 6, 8, 4, 5, 6));
        assertThat(Matrix.vstack(A, Matrix.ofRow(7, 8, 9))).isEqualTo(Matrix.of(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        assertThat(Matrix.hstack(A)).isEqualTo(A);
        assertThat(Matrix.hstack()).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.vstack()).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.hstack(Matrix.zeros(2, 0), A, Matrix.zeros(2, 0))).isEqualTo(A);
        assertThat(Matrix.vstack(Matrix.zeros(0, 3), A)).isEqualTo(A);
    }

    @Test
    void blocksMayDifferInTheirColumnsFromRowToRow() {
        Matrix made = Matrix.block(new Matrix[][] {
            {Matrix.filled(1, 2, 1), Matrix.filled(1, 1, 2)}, {Matrix.filled(2, 1, 3), Matrix.filled(2, 2, 4)}
        });
        assertThat(made).isEqualTo(Matrix.of(3, 3, 1, 1, 2, 3, 4, 4, 3, 4, 4));
        assertThat(Matrix.block(new Matrix[0][])).isEqualTo(Matrix.zeros(0, 0));
        assertThat(Matrix.block(new Matrix[2][0])).isEqualTo(Matrix.zeros(0, 0));
    }

    @Test
    void rejectsBlocksThatDoNotFit() {
        Matrix square = Matrix.zeros(3, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.hstack(A, A, square))
                .withMessage("matrix shapes do not agree: 2x3 hstack 3x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.vstack(A, Matrix.zeros(2, 4)))
                .withMessage("matrix shapes do not agree: 2x3 vstack 2x4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.block(new Matrix[][] {{A, A}, {square}}))
                .withMessage("matrix shapes do not agree: 2x6 vstack 3x3");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.hstack(A, null))
                .withMessage("blocks[1]");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.vstack(A, null))
                .withMessage("blocks[1]");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.block(new Matrix[][] {{A}, null}))
                .withMessage("blocks[1]");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.block(new Matrix[][] {{A}, {A, null}}))
                .withMessage("blocks[1][1]");
        Matrix tall = Matrix.zeros(Integer.MAX_VALUE, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.vstack(tall, tall))
                .withMessage("a matrix cannot be 4294967294x0");
        Matrix large = Matrix.zeros(1, 1 << 16);
        Matrix[] many = new Matrix[1 << 15];
        Arrays.fill(many, large);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.vstack(many))
                .withMessage("a 32768x65536 matrix has more than 2147483647 values");
    }

    @Test
    void reshapesInRowMajorOrder() {
        assertThat(A.reshape(3, 2)).isEqualTo(Matrix.of(3, 2, 1, 2, 3, 4, 5, 6));
        assertThat(Matrix.zeros(0, 3).reshape(5, 0)).isEqualTo(Matrix.zeros(5, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.reshape(4, 2))
                .withMessage("a 4x2 matrix does not have 6 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> A.reshape(-2, -3))
                .withMessage("a matrix cannot be -2x-3");
    }

    @Test
    void selectsRowsAndColumnsInTheirOrder() {
        assertThat(A.selectRows(1, 0, 1)).isEqualTo(Matrix.of(3, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
        assertThat(A.selectColumns(2, 0)).isEqualTo(Matrix.of(2, 2, 3, 1, 6, 4));
        assertThat(A.selectRows()).isEqualTo(Matrix.zeros(0, 3));
        assertThat(A.selectColumns()).isEqualTo(Matrix.zeros(2, 0));
        for (int index : new int[] {-1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> A.selectRows(0, index))
                    .withMessage("no row %d in a 2x3 matrix", index);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> A.selectColumns(0, index))
                    .withMessage("no column %d in a 2x3 matrix", index);
        }
    }

    @Test
    void diagonalAndTrianglesAreOfAnyShape() {
        for (int[] shape : new int[][] {{0, 0}, {0, 3}, {3, 0}, {1, 1}, {4, 4}, {3, 5}, {5, 3}}) {
            Matrix a = Matrices.random(1, shape[0], shape[1]);
            Matrix upper = Matrix.generate(shape[0], shape[1], (i, j) -> i <= j ? a.get(i, j) : 0.0);
            Matrix lower = Matrix.generate(shape[0], shape[1], (i, j) -> i >= j ? a.get(i, j) : 0.0);
            assertThat(a.upperTriangle()).isEqualTo(upper);
            assertThat(a.lowerTriangle()).isEqualTo(lower);
        }
        assertThat(A.diagonal()).containsExactly(1, 5);
        assertThat(A.transpose().diagonal()).containsExactly(1, 5);
        assertThat(Matrix.zeros(0, 3).diagonal()).isEmpty();
    }

    @Test
    void rejectsNullByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.generate(1, 1, null))
                .withMessage("generator");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.random(1, 1, null))
                .withMessage("random");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.gaussian(1, 1, null))
                .withMessage("random");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.ofRow((double[]) null))
                .withMessage("row");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.ofColumn((double[]) null))
                .withMessage("column");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.hstack((Matrix[]) null))
                .withMessage("blocks");
        assertThatNullPointerException()
                .isThrownBy(() -> Matrix.vstack((Matrix[]) null))
                .withMessage("blocks");
        assertThatNullPointerException().isThrownBy(() -> Matrix.block(null)).withMessage("blocks");
        assertThatNullPointerException()
                .isThrownBy(() -> A.selectRows((int[]) null))
                .withMessage("rows");
        assertThatNullPointerException()
                .isThrownBy(() -> A.selectColumns((int[]) null))
                .withMessage("columns");
    }
}
