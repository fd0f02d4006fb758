package io.github.rustffi.spark.examples;

import io.github.rustffi.spark.ColumnStatistics;
import io.github.rustffi.spark.TallLeastSquares;
import io.github.rustffi.spark.TallMatrix;
import java.io.IOException;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The example of docs/spark.md: how much of the carbon dioxide of Mauna Loa do a trend and a yearly cycle explain? */
public final class MaunaLoa {
    private MaunaLoa() {}

    /**
     * Prints it.
     *
     * @param arguments the path of {@code co2.csv}, in any file system of Hadoop's
     * @throws IOException if the session cannot be closed
     */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            print(spark, arguments[0]);
        }
    }

    static void print(SparkSession spark, String file) {
        // example
        Dataset<Row> data = spark.read()
                .option("header", true)
                .option("inferSchema", true)
                .csv(file)
                .selectExpr("year + (month - 0.5D) / 12 - 1980 AS t", "ppm")
                .selectExpr("array(1.0D, t, t * t, sin(2 * pi() * t), cos(2 * pi() * t)) AS x", "ppm")
                .persist();
        TallMatrix x = TallMatrix.of(data, "x");
        TallMatrix ppm = TallMatrix.of(data, "ppm");

        TallLeastSquares fit = x.leastSquares(ppm);
        double[] b = fit.solution().column(0);
        System.out.printf(Locale.ROOT, "%.2f ppm in 1980, and %.2f ppm more each year%n", b[0], b[1]);
        System.out.printf(Locale.ROOT, "the cycle of a year: %.2f ppm up and down%n", Math.hypot(b[3], b[4]));

        ColumnStatistics of = ppm.statistics();
        double total = of.variances()[0] * (of.count() - 1);
        double residual = fit.residualNorms()[0];
        System.out.printf(
                Locale.ROOT,
                "R² of %d months: %.4f, rank %d%n",
                of.count(),
                1 - residual * residual / total,
                fit.rank());
        // end
    }
}
