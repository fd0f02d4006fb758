package io.github.rustffi;

import static io.github.rustffi.Matrices.error;
import static io.github.rustffi.Matrices.positiveDefinite;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest {
    private static Matrix[] matrices(int count, IntFunction<Matrix> matrix) {
        return IntStream.range(0, count).mapToObj(matrix).toArray(Matrix[]::new);
    }

    private static double[] oneAfterAnother(Matrix... matrices) {
        return Operations.concat(IntStream.range(0, matrices.length)
                .mapToObj(i -> matrices[i].toArray())
                .toArray(double[][]::new));
    }

    /** Around the numbers of rows and of matrices where a path ends. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 9, 16, 31, 32, 33, 50})
    void theResultsAreThoseOfEach(int n) {
        for (int count : new int[] {0, 1, 7, 8, 9, 65, n > 8 ? 150 : 1_500}) {
            Matrix[] a =
                    matrices(count, i -> random(i, n, n).plus(Matrix.identity(n).times(3.0 + n)));
            Matrix[] b = matrices(count, i -> random(-i, n, 2));
            Matrix[] c = matrices(count, i -> positiveDefinite(i, n));
            Matrix[] x = Batch.solve(a, b);
            Matrix[] products = Batch.times(a, b);
            Matrix[] inverses = Batch.inverse(a);
            Cholesky[] factors = Batch.cholesky(c);
            SymmetricEigen[] eigens = Batch.symmetricEigen(c);
            assertThat(x).hasSize(count);
            assertThat(products).hasSize(count);
            assertThat(inverses).hasSize(count);
            assertThat(factors).hasSize(count);
            assertThat(eigens).hasSize(count);
            for (int i = 0; i < count; i += Math.max(1, count / 70)) {
                assertThat(error(x[i], a[i].solve(b[i]), n)).isLessThan(30);
                assertThat(error(products[i], a[i].times(b[i]), n)).isLessThan(10);
                assertThat(error(inverses[i], a[i].inverse(), n)).isLessThan(30);
                assertThat(error(factors[i].l(), c[i].cholesky().l(), n)).isLessThan(1000);
                assertThat(error(
                                Matrix.ofRow(eigens[i].values()),
                                Matrix.ofRow(c[i].symmetricEigen().values()),
                                n))
                        .isLessThan(30);
                Matrix vectors = eigens[i].vectors();
                assertThat(error(c[i].times(vectors), vectors.timesRow(eigens[i].values()), n))
                        .isLessThan(30);
            }
            if (n > 0) {
                assertThat(Batch.solve(n, oneAfterAnother(a), 2, oneAfterAnother(b)))
                        .containsExactly(oneAfterAnother(x));
                assertThat(Batch.times(n, n, 2, oneAfterAnother(a), oneAfterAnother(b)))
                        .containsExactly(oneAfterAnother(products));
            }
        }
    }

    @Test
    void shapesMayBeAny() {
        assertThat(Batch.times(matrices(2, i -> Matrix.zeros(3, 0)), matrices(2, i -> Matrix.zeros(0, 2))))
                .containsExactly(Matrix.zeros(3, 2), Matrix.zeros(3, 2));
        assertThat(Batch.times(matrices(9, i -> Matrices.whole(i, 2, 40)), matrices(9, i -> Matrices.whole(i, 40, 3))))
                .containsExactly(matrices(9, i -> Matrices.whole(i, 2, 40).times(Matrices.whole(i, 40, 3))));
        assertThat(Batch.times(2, 40, 3, Values.whole(1, 720), Values.whole(2, 1080)))
                .hasSize(54);
        assertThat(Batch.solve(matrices(3, i -> Matrix.identity(2)), matrices(3, i -> Matrix.zeros(2, 0))))
                .containsExactly(matrices(3, i -> Matrix.zeros(2, 0)));
        for (int inner : new int[] {0, 20}) {
            assertThat(Batch.times(
                            matrices(2, i -> Matrix.zeros(0, inner)),
                            matrices(2, i -> Matrix.zeros(inner, 20 - inner))))
                    .containsExactly(matrices(2, i -> Matrix.zeros(0, 20 - inner)));
            assertThat(Batch.times(
                            matrices(2, i -> Matrix.zeros(20 - inner, inner)),
                            matrices(2, i -> Matrix.zeros(inner, 0))))
                    .containsExactly(matrices(2, i -> Matrix.zeros(20 - inner, 0)));
        }
        assertThat(Batch.times(0, 0, 0, new double[0], new double[0])).isEmpty();
        assertThat(Batch.times(0, 0, 20, new double[0], new double[0])).isEmpty();
        assertThat(Batch.times(20, 0, 0, new double[0], new double[0])).isEmpty();
        assertThat(Batch.solve(3, new double[0], 1, new double[0])).isEmpty();
    }

    @Test
    void aMatrixWithoutAResultIsNamed() {
        for (int n : new int[] {2, 40}) {
            Matrix[] b = matrices(20, i -> Matrix.filled(n, 1, 1));
            Matrix[] a = matrices(20, i -> i == 17 ? Matrix.zeros(n, n) : Matrix.identity(n));
            assertThatExceptionOfType(SingularMatrixException.class)
                    .isThrownBy(() -> Batch.solve(a, b))
                    .withMessage("matrix is singular: pivot 0 is zero (matrix 17 of the batch)");
            assertThatExceptionOfType(SingularMatrixException.class)
                    .isThrownBy(() -> Batch.solve(n, oneAfterAnother(a), 1, oneAfterAnother(b)))
                    .withMessage("matrix is singular: pivot 0 is zero (matrix 17 of the batch)");
            assertThatExceptionOfType(SingularMatrixException.class)
                    .isThrownBy(() -> Batch.inverse(a))
                    .withMessageEndingWith("(matrix 17 of the batch)");
            assertThatExceptionOfType(SingularMatrixException.class)
                    .isThrownBy(() -> Batch.solve(a, matrices(20, i -> Matrix.zeros(n, 0))));
            assertThatExceptionOfType(NotPositiveDefiniteException.class)
                    .isThrownBy(() -> Batch.cholesky(a))
                    .withMessage("matrix is not positive definite: pivot 0 is not positive (matrix 17 of the batch)");
            Matrix[] nan = matrices(20, i -> i == 3 ? Matrix.filled(n, n, Double.NaN) : Matrix.identity(n));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Batch.symmetricEigen(nan))
                    .withMessage("matrix has a NaN at row 0, column 0 (matrix 3 of the batch)");
            Matrix[] skewed = matrices(20, i -> Matrix.generate(n, n, (row, column) -> row < column ? 1 : 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Batch.cholesky(skewed))
                    .withMessageStartingWith("matrix is not symmetric: ");
        }
    }

    /** What overflows or underflows on the way is scaled, and rounded symmetry is enough, as of one matrix. */
    @Test
    void matricesAtTheEndsOfTheRangeAreSolvedToo() {
        for (double scale : new double[] {1e-310, 1e-300, 1e-100, 1e100, 1e300}) {
            Matrix[] a = matrices(20, i -> Matrix.of(2, 2, 4, 1, 1, 3).times(scale));
            Matrix[] b = matrices(20, i -> Matrix.ofColumn(5, 4).times(scale));
            for (Matrix x : Batch.solve(a, b)) {
                assertThat(x.isClose(Matrix.ofColumn(1, 1), 1e-10, 0)).isTrue();
            }
            assertThat(Batch.cholesky(a)[3]).isEqualTo(a[3].cholesky());
        }
        Matrix[] rounded = matrices(9, i -> Matrix.of(2, 2, 4, 1, Math.nextUp(1.0), 3));
        assertThat(Batch.cholesky(rounded)[8]).isEqualTo(rounded[8].cholesky());
        assertThat(Batch.times(
                        matrices(1, i -> Matrix.filled(1, 1, 1e200)), matrices(1, i -> Matrix.filled(1, 1, 1e200)))[0]
                        .get(0, 0))
                .isInfinite();
    }

    @Test
    void argumentsAreChecked() {
        Matrix[] two = matrices(2, i -> Matrix.identity(2));
        Matrix[] three = matrices(3, i -> Matrix.identity(2));
        Matrix[] mixed = {Matrix.identity(3), Matrix.identity(2)};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.times(three, two))
                .withMessage("a has 3 matrices, but b has 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(two, three))
                .withMessage("a has 2 matrices, but b has 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(two, mixed))
                .withMessage("b[1] is 2x2, but b[0] is 3x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.inverse(mixed))
                .withMessage("a[1] is 2x2, but a[0] is 3x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.times(two, matrices(2, i -> Matrix.zeros(3, 1))))
                .withMessage("matrix shapes do not agree: 2x2 times 3x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(two, matrices(2, i -> Matrix.zeros(3, 1))))
                .withMessageStartingWith("matrix shapes do not agree: 2x2 solve 3x1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.inverse(matrices(2, i -> Matrix.zeros(2, 3))))
                .withMessageStartingWith("matrix is not square: 2x3");
        assertThatNullPointerException()
                .isThrownBy(() -> Batch.inverse(new Matrix[] {Matrix.identity(1), null}))
                .withMessage("a[1]");
        assertThatNullPointerException()
                .isThrownBy(() -> Batch.times(two, null))
                .withMessage("b");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.times(2, 2, 2, new double[10], new double[8]))
                .withMessage("10 values of a are not whole 2x2 matrices");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(2, new double[8], 1, new double[6]))
                .withMessage("a has 2 matrices, but b has 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(-1, new double[1], 1, new double[1]))
                .withMessage("a matrix cannot be -1x-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.solve(Integer.MAX_VALUE, new double[1], 1, new double[1]))
                .withMessageContaining("has more than 2147483647 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Batch.times(0, 0, 2, new double[1], new double[0]))
                .withMessage("1 values of a are not whole 0x0 matrices");
    }

    @Test
    void symmetricMatricesOfEachKindAreDecomposed() {
        Matrix[] a = matrices(50, i -> symmetric(i, 3));
        SymmetricEigen[] eigens = Batch.symmetricEigen(a);
        for (int i = 0; i < a.length; i++) {
            Matrix vectors = eigens[i].vectors();
            Matrix product = vectors.timesRow(eigens[i].values()).timesTranspose(vectors);
            assertThat(error(product, a[i], 3)).isLessThan(20);
        }
    }
}
