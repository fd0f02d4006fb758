package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded shapes and values, the strangest that a double can have: what comes back is finite or an exception. */
class FuzzTest {
    private static final int PROBLEMS = 100;

    private static Matrix matrix(Random random, int rows, int columns) {
        return Matrix.of(rows, columns, Values.finite(random, rows * columns));
    }

    private static int size(Random random) {
        return random.nextInt(10) == 0 ? random.nextInt(60) : random.nextInt(9);
    }

    /** Methods of Matrix that take any values: they make, read, move or add them, or say NaN where one is NaN. */
    private static final Set<String> TAKES_ANY_VALUES = Set.of(
            "of",
            "wrap",
            "zeros",
            "identity",
            "diagonal",
            "rows",
            "columns",
            "get",
            "row",
            "column",
            "submatrix",
            "toArray",
            "toRows",
            "plus",
            "minus",
            "times",
            "transposeTimes",
            "timesTranspose",
            "gram",
            "transpose",
            "symmetrized",
            "trace",
            "norm",
            "generate",
            "filled",
            "ofRow",
            "ofColumn",
            "random",
            "gaussian",
            "hstack",
            "vstack",
            "block",
            "reshape",
            "selectRows",
            "selectColumns",
            "upperTriangle",
            "lowerTriangle",
            "map",
            "zip",
            "elementTimes",
            "elementDiv",
            "div",
            "unaryMinus",
            "plusRow",
            "minusRow",
            "timesRow",
            "divRow",
            "plusColumn",
            "minusColumn",
            "timesColumn",
            "divColumn",
            "sum",
            "mean",
            "min",
            "max",
            "maxAbs",
            "argmin",
            "argmax",
            "rowSums",
            "rowMeans",
            "rowMinima",
            "rowMaxima",
            "rowMaxAbs",
            "rowArgmin",
            "rowArgmax",
            "columnSums",
            "columnMeans",
            "columnMinima",
            "columnMaxima",
            "columnMaxAbs",
            "columnArgmin",
            "columnArgmax",
            "norm1",
            "normInf",
            "isClose",
            "isSymmetric",
            "kronecker",
            "outer",
            "squaredDistances",
            "readNpy",
            "readCsv",
            "writeCsv",
            "writeNpy",
            "equals",
            "hashCode",
            "toString");

    /** Returns all that needs finite values, by the name of the method, each with its results. */
    private static Map<String, Supplier<double[]>> decompositions(Matrix a, Matrix b) {
        Map<String, Supplier<double[]>> all = new LinkedHashMap<>();
        all.put("qrTriangle", () -> a.qrTriangle().toArray());
        all.put("qr", () -> Operations.concat(a.qr().q().toArray(), a.qr().r().toArray()));
        all.put("pivotedQr", () -> {
            PivotedQr qr = a.pivotedQr();
            return Operations.concat(
                    qr.q().toArray(),
                    qr.r().toArray(),
                    qr.solve(b).toArray(),
                    qr.solve(b, 1e-3).toArray());
        });
        all.put("svd", () -> {
            Svd svd = a.svd();
            return Operations.concat(
                    svd.u().toArray(), svd.singularValues(), svd.v().toArray());
        });
        all.put(
                "singularValues",
                () -> Operations.concat(
                        a.singularValues(),
                        a.svd(Math.min(a.rows(), a.columns()) / 2).singularValues()));
        all.put("nullSpace", () -> a.nullSpace().toArray());
        all.put("range", () -> a.range(1e-3).toArray());
        all.put("norm2", () -> new double[] {a.norm2()});
        all.put("rank", () -> new double[] {a.rank(), a.rank(1e-3)});
        all.put(
                "pseudoInverse",
                () -> Operations.concat(
                        a.pseudoInverse().toArray(),
                        a.pseudoInverse(1e-3).toArray(),
                        a.svd().pseudoInverse().toArray()));
        all.put(
                "leastSquares",
                () -> Operations.concat(
                        a.leastSquares(b).toArray(),
                        a.leastSquares(b, 1e-3).toArray(),
                        LeastSquares.of(a, b).residuals().toArray(),
                        LeastSquares.of(a, b).singularValues(),
                        a.svd().solve(b).toArray()));
        if (a.rows() > 0 && a.columns() > 0) {
            // It is infinite where the matrix is singular.
            all.put("conditionNumber", () -> new double[] {1 / a.conditionNumber()});
        }
        if (a.rows() == a.columns()) {
            // It is infinite where it is too large.
            all.put("determinant", () -> new double[] {Math.signum(a.determinant())});
            Matrix symmetric = Matrix.of(a.rows(), a.rows(), mirrored(a));
            all.put("lu", () -> {
                Lu lu = a.lu();
                return Operations.concat(lu.l().toArray(), lu.u().toArray(), new double[] {lu.rcond()});
            });
            all.put("solve", () -> a.solve(b).toArray());
            all.put("solveRight", () -> a.solveRight(b.transpose()).toArray());
            all.put(
                    "solveTriangular",
                    () -> Operations.concat(
                            a.solveTriangular(Matrix.Triangle.LOWER, b).toArray(),
                            a.solveTriangular(Matrix.Triangle.UPPER, b).toArray()));
            all.put(
                    "solveTriangularTranspose",
                    () -> Operations.concat(
                            a.solveTriangularTranspose(Matrix.Triangle.UNIT_LOWER, b)
                                    .toArray(),
                            a.solveTriangularTranspose(Matrix.Triangle.UNIT_UPPER, b)
                                    .toArray()));
            all.put("symmetricEigenvalues", symmetric::symmetricEigenvalues);
            all.put("eigenvalues", () -> a.eigenvalues().toArray());
            all.put(
                    "inverse",
                    () -> Operations.concat(
                            a.inverse().toArray(), a.lu().inverse().toArray()));
            // A product of the inverse may be too large for a double.
            all.put("power", () -> a.power(-1).toArray());
            all.put("cholesky", () -> {
                Cholesky cholesky = symmetric.cholesky();
                return Operations.concat(
                        cholesky.l().toArray(), new double[] {cholesky.rcond(), cholesky.logDeterminant()});
            });
            all.put("ldl", () -> {
                Ldl ldl = symmetric.ldl();
                return Operations.concat(ldl.l().toArray(), ldl.d().toArray());
            });
            all.put("symmetricEigen", () -> {
                SymmetricEigen eigen = symmetric.symmetricEigen();
                SymmetricEigen ofPair = symmetric.symmetricEigen(Matrix.identity(a.rows()));
                return Operations.concat(
                        eigen.values(),
                        eigen.vectors().toArray(),
                        ofPair.values(),
                        ofPair.vectors().toArray());
            });
            all.put(
                    "symmetricEigenLargest",
                    () -> symmetric.symmetricEigenLargest(Math.min(1, a.rows())).values());
            all.put("symmetricEigenSmallest", () -> symmetric
                    .symmetricEigenSmallest(Math.min(1, a.rows()))
                    .values());
            all.put("symmetricEigenNearest", () -> symmetric
                    .symmetricEigenNearest(Math.min(1, a.rows()), 1.0)
                    .values());
            all.put("schur", () -> {
                Schur schur = a.schur();
                return Operations.concat(schur.q().toArray(), schur.t().toArray());
            });
            all.put("hessenberg", () -> {
                Hessenberg hessenberg = a.hessenberg();
                return Operations.concat(
                        hessenberg.q().toArray(), hessenberg.h().toArray());
            });
            all.put("eigen", () -> {
                Eigen eigen = a.eigen();
                return Operations.concat(
                        eigen.realValues(),
                        eigen.imaginaryValues(),
                        eigen.vectors().toArray());
            });
        }
        return all;
    }

    /** Returns the values of the matrix, those above the diagonal replaced by those below. */
    private static double[] mirrored(Matrix a) {
        double[] values = a.toArray();
        for (int i = 0; i < a.rows(); i++) {
            for (int j = i + 1; j < a.rows(); j++) {
                values[i * a.rows() + j] = values[j * a.rows() + i];
            }
        }
        return values;
    }

    @Test
    void everyMethodOfMatrixIsTriedOrTakesAnyValues() {
        Set<String> known = new TreeSet<>(
                decompositions(Matrix.identity(1), Matrix.identity(1)).keySet());
        assertThat(known).doesNotContainAnyElementsOf(TAKES_ANY_VALUES);
        known.addAll(TAKES_ANY_VALUES);
        assertThat(known)
                .isEqualTo(Arrays.stream(Matrix.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                        .map(Method::getName)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void finiteValuesGiveFiniteResultsOrAnException(long seed) {
        Random random = new Random(seed);
        for (int problem = 0; problem < PROBLEMS; problem++) {
            int rows = size(random);
            int columns = random.nextBoolean() ? rows : size(random);
            Matrix a = matrix(random, rows, columns);
            Matrix b = matrix(random, rows, 1 + random.nextInt(3));
            double[] before = a.toArray();
            decompositions(a, b).forEach((name, decomposition) -> {
                try {
                    assertThat(Arrays.stream(decomposition.get()).allMatch(Double::isFinite))
                            .as("%s of %s and %s", name, a, b)
                            .isTrue();
                } catch (ArithmeticException e) {
                    assertThat(e).as("%s of %s and %s", name, a, b).hasMessageMatching("(?s)[a-z].*");
                }
            });
            assertThat(a.toArray()).as("seed %d, problem %d", seed, problem).containsExactly(before);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theFirstValueThatIsNotFiniteIsNamed(long seed) {
        Random random = new Random(seed);
        for (int problem = 0; problem < PROBLEMS; problem++) {
            int n = 1 + size(random);
            double[] values = matrix(random, n, n).toArray();
            int place = random.nextInt(values.length);
            double found = Values.notFinite(random);
            values[place] = found;
            for (int later = place + 1; later < values.length; later += 1 + random.nextInt(5)) {
                values[later] = Values.notFinite(random);
            }
            Matrix a = Matrix.of(n, n, values);
            Matrix b = matrix(random, n, 2);
            decompositions(a, b).forEach((name, decomposition) -> {
                if (name.startsWith("symmetricEigen") || name.equals("cholesky") || name.equals("ldl")) {
                    return; // these see the mirrored matrix, whose first is another
                }
                assertThatThrownBy(decomposition::get)
                        .as("%s of %s", name, a)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(
                                "matrix has %s at row %d, column %d",
                                Double.isNaN(found) ? "a NaN" : "an infinity", place / n, place % n);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void productsFollowTheRulesOfFloatingPoint(long seed) {
        Random random = new Random(seed);
        for (int problem = 0; problem < PROBLEMS; problem++) {
            int m = size(random);
            int n = size(random);
            double[] left = Values.any(random, m);
            double[] right = Values.any(random, n);
            // An inner dimension of one: each value is one product, rounded once.
            double[] product =
                    Matrix.of(m, 1, left).times(Matrix.of(1, n, right)).toArray();
            for (int i = 0; i < m * n; i++) {
                double expected = left[i / n] * right[i % n];
                assertThat(product[i] == expected || Double.isNaN(product[i]) && Double.isNaN(expected))
                        .as("%s times %s is %s", left[i / n], right[i % n], product[i])
                        .isTrue();
            }
        }
    }
}
