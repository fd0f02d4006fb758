package io.github.rustffi.examples.gallery;

import io.github.rustffi.Cholesky;
import io.github.rustffi.Matrix;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Forecasts the carbon dioxide in the air of Mauna Loa by a Gaussian process, and says how sure it is: it learns from
 * the months up to the end of 1989, and the next twelve years show whether it was right.
 *
 * <p>The covariance function and its parameters are those of Rasmussen and Williams, <i>Gaussian Processes for Machine
 * Learning</i>, MIT Press 2006, section 5.4.3.
 */
public final class CarbonDioxide {
    private static final double NOISE = 0.19;

    private CarbonDioxide() {}

    /**
     * Runs the example.
     *
     * @param args the directory of the picture, {@code target/gallery} by default
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        Matrix table = Gallery.csv("co2.csv");
        double[] time = table.selectColumns(0, 1)
                .times(Matrix.ofColumn(1, 1.0 / 12))
                .minus(0.5 / 12)
                .column(0);
        double[] measured = table.column(2);
        int n = first(time, 1990);

        double[] past = Arrays.copyOf(time, n);
        double mean = Vectors.mean(Arrays.copyOf(measured, n));
        double[] y = Arrays.stream(measured, 0, n).map(ppm -> ppm - mean).toArray();
        Matrix noise = Matrix.identity(n).times(NOISE * NOISE);
        Cholesky covariance = covariances(past, past).plus(noise).cholesky();
        double[] weights = covariance.solve(y);
        double likelihood = -0.5 * (Vectors.dot(y, weights) + covariance.logDeterminant() + n * Math.log(2 * Math.PI));

        Matrix cross = covariances(time, past);
        double[] forecast =
                Arrays.stream(cross.times(weights)).map(ppm -> ppm + mean).toArray();
        Matrix known = covariance.solveL(cross.transpose());
        double[] deviation = Arrays.stream(known.elementTimes(known).columnSums())
                .map(variance -> Math.sqrt(covariance(0) - variance + NOISE * NOISE))
                .toArray();

        double[] error = Arrays.copyOfRange(Vectors.minus(forecast, measured), n, time.length);
        long within = IntStream.range(0, error.length)
                .filter(i -> Math.abs(error[i]) < 1.96 * deviation[n + i])
                .count();
        System.out.printf("log marginal likelihood of %d months: %.4f%n", n, likelihood);
        System.out.printf(
                "forecast off by %.3f ppm (root mean square)%n", Vectors.norm(error) / Math.sqrt(error.length));
        System.out.printf("%d of %d later months within the interval of 95%%%n", within, error.length);
        System.out.printf("deviation from %.3f to %.3f ppm%n", deviation[n], deviation[time.length - 1]);

        double[] margin = Vectors.scale(1.96, deviation);
        draw(args, time, measured, forecast, Vectors.minus(forecast, margin), Vectors.plus(forecast, margin), n);
    }

    /** Returns the covariance of what is measured so many years apart, but for its noise. */
    private static double covariance(double years) {
        double square = years * years;
        double sine = Math.sin(Math.PI * years);
        double trend = 66 * 66 * Math.exp(-square / (2 * 67 * 67));
        double seasons = 2.4 * 2.4 * Math.exp(-square / (2 * 90 * 90) - 2 * sine * sine / (1.3 * 1.3));
        double irregular = 0.66 * 0.66 * Math.pow(1 + square / (2 * 0.78 * 1.2 * 1.2), -0.78);
        double correlatedNoise = 0.18 * 0.18 * Math.exp(-square / (2 * 0.134 * 0.134));
        return trend + seasons + irregular + correlatedNoise;
    }

    private static Matrix covariances(double[] s, double[] t) {
        return Matrix.generate(s.length, t.length, (i, j) -> covariance(s[i] - t[j]));
    }

    /** Returns the index of the first month of a year. */
    private static int first(double[] time, int year) {
        return -Arrays.binarySearch(time, year) - 1;
    }

    private static void draw(
            String[] args,
            double[] time,
            double[] measured,
            double[] forecast,
            double[] lower,
            double[] upper,
            int training)
            throws IOException {
        int from = first(time, 1984);
        XYChart chart = Gallery.chart(
                760, 420, "Carbon dioxide at Mauna Loa, forecast from 1990 on", "year", "parts per million");
        chart.getStyler().setLegendPosition(LegendPosition.InsideSE);
        chart.getStyler().setDecimalPattern("0");

        // The interval is one polygon: its upper edge, and the lower one back again.
        int m = time.length - training;
        double[] x = new double[2 * m];
        double[] y = new double[2 * m];
        for (int i = 0; i < m; i++) {
            x[i] = time[training + i];
            y[i] = upper[training + i];
            x[2 * m - 1 - i] = time[training + i];
            y[2 * m - 1 - i] = lower[training + i];
        }
        XYSeries interval = chart.addSeries("interval of 95%", x, y);
        interval.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        interval.setFillColor(Gallery.PALE_BLUE);
        interval.setMarker(SeriesMarkers.NONE).setLineColor(Gallery.PALE_BLUE);

        double[] months = Arrays.copyOfRange(time, from, time.length);
        chart.addSeries(
                        "forecast",
                        Arrays.copyOfRange(time, training, time.length),
                        Arrays.copyOfRange(forecast, training, time.length))
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(Gallery.BLUE)
                .setLineWidth(1.5f);
        XYSeries points = chart.addSeries("measured", months, Arrays.copyOfRange(measured, from, time.length));
        points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        points.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(Gallery.ORANGE);
        chart.getStyler().setMarkerSize(4);
        Gallery.save(args, "carbon-dioxide.png", 1, chart);
    }
}
