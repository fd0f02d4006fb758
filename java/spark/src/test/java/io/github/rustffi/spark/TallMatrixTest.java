package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rustffi.LeastSquares;
import io.github.rustffi.Matrix;
import io.github.rustffi.Pca;
import io.github.rustffi.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.VectorUDT;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TallMatrixTest {
    private static final int ROWS = 2000;
    private static final int COLUMNS = 11;

    /** Singular values 1, 0.1, … 1e-10. */
    private static final Matrix GRADED = graded();

    @AfterAll
    static void leaveNothingPersistent() {
        LocalSpark.context().getPersistentRDDs().values().forEach(JavaRDD::unpersist);
    }

    private static Matrix graded() {
        Random random = new Random(1);
        Matrix u = Matrix.gaussian(ROWS, COLUMNS, random).qr().q();
        Matrix v = Matrix.gaussian(COLUMNS, COLUMNS, random).qr().q();
        double[] s =
                IntStream.range(0, COLUMNS).mapToDouble(i -> Math.pow(10, -i)).toArray();
        return u.timesRow(s).timesTranspose(v);
    }

    /** Partitions of 2000 rows. */
    static Stream<int[]> partitions() {
        int[] many = new int[66];
        Arrays.fill(many, 10);
        many[40] += 2000 - 660;
        return Stream.of(
                new int[] {2000},
                new int[] {0, 2000},
                new int[] {1000, 1000},
                new int[] {300, 300, 300, 300, 300, 300, 200},
                new int[] {1, 0, 5, 0, 0, 1200, 1, 1, 11, 12, 10, 700, 0, 58, 1, 0},
                // Fewer rows than columns in all partitions but one, and three levels.
                many);
    }

    private static double distance(Matrix a, Matrix b) {
        return a.minus(b).maxAbs();
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void smallSingularValuesAreRight(int[] sizes) {
        double[] s = LocalSpark.tall(GRADED, sizes).svd().singularValues();
        assertThat(s).hasSize(COLUMNS);
        for (int i = 0; i < COLUMNS; i++) {
            assertThat(s[i]).isCloseTo(Math.pow(10, -i), within(1e-15));
        }
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void qIsOrthogonalAndTheFactorsGiveTheMatrix(int[] sizes) {
        TallQr qr = LocalSpark.tall(GRADED, sizes).qr();
        Matrix q = qr.q().collect();
        assertThat(distance(q.gram(), Matrix.identity(COLUMNS))).isLessThan(2e-15);
        assertThat(distance(q.times(qr.r()), GRADED)).isLessThan(1e-15);
        assertThat(qr.r()).isEqualTo(qr.r().upperTriangle());
        assertThat(Arrays.stream(qr.r().diagonal()).min().orElseThrow()).isNotNegative();
        assertThat(distance(qr.r(), LocalSpark.tall(GRADED, ROWS).qr().r())).isLessThan(1e-15);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void theDecompositionGivesTheMatrix(int[] sizes) {
        TallSvd svd = LocalSpark.tall(GRADED, sizes).svd();
        Matrix u = svd.u().collect();
        assertThat(distance(u.gram(), Matrix.identity(COLUMNS))).isLessThan(2e-15);
        assertThat(distance(u.timesRow(svd.singularValues()).timesTranspose(svd.v()), GRADED))
                .isLessThan(1e-15);
        assertThat(svd.rank()).isEqualTo(COLUMNS);
        assertThat(svd.rank(3e-5)).isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void statisticsAreThoseOfOneMatrix(int[] sizes) {
        Matrix a = Matrix.gaussian(ROWS, 5, new Random(2)).plusRow(new double[] {0, 1, -1e3, 1e6, 0});
        TallMatrix tall = LocalSpark.tall(a, sizes);
        ColumnStatistics statistics = tall.statistics();
        assertThat(statistics.count()).isEqualTo(ROWS);
        assertThat(statistics.means()).containsExactly(a.columnMeans(), within(1e-9));
        assertThat(statistics.variances()).containsExactly(Statistics.variances(a), within(1e-10));
        assertThat(statistics.standardDeviations()).containsExactly(Statistics.standardDeviations(a), within(1e-10));
        assertThat(statistics.minima()).isEqualTo(a.columnMinima());
        assertThat(statistics.maxima()).isEqualTo(a.columnMaxima());
        assertThat(distance(tall.covariance(), Statistics.covariance(a))).isLessThan(1e-12);
        assertThat(tall.covariance().isSymmetric()).isTrue();
        Matrix gram = a.gram();
        assertThat(distance(tall.gram(), gram) / gram.maxAbs()).isLessThan(1e-14);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void leastSquaresAreThoseOfOneMatrix(int[] sizes) {
        Random random = new Random(3);
        Matrix a = Matrix.gaussian(ROWS, 6, random);
        Matrix b = a.times(Matrix.gaussian(6, 2, random)).plus(Matrix.gaussian(ROWS, 2, random));
        LeastSquares expected = LeastSquares.of(a, b);
        TallLeastSquares fit = LocalSpark.tall(a, sizes).leastSquares(LocalSpark.tall(b, sizes));
        assertThat(distance(fit.solution(), expected.solution())).isLessThan(1e-14);
        assertThat(fit.rank()).isEqualTo(6);
        assertThat(fit.residualNorms()).containsExactly(expected.residualNorms(), within(1e-12));
        assertThat(fit.singularValues()).containsExactly(expected.singularValues(), within(1e-12));

        double lambda = 30.0;
        Matrix left = Matrix.vstack(a, Matrix.identity(6).times(Math.sqrt(lambda)));
        Matrix x = left.leastSquares(Matrix.vstack(b, Matrix.zeros(6, 2)));
        TallLeastSquares ridge = LocalSpark.tall(a, sizes).ridge(LocalSpark.tall(b, sizes), lambda);
        assertThat(distance(ridge.solution(), x)).isLessThan(1e-14);
        Matrix residuals = b.minus(a.times(x));
        assertThat(ridge.residualNorms()[1])
                .isCloseTo(io.github.rustffi.Vectors.norm(residuals.column(1)), within(1e-12));
    }

    @Test
    void blocksOfBothSidesMayDiffer() {
        Random random = new Random(4);
        Matrix a = Matrix.gaussian(ROWS, 3, random);
        Matrix b = Matrix.gaussian(ROWS, 1, random);
        JavaSparkContext context = LocalSpark.context();
        TallMatrix left = TallMatrix.of(LocalSpark.blocks(context, a, 7, 900, 1100));
        TallMatrix right = TallMatrix.of(LocalSpark.blocks(context, b, 501, 900, 1100));
        assertThat(distance(left.leastSquares(right).solution(), a.leastSquares(b)))
                .isLessThan(1e-14);
    }

    @Test
    void dependentColumnsGiveTheShortestSolution() {
        Matrix base = Matrix.gaussian(ROWS, 3, new Random(5));
        Matrix a = Matrix.hstack(base, base.submatrix(0, 0, ROWS, 1));
        Matrix b = Matrix.gaussian(ROWS, 1, new Random(6));
        TallLeastSquares fit = LocalSpark.tall(a, 700, 0, 1300).leastSquares(LocalSpark.tall(b, 700, 0, 1300));
        LeastSquares expected = LeastSquares.of(a, b);
        assertThat(fit.rank()).isEqualTo(3);
        assertThat(distance(fit.solution(), expected.solution())).isLessThan(1e-14);
        assertThat(fit.residualNorms()).containsExactly(expected.residualNorms(), within(1e-12));
        assertThat(LocalSpark.tall(a, ROWS).svd().rank()).isEqualTo(3);
    }

    @Test
    void matricesWithFewerRowsThanColumnsAreFactored() {
        Matrix a = Matrix.gaussian(4, 7, new Random(7));
        Matrix b = Matrix.gaussian(4, 1, new Random(8));
        TallMatrix tall = LocalSpark.tall(a, 1, 0, 2, 1);
        TallQr qr = tall.qr();
        assertThat(qr.r().rows()).isEqualTo(4);
        assertThat(distance(qr.q().collect().times(qr.r()), a)).isLessThan(1e-14);
        assertThat(tall.svd().singularValues()).containsExactly(a.singularValues(), within(1e-14));
        assertThat(distance(tall.leastSquares(LocalSpark.tall(b, 1, 0, 2, 1)).solution(), a.leastSquares(b)))
                .isLessThan(1e-14);
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void principalComponentsAreThoseOfOneMatrix(int[] sizes) {
        Matrix a = Matrix.gaussian(ROWS, 4, new Random(9))
                .timesRow(new double[] {4, 3, 2, 1})
                .plusRow(new double[] {100, -7, 0, 1e4});
        Pca expected = Pca.of(a);
        TallMatrix tall = LocalSpark.tall(a, sizes);
        TallPca pca = tall.pca();
        assertThat(pca.means()).containsExactly(expected.means(), within(1e-10));
        assertThat(distance(pca.components(), expected.components())).isLessThan(1e-11);
        assertThat(pca.explainedVariance()).containsExactly(expected.explainedVariance(), within(1e-11));
        assertThat(pca.explainedVarianceRatio()).containsExactly(expected.explainedVarianceRatio(), within(1e-12));
        TallPca two = tall.pca(2);
        assertThat(two.components()).isEqualTo(pca.components().submatrix(0, 0, 4, 2));
        assertThat(two.explainedVarianceRatio()).containsExactly(Arrays.copyOf(pca.explainedVarianceRatio(), 2));
        assertThat(distance(two.project(tall).collect(), two.project(a))).isLessThan(1e-10);
        assertThat(distance(two.project(a), Pca.of(a, 2).project(a))).isLessThan(1e-8);
    }

    @Test
    void partitionsAndBlocksOfQAreThoseOfTheMatrix() {
        JavaRDD<Matrix> blocks = LocalSpark.blocks(LocalSpark.context(), GRADED, 90, 0, 1500, 1, 499);
        List<List<Integer>> expected = heights(blocks);
        TallMatrix a = TallMatrix.of(blocks);
        assertThat(heights(a.qr().q().blocks())).isEqualTo(expected);
        assertThat(heights(a.svd().u().blocks())).isEqualTo(expected);
        assertThat(heights(a.times(Matrix.identity(COLUMNS)).blocks())).isEqualTo(expected);
        assertThat(a.collect()).isEqualTo(GRADED);
    }

    private static List<List<Integer>> heights(JavaRDD<Matrix> blocks) {
        return blocks.map(Matrix::rows).glom().collect();
    }

    @Test
    void manyBlocksOfAPartitionAreFactoredOneByOne() {
        Matrix a = Matrix.gaussian(60_000, 3, new Random(10));
        JavaRDD<Matrix> blocks = LocalSpark.blocks(LocalSpark.context(), a, 22_000, 50_000, 10_000);
        TallQr qr = TallMatrix.of(blocks).qr();
        Matrix q = qr.q().collect();
        assertThat(distance(q.gram(), Matrix.identity(3))).isLessThan(1e-14);
        assertThat(distance(q.times(qr.r()), a)).isLessThan(1e-13);
    }

    @Test
    void theSamePartitionsGiveTheSameBitsWhateverTheTiming() {
        int[] sizes = new int[40];
        Arrays.fill(sizes, 50);
        JavaRDD<Matrix> blocks = LocalSpark.blocks(LocalSpark.context(), GRADED, 50, sizes);
        List<List<Object>> results = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            // New RDDs each time, so that no shuffle's files are used again.
            TallMatrix a = TallMatrix.of(blocks.map(block -> {
                Thread.sleep(ThreadLocalRandom.current().nextInt(8));
                return block;
            }));
            TallSvd svd = a.svd();
            TallPca pca = a.pca();
            results.add(List.of(
                    svd.v(),
                    Matrix.ofRow(svd.singularValues()),
                    svd.u().collect(),
                    a.qr().r(),
                    a.gram(),
                    a.covariance(),
                    Matrix.ofRow(a.statistics().means()),
                    Matrix.ofRow(a.statistics().variances()),
                    a.leastSquares(a.times(Matrix.filled(COLUMNS, 1, 1.0))).solution(),
                    pca.components(),
                    Matrix.ofRow(pca.explainedVariance())));
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(2)).isEqualTo(results.get(0));
    }

    @Test
    void columnsOfDataSetsMakeRows() {
        StructType schema = new StructType()
                .add("features", new VectorUDT())
                .add("more", DataTypes.createArrayType(DataTypes.FloatType))
                .add("label", DataTypes.IntegerType);
        List<Row> rows = List.of(
                RowFactory.create(Vectors.dense(1, 2), List.of(3f), 4),
                RowFactory.create(Vectors.sparse(2, new int[] {1}, new double[] {5}), List.of(6f), 7),
                RowFactory.create(Vectors.dense(8, 9), List.of(10f), 11));
        Dataset<Row> data = LocalSpark.session().createDataFrame(rows, schema);
        assertThat(TallMatrix.of(data, "features", "more", "label").collect())
                .isEqualTo(Matrix.of(3, 4, 1, 2, 3, 4, 0, 5, 6, 7, 8, 9, 10, 11));
        assertThat(TallMatrix.of(data, "label").statistics().means()[0]).isCloseTo(22.0 / 3, within(1e-15));
        assertThatThrownBy(() -> TallMatrix.of(data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no column is named");
    }

    @Test
    void rowsOfLargeDataSetsMakeBlocks() {
        Dataset<Row> data = LocalSpark.session()
                .range(0, 70_000, 1, 3)
                .selectExpr("array(cast(id as double), 1.0D, id % 7) as x", "2.0D * id + 3.0D as y");
        TallMatrix a = TallMatrix.of(data, "x").persist(StorageLevel.MEMORY_ONLY());
        assertThat(a.blocks().count()).isBetween(4L, 70L);
        assertThat(a.statistics().count()).isEqualTo(70_000);
        Matrix x = a.leastSquares(TallMatrix.of(data, "y")).solution();
        assertThat(distance(x, Matrix.ofColumn(2, 3, 0))).isLessThan(1e-9);
        a.unpersist();
    }

    @Test
    void rejectsRowsThatAreUnsuitable() {
        JavaSparkContext context = LocalSpark.context();
        refuses("the matrix has no rows", TallMatrix.of(context.emptyRDD()));
        refuses("the matrix has no rows", TallMatrix.of(context.parallelize(List.of(Matrix.zeros(0, 3)), 2)));

        Matrix a = Matrix.filled(30, 3, 1.0);
        Matrix nan = Matrix.generate(30, 3, (i, j) -> i == 17 && j == 2 ? Double.NaN : 1.0);
        Matrix infinite = Matrix.generate(30, 3, (i, j) -> i == 4 ? Double.NEGATIVE_INFINITY : 1.0);
        refuses(
                "row 17, column 2 of partition 1 is not finite: NaN",
                TallMatrix.of(context.parallelize(List.of(a, nan, infinite), 3)));
        refuses(
                "row 34, column 0 of partition 0 is not finite: -Infinity",
                TallMatrix.of(context.parallelize(List.of(a, infinite), 1)));
        refuses(
                "partition 2 has 4 columns, but partition 1 has 3",
                TallMatrix.of(context.parallelize(List.of(Matrix.zeros(0, 9), a, Matrix.zeros(2, 4)), 3)));
        refuses(
                "block 1 of partition 0 has 4 columns, but those before have 3",
                TallMatrix.of(context.parallelize(List.of(a, Matrix.zeros(2, 4)), 1)));

        StructType schema = new StructType().add("x", DataTypes.createArrayType(DataTypes.DoubleType));
        refuses(
                "row 1 of partition 0 has null in column x",
                TallMatrix.of(
                        LocalSpark.session()
                                .createDataFrame(
                                        List.of(RowFactory.create(List.of(1.0)), RowFactory.create((Object) null)),
                                        schema)
                                .coalesce(1),
                        "x"));
        refuses(
                "row 1 of partition 0 has 2 values, but those before have 1",
                TallMatrix.of(
                        LocalSpark.session()
                                .createDataFrame(
                                        List.of(RowFactory.create(List.of(1.0)), RowFactory.create(List.of(1.0, 2.0))),
                                        schema)
                                .coalesce(1),
                        "x"));
    }

    private static void refuses(String message, TallMatrix a) {
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        a::gram, a::statistics, a::covariance, a::qr, a::svd, a::pca, a::collect)) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void rejectsArgumentsThatAreUnsuitable() {
        TallMatrix a = LocalSpark.tall(Matrix.filled(30, 3, 1.0), 10, 20);
        TallMatrix b = LocalSpark.tall(Matrix.filled(30, 1, 1.0), 10, 20);
        Matrix column = Matrix.filled(29, 1, 1.0);
        assertThatThrownBy(() -> a.leastSquares(LocalSpark.tall(column, 10, 19)))
                .hasMessage("partition 1 has 20 rows, but that of the right-hand sides has 19");
        assertThatThrownBy(() -> LocalSpark.tall(column, 10, 19).leastSquares(b))
                .hasMessage("partition 1 has 19 rows, but that of the right-hand sides has 20");
        assertThatThrownBy(() -> a.leastSquares(LocalSpark.tall(column, 29)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("numbers of partitions differ: 2 and 1");
        assertThatThrownBy(() -> a.leastSquares(LocalSpark.tall(Matrix.filled(30, 1, Double.NaN), 10, 20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row 0, column 0 of the right-hand sides in partition 0 is not finite: NaN");
        JavaSparkContext context = LocalSpark.context();
        assertThatThrownBy(() -> a.leastSquares(
                        TallMatrix.of(context.parallelize(List.of(Matrix.zeros(10, 1), Matrix.zeros(20, 2)), 2))))
                .hasMessage("partition 1 has right-hand sides of 2 columns, but partition 0 has 1");
        assertThatThrownBy(() -> a.ridge(b, -1.0)).hasMessage("lambda must be at least 0, but is -1.0");
        assertThatThrownBy(() -> a.ridge(b, Double.NaN)).hasMessage("lambda must be at least 0, but is NaN");
        assertThatThrownBy(() -> a.leastSquares(b, -1.0)).hasMessage("tolerance must be at least 0, but is -1.0");
        assertThatThrownBy(() -> a.pca(4)).hasMessage("count must be from 0 to 3, but is 4");
        assertThatThrownBy(() -> a.pca(-1)).hasMessage("count must be from 0 to 3, but is -1");
        assertThatThrownBy(() -> LocalSpark.tall(Matrix.zeros(1, 3), 1).pca())
                .hasMessage("a 1x3 matrix has fewer than 2 rows");
        assertThatThrownBy(() -> a.leastSquares(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("b");
        assertThat(LocalSpark.tall(Matrix.filled(1, 2, 5.0), 1).statistics().variances())
                .containsExactly(Double.NaN, Double.NaN);
    }
}
