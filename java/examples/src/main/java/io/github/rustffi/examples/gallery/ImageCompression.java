package io.github.rustffi.examples.gallery;

import io.github.rustffi.Matrix;
import io.github.rustffi.Svd;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Keeps the largest singular values of a photograph, and shows what is left of it. */
public final class ImageCompression {
    private static final int[] RANKS = {5, 20};

    private ImageCompression() {}

    /**
     * Runs the example.
     *
     * @param args the directory of the picture, {@code target/gallery} by default
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        BufferedImage photograph = Gallery.image("temple.png");
        Matrix brightness = matrix(photograph);
        int rows = brightness.rows();
        int columns = brightness.columns();

        Svd svd = brightness.svd();
        double[] values = svd.singularValues();
        // The norm of what a rank drops is that of the singular values that it drops.
        double[] errors = new double[values.length];
        for (int rank = 0; rank < values.length; rank++) {
            double[] dropped = Arrays.copyOfRange(values, rank, values.length);
            errors[rank] = Matrix.ofRow(dropped).norm() / brightness.norm();
        }

        int width = (RANKS.length + 1) * columns;
        BufferedImage picture = new BufferedImage(width, rows + 240, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = picture.createGraphics();
        graphics.drawImage(image(brightness), 0, 0, null);
        for (int i = 0; i < RANKS.length; i++) {
            int rank = RANKS[i];
            Matrix approximation = svd.approximation(rank);
            System.out.printf(
                    "rank %d: error %.4f with %.1f%% of the numbers%n",
                    rank,
                    brightness.minus(approximation).norm() / brightness.norm(),
                    100.0 * rank * (rows + columns + 1) / (rows * columns));
            graphics.drawImage(image(approximation), (i + 1) * columns, 0, null);
        }
        XYChart chart =
                Gallery.chart(width, 240, "The photograph, with 5 and with 20 singular values", "rank", "error");
        chart.getStyler().setYAxisLogarithmic(true).setXAxisMax(160.0).setLegendPosition(LegendPosition.InsideNE);
        double[] ranks = IntStream.range(0, errors.length).asDoubleStream().toArray();
        chart.addSeries("norm of the error, relative to the photograph", ranks, errors)
                .setMarker(SeriesMarkers.NONE)
                .setLineColor(Color.BLACK);
        XYSeries shown = chart.addSeries("shown above", new double[] {5, 20}, new double[] {errors[5], errors[20]});
        shown.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        graphics.drawImage(BitmapEncoder.getBufferedImage(chart), 0, rows, null);
        graphics.dispose();
        Gallery.save(args, "compression.png", picture);
    }

    /** Returns the brightness of the pixels, from 0 to 255. */
    private static Matrix matrix(BufferedImage image) {
        double[] values = image.getData().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (double[]) null);
        return Matrix.of(image.getHeight(), image.getWidth(), values);
    }

    /** Returns an image of 64 shades, which make a small file. */
    private static BufferedImage image(Matrix brightness) {
        BufferedImage image = new BufferedImage(brightness.columns(), brightness.rows(), BufferedImage.TYPE_BYTE_GRAY);
        WritableRaster raster = image.getRaster();
        Matrix rounded = brightness.map(value -> Math.min(252, Math.max(0, 4 * Math.rint(value / 4))));
        raster.setSamples(0, 0, image.getWidth(), image.getHeight(), 0, rounded.toArray());
        return image;
    }
}
