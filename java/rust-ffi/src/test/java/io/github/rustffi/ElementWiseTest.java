package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations value by value, and with a row or a column; every result is compared bit by bit with a loop. */
class ElementWiseTest {
    private static final double[] SPECIAL = {
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 3
    };

    private static final Map<String, DoubleBinaryOperator> OPERATORS = new LinkedHashMap<>();
    private static final Map<String, BiFunction<Matrix, Matrix, Matrix>> OF_MATRICES = new LinkedHashMap<>();
    private static final Map<String, BiFunction<Matrix, Double, Matrix>> OF_NUMBERS = new LinkedHashMap<>();
    private static final Map<String, BiFunction<Matrix, double[], Matrix>> OF_ROWS = new LinkedHashMap<>();
    private static final Map<String, BiFunction<Matrix, double[], Matrix>> OF_COLUMNS = new LinkedHashMap<>();

    static {
        OPERATORS.put("plus", (x, y) -> x + y);
        OPERATORS.put("minus", (x, y) -> x - y);
        OPERATORS.put("times", (x, y) -> x * y);
        OPERATORS.put("div", (x, y) -> x / y);
        OF_MATRICES.put("plus", Matrix::plus);
        OF_MATRICES.put("minus", Matrix::minus);
        OF_MATRICES.put("times", Matrix::elementTimes);
        OF_MATRICES.put("div", Matrix::elementDiv);
        OF_NUMBERS.put("plus", Matrix::plus);
        OF_NUMBERS.put("minus", Matrix::minus);
        OF_NUMBERS.put("times", Matrix::times);
        OF_NUMBERS.put("div", Matrix::div);
        OF_ROWS.put("plus", Matrix::plusRow);
        OF_ROWS.put("minus", Matrix::minusRow);
        OF_ROWS.put("times", Matrix::timesRow);
        OF_ROWS.put("div", Matrix::divRow);
        OF_COLUMNS.put("plus", Matrix::plusColumn);
        OF_COLUMNS.put("minus", Matrix::minusColumn);
        OF_COLUMNS.put("times", Matrix::timesColumn);
        OF_COLUMNS.put("div", Matrix::divColumn);
    }

    /** Returns random values with special ones among them. */
    private static Matrix values(long seed, int rows, int columns) {
        Matrix random = Matrices.random(seed, rows, columns);
        return Matrix.generate(
                rows,
                columns,
                (i, j) -> (i + 3 * j + seed) % 4 == 0 ? SPECIAL[(5 * i + j) % SPECIAL.length] : random.get(i, j));
    }

    private static void assertBits(String name, Matrix computed, Matrix expected) {
        assertThat(computed.rows()).as(name).isEqualTo(expected.rows());
        assertThat(computed.columns()).as(name).isEqualTo(expected.columns());
        assertThat(bits(computed)).as(name).containsExactly(bits(expected));
    }

    /** Returns the bits of the values, a NaN being a NaN. */
    private static long[] bits(Matrix a) {
        return DoubleStream.of(a.toArray()).mapToLong(Double::doubleToLongBits).toArray();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,3", "3,0", "1,1", "1,9", "9,1", "7,5", "40,33"})
    void everyResultIsThatOfALoop(int rows, int columns) {
        Matrix a = values(1, rows, columns);
        Matrix b = values(2, rows, columns);
        double[] row = values(3, 1, columns).toArray();
        double[] column = values(4, rows, 1).toArray();
        OPERATORS.forEach((name, operator) -> {
            Matrix ofMatrices =
                    Matrix.generate(rows, columns, (i, j) -> operator.applyAsDouble(a.get(i, j), b.get(i, j)));
            assertBits(name, OF_MATRICES.get(name).apply(a, b), ofMatrices);
            assertBits(name, a.zip(b, operator), ofMatrices);
            for (double s : SPECIAL) {
                assertBits(
                        name + " " + s,
                        OF_NUMBERS.get(name).apply(a, s),
                        Matrix.generate(rows, columns, (i, j) -> operator.applyAsDouble(a.get(i, j), s)));
            }
            assertBits(
                    name + " row",
                    OF_ROWS.get(name).apply(a, row),
                    Matrix.generate(rows, columns, (i, j) -> operator.applyAsDouble(a.get(i, j), row[j])));
            assertBits(
                    name + " column",
                    OF_COLUMNS.get(name).apply(a, column),
                    Matrix.generate(rows, columns, (i, j) -> operator.applyAsDouble(a.get(i, j), column[i])));
        });
        assertBits("unaryMinus", a.unaryMinus(), Matrix.generate(rows, columns, (i, j) -> -a.get(i, j)));
        assertBits("map", a.map(Math::cbrt), Matrix.generate(rows, columns, (i, j) -> Math.cbrt(a.get(i, j))));
    }

    @Test
    void functionsAreCalledOnceForEachValueRowAfterRow() {
        Matrix a = Matrix.of(2, 2, 1, 2, 3, 4);
        List<Double> seen = new ArrayList<>();
        a.map(x -> {
            seen.add(x);
            return x;
        });
        assertThat(seen).containsExactly(1.0, 2.0, 3.0, 4.0);
        assertThat(a.zip(a.transpose(), (x, y) -> 10 * x + y)).isEqualTo(Matrix.of(2, 2, 11, 23, 32, 44));
    }

    @Test
    void changesNoArgument() {
        Matrix a = Matrices.random(1, 3, 2);
        Matrix same = Matrix.of(3, 2, a.toArray());
        double[] row = {1, 2};
        double[] column = {1, 2, 3};
        OF_MATRICES.values().forEach(operation -> operation.apply(a, a));
        OF_ROWS.values().forEach(operation -> operation.apply(a, row));
        OF_COLUMNS.values().forEach(operation -> operation.apply(a, column));
        assertThat(a).isEqualTo(same);
        assertThat(row).containsExactly(1, 2);
        assertThat(column).containsExactly(1, 2, 3);
    }

    @Test
    void rejectsShapesThatDiffer() {
        Matrix a = Matrix.zeros(2, 3);
        Matrix b = Matrix.zeros(3, 2);
        OF_MATRICES.forEach((name, operation) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> operation.apply(a, b))
                .withMessageMatching("matrix shapes do not agree: 2x3 (element )?" + name + " 3x2"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.zip(b, Math::max))
                .withMessage("matrix shapes do not agree: 2x3 zip 3x2");
        OF_ROWS.forEach((name, operation) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> operation.apply(a, new double[2]))
                .withMessage("matrix shapes do not agree: 2x3 " + name + " row 1x2"));
        OF_COLUMNS.forEach((name, operation) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> operation.apply(a, new double[3]))
                .withMessage("matrix shapes do not agree: 2x3 " + name + " column 3x1"));
    }

    @Test
    void rejectsNullByName() {
        Matrix a = Matrix.zeros(2, 3);
        OF_MATRICES.values().forEach(operation -> assertThatNullPointerException()
                .isThrownBy(() -> operation.apply(a, null))
                .withMessage("b"));
        OF_ROWS.values().forEach(operation -> assertThatNullPointerException()
                .isThrownBy(() -> operation.apply(a, null))
                .withMessage("row"));
        OF_COLUMNS.values().forEach(operation -> assertThatNullPointerException()
                .isThrownBy(() -> operation.apply(a, null))
                .withMessage("column"));
        assertThatNullPointerException().isThrownBy(() -> a.map(null)).withMessage("function");
        assertThatNullPointerException().isThrownBy(() -> a.zip(a, null)).withMessage("function");
        assertThatNullPointerException()
                .isThrownBy(() -> a.zip(null, Math::max))
                .withMessage("b");
    }
}
