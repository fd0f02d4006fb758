package io.github.rustffi;

import static io.github.rustffi.Matrices.EPSILON;
import static io.github.rustffi.Matrices.naiveProduct;
import static io.github.rustffi.Matrices.random;
import static io.github.rustffi.Matrices.symmetric;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixFunctionsTest {
    /** A matrix, its exponential, and the relative error of SciPy's. */
    record Reference(String name, Matrix a, Matrix exponential, double error) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Returns what {@code src/test/resources/functions/references.py} has written. */
    static List<Reference> references() throws IOException {
        String text;
        try (var in = MatrixFunctionsTest.class.getResourceAsStream("/functions/exponentials.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
        List<Reference> references = new ArrayList<>();
        Iterator<String> words = Arrays.asList(text.split("\\s+")).iterator();
        while (words.hasNext()) {
            String name = words.next();
            int n = Integer.parseInt(words.next());
            double error = Double.parseDouble(words.next());
            Matrix a = Matrix.generate(n, n, (i, j) -> Double.parseDouble(words.next()));
            Matrix exponential = Matrix.generate(n, n, (i, j) -> Double.parseDouble(words.next()));
            references.add(new Reference(name, a, exponential, error));
        }
        return references;
    }

    private static double error(Matrix result, Matrix expected) {
        return result.minus(expected).norm1() / expected.norm1();
    }

    @ParameterizedTest
    @MethodSource("references")
    void exponentialsAreAsGoodAsThoseOfSciPy(Reference reference) {
        double error = error(MatrixFunctions.exp(reference.a), reference.exponential);
        double bound = Math.max(2 * reference.error, reference.a.rows() * EPSILON);
        assertThat(error).as("SciPy's is %s", reference.error).isLessThanOrEqualTo(bound);
        double transposed = error(MatrixFunctions.exp(reference.a.transpose()), reference.exponential.transpose());
        assertThat(transposed).isLessThanOrEqualTo(10 * bound);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 9, 16, 33, 64, 65, 100, 130})
    void theInverseIsTheExponentialOfTheNegative(int n) {
        for (double scale : new double[] {1e-300, 1e-3, 0.1, 0.5, 1, 4}) {
            Matrix a = random(n, n, n).times(scale / Math.sqrt(n));
            Matrix exponential = MatrixFunctions.exp(a);
            Matrix inverse = MatrixFunctions.exp(a.unaryMinus());
            Matrix product = naiveProduct(exponential, inverse);
            double bound = 100 * n * EPSILON * exponential.norm1() * inverse.norm1();
            assertThat(product.minus(Matrix.identity(n)).norm1())
                    .as("scale %s", scale)
                    .isLessThan(bound);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 20, 70})
    void theExponentialsOfSymmetricMatricesAreThoseOfTheirEigenvalues(int n) {
        Matrix a = symmetric(1, n).times(1 / Math.sqrt(n));
        SymmetricEigen eigen = a.symmetricEigen();
        Matrix vectors = eigen.vectors();
        Matrix expected = vectors.timesRow(
                        Matrix.ofRow(eigen.values()).map(Math::exp).row(0))
                .timesTranspose(vectors);
        assertThat(error(MatrixFunctions.exp(a), expected)).isLessThan(100 * n * EPSILON);
    }

    @Test
    void specialMatricesHaveExactExponentials() {
        assertThat(MatrixFunctions.exp(Matrix.zeros(0, 0))).isEqualTo(Matrix.zeros(0, 0));
        assertThat(MatrixFunctions.exp(Matrix.zeros(3, 3))).isEqualTo(Matrix.identity(3));
        assertThat(MatrixFunctions.exp(Matrix.ofRow(2))).isEqualTo(Matrix.ofRow(Math.exp(2)));
        assertThat(MatrixFunctions.exp(Matrix.diagonal(-1e300, 0, 700, 1e-300)))
                .isEqualTo(Matrix.diagonal(0, 1, Math.exp(700), 1));
        assertThat(MatrixFunctions.exp(Matrix.of(2, 2, 0, 1e300, 0, 0))).isEqualTo(Matrix.of(2, 2, 1, 1e300, 0, 1));
        assertThat(MatrixFunctions.exp(Matrix.of(2, 2, 0, 0, 1e300, 0))).isEqualTo(Matrix.of(2, 2, 1, 0, 1e300, 1));
        assertThat(MatrixFunctions.exp(Matrix.filled(2, 2, 1e-300))).isEqualTo(Matrix.of(2, 2, 1, 1e-300, 1e-300, 1));
        assertThat(MatrixFunctions.exp(Matrix.of(2, 2, -1e300, 0, 1, -1e300))).isEqualTo(Matrix.zeros(2, 2));
        Matrix nilpotent = Matrix.generate(9, 9, (i, j) -> i + 1 == j ? 1 : 0);
        double[] factorials = {1, 1, 2, 6, 24, 120, 720, 5040, 40320};
        Matrix series = Matrix.generate(9, 9, (i, j) -> j < i ? 0 : 1 / factorials[j - i]);
        assertThat(MatrixFunctions.exp(nilpotent).isClose(series, 1e-15, 1e-16)).isTrue();
    }

    @Test
    void trianglesStayTriangles() {
        Matrix triangle = random(1, 40, 40).upperTriangle();
        Matrix exponential = MatrixFunctions.exp(triangle);
        assertThat(exponential.upperTriangle()).isEqualTo(exponential);
        assertThat(exponential.diagonal())
                .containsExactly(
                        Arrays.stream(triangle.diagonal()).map(Math::exp).toArray());
        assertThat(MatrixFunctions.exp(triangle.transpose())).isEqualTo(exponential.transpose());
    }

    @Test
    void whatIsTooLargeIsSaid() {
        String message = "the largest value of the exponential is beyond 1.7976931348623157E308";
        for (Matrix a : new Matrix[] {
            Matrix.ofRow(710),
            Matrix.filled(2, 2, 400),
            Matrix.filled(3, 3, Double.MAX_VALUE),
            Matrix.of(2, 2, 1e300, 1, 1, 1e300),
            Matrix.of(2, 2, 709, 1e300, 0, 709)
        }) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> MatrixFunctions.exp(a))
                    .withMessage(message);
        }
    }

    @Test
    void wrongMatricesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.exp(Matrix.zeros(2, 3)))
                .withMessage("matrix is not square: 2x3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixFunctions.exp(Matrix.of(2, 2, 1, 2, Double.NaN, 3)))
                .withMessage("matrix has a NaN at row 1, column 0");
        assertThatNullPointerException()
                .isThrownBy(() -> MatrixFunctions.exp(null))
                .withMessage("a");
    }
}
