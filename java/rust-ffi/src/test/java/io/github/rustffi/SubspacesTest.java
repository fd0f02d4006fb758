package io.github.rustffi;

import static io.github.rustffi.Matrices.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The null space and the range. */
class SubspacesTest {
    private static void assertOrthonormal(Matrix basis) {
        assertThat(basis.gram().isClose(Matrix.identity(basis.columns()), 0, 1e-14 * (1 + basis.rows())))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "2,2,1",
        "3,3,2",
        "31,31,31",
        "32,33,32",
        "33,32,20",
        "64,65,3",
        "65,64,64",
        "127,129,60",
        "129,127,127",
        "200,200,150",
        "300,7,4",
        "7,300,4",
        "1,50,1",
        "50,1,1"
    })
    void basesAreOrthonormalAndSpanWhatTheyShould(int rows, int columns, int rank) {
        for (double scale : new double[] {1, 1e300, 1e-300}) {
            Matrix unscaled = random(1, rows, rank).times(random(2, rank, columns));
            Matrix a = unscaled.times(scale / unscaled.norm());
            Matrix nullSpace = a.nullSpace();
            Matrix range = a.range();
            assertThat(nullSpace.rows()).isEqualTo(columns);
            assertThat(nullSpace.columns()).isEqualTo(columns - rank);
            assertThat(range.rows()).isEqualTo(rows);
            assertThat(range.columns()).isEqualTo(rank);
            assertOrthonormal(nullSpace);
            assertOrthonormal(range);
            double tolerance = 1e-14 * Math.max(rows, columns) * scale;
            assertThat(a.times(nullSpace).norm()).isLessThanOrEqualTo(tolerance);
            // What is left of the columns outside of the range.
            assertThat(a.minus(range.times(range.transposeTimes(a))).norm()).isLessThanOrEqualTo(tolerance);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,3", "3,0", "2,2", "2,5", "5,2"})
    void zerosHaveTheWholeSpaceForTheirNullSpace(int rows, int columns) {
        Matrix zeros = Matrix.zeros(rows, columns);
        Matrix nullSpace = zeros.nullSpace();
        assertThat(nullSpace.rows()).isEqualTo(columns);
        assertThat(nullSpace.columns()).isEqualTo(columns);
        assertOrthonormal(nullSpace);
        assertThat(zeros.range()).isEqualTo(Matrix.zeros(rows, 0));
    }

    @Test
    void theToleranceIsThatOfTheRank() {
        Matrix a = Matrix.diagonal(1, 1e-3, 1e-20);
        assertThat(a.nullSpace().columns()).isEqualTo(1);
        assertThat(a.range().columns()).isEqualTo(2);
        for (double tolerance : new double[] {0, 1e-21, 1e-10, 1e-3, 0.9, 1, Double.POSITIVE_INFINITY}) {
            int rank = a.rank(tolerance);
            assertThat(a.range(tolerance).columns()).isEqualTo(rank);
            assertThat(a.nullSpace(tolerance).columns()).isEqualTo(3 - rank);
            assertThat(a.submatrix(0, 0, 2, 3).nullSpace(tolerance).columns())
                    .isEqualTo(3 - a.submatrix(0, 0, 2, 3).rank(tolerance));
        }
        assertThat(a.nullSpace().map(Math::abs)).isEqualTo(Matrix.of(3, 1, 0, 0, 1));
    }

    @Test
    void wrongArgumentsAreRefused() {
        Matrix nan = Matrix.of(2, 3, 0, 0, 0, 0, Double.NaN, 0);
        for (Runnable call : new Runnable[] {nan::nullSpace, nan::range}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("matrix has a NaN at row 1, column 1");
        }
        Matrix a = Matrix.identity(2);
        for (Runnable call : new Runnable[] {() -> a.nullSpace(Double.NaN), () -> a.range(Double.NaN)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(call::run)
                    .withMessage("tolerance must be at least 0, but is NaN");
        }
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(Matrix.filled(2, 2, Double.MAX_VALUE)::nullSpace)
                .withMessage("the largest singular value is beyond 1.7976931348623157E308");
    }
}
