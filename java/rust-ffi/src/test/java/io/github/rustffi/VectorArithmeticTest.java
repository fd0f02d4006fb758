package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Vectors} computes in Java. */
class VectorArithmeticTest {
    private static final double[] NONE = {};

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 8, 9, 129, 1000})
    void agreesWithLoops(int n) {
        double[] x = new Random(1).doubles(n, -1, 1).toArray();
        double[] y = new Random(2).doubles(n, -1, 1).toArray();
        double[] before = x.clone();
        double[] sum = new double[n];
        double[] difference = new double[n];
        double[] scaled = new double[n];
        double[] axpy = new double[n];
        for (int i = 0; i < n; i++) {
            sum[i] = x[i] + y[i];
            difference[i] = x[i] - y[i];
            scaled[i] = 0.3 * x[i];
            axpy[i] = 0.3 * x[i] + y[i];
        }
        assertThat(Vectors.plus(x, y)).containsExactly(sum);
        assertThat(Vectors.minus(x, y)).containsExactly(difference);
        assertThat(Vectors.scale(0.3, x)).containsExactly(scaled);
        assertThat(Vectors.axpy(0.3, x, y)).containsExactly(axpy);
        assertThat(x).containsExactly(before);
        if (n > 0) {
            assertThat(Vectors.min(x)).isEqualTo(Arrays.stream(x).min().orElseThrow());
            assertThat(Vectors.max(x)).isEqualTo(Arrays.stream(x).max().orElseThrow());
            assertThat(x[Vectors.argmin(x)]).isEqualTo(Vectors.min(x));
            assertThat(x[Vectors.argmax(x)]).isEqualTo(Vectors.max(x));
            assertThat(Vectors.mean(x)).isEqualTo(Matrix.ofRow(x).mean());
        }
    }

    @Test
    void specialValues() {
        double[] x = {1, Double.NaN, Double.POSITIVE_INFINITY, Double.NaN};
        assertThat(Vectors.min(x)).isNaN();
        assertThat(Vectors.max(x)).isNaN();
        assertThat(Vectors.mean(x)).isNaN();
        assertThat(Vectors.mean(NONE)).isNaN();
        assertThat(Vectors.argmin(x)).isEqualTo(1);
        assertThat(Vectors.argmax(x)).isEqualTo(1);
        assertThat(Vectors.argmax(new double[] {2, 3, 3})).isEqualTo(1);
        assertThat(Vectors.argmin(new double[] {2, 1, 1})).isEqualTo(1);
        assertThat(Vectors.min(new double[] {0.0, -0.0})).isEqualTo(-0.0);
        assertThat(Vectors.axpy(0, x, new double[4])[2]).isNaN();
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "5,5,0", "0,3,2", "2,0,3", "100,7,900", "0,0,1000"})
    void theDotProductOfPartsIsThatOfCopies(int xFrom, int yFrom, int n) {
        double[] x = new Random(1).doubles(1000, -1, 1).toArray();
        double[] y = new Random(2).doubles(1000, -1, 1).toArray();
        float[] f = new float[1000];
        float[] g = new float[1000];
        for (int i = 0; i < 1000; i++) {
            f[i] = (float) x[i];
            g[i] = (float) y[i];
        }
        assertThat(Vectors.dot(x, xFrom, y, yFrom, n))
                .isEqualTo(
                        Vectors.dot(Arrays.copyOfRange(x, xFrom, xFrom + n), Arrays.copyOfRange(y, yFrom, yFrom + n)));
        assertThat(Vectors.dot(f, xFrom, g, yFrom, n))
                .isEqualTo(
                        Vectors.dot(Arrays.copyOfRange(f, xFrom, xFrom + n), Arrays.copyOfRange(g, yFrom, yFrom + n)));
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,-1", "0,4", "4,0", "1,3", "2147483647,1", "1,2147483647"})
    void rejectsPartsOutOfRange(int from, int n) {
        String message = "no " + n + " values from index " + from + " in a vector of 3";
        for (Runnable call : List.<Runnable>of(
                () -> Vectors.dot(new double[3], from, new double[9], 0, n),
                () -> Vectors.dot(new float[3], from, new float[9], 0, n))) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(call::run)
                    .withMessage(message);
        }
        if (n >= 0 && n <= 9) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> Vectors.dot(new double[9], 0, new double[3], from, n))
                    .withMessage(message);
        }
    }

    @Test
    void rejectsWhatDoesNotSuit() {
        double[] x = new double[3];
        double[] y = new double[4];
        for (Runnable call :
                List.<Runnable>of(() -> Vectors.plus(x, y), () -> Vectors.minus(x, y), () -> Vectors.axpy(1, x, y))) {
            assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("vector lengths differ: 3 and 4");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.min(NONE))
                .withMessage("the minimum of no values is not defined");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.max(NONE))
                .withMessage("the maximum of no values is not defined");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.argmin(NONE))
                .withMessage("the argmin of no values is not defined");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vectors.argmax(NONE))
                .withMessage("the argmax of no values is not defined");
        assertThatNullPointerException().isThrownBy(() -> Vectors.plus(null, x)).withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.axpy(1, x, null))
                .withMessage("y");
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.scale(1, null))
                .withMessage("x");
        assertThatNullPointerException().isThrownBy(() -> Vectors.mean(null)).withMessage("x");
        assertThatNullPointerException().isThrownBy(() -> Vectors.max(null)).withMessage("x");
        assertThatNullPointerException()
                .isThrownBy(() -> Vectors.dot(x, 0, null, 0, 1))
                .withMessage("y");
    }
}
