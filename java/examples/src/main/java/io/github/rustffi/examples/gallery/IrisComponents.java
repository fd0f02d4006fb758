package io.github.rustffi.examples.gallery;

import io.github.rustffi.Matrix;
import io.github.rustffi.Pca;
import java.awt.Color;
import java.io.IOException;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Shows four measurements of 150 irises in the plane, by their principal components: Fisher's data of 1936. */
public final class IrisComponents {
    private static final String[] SPECIES = {"setosa", "versicolor", "virginica"};
    private static final Color[] COLOURS = {Gallery.BLUE, Gallery.ORANGE, Gallery.GREEN};

    private IrisComponents() {}

    /**
     * Runs the example.
     *
     * @param args the directory of the picture, {@code target/gallery} by default
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        Matrix table = Gallery.csv("iris.csv");
        Matrix measurements = table.selectColumns(0, 1, 2, 3);
        double[] species = table.column(4);

        Pca pca = Pca.of(measurements, 2);
        double[] ratio = pca.explainedVarianceRatio();
        Matrix plane = pca.project(measurements);
        System.out.printf("explained variance: %.4f and %.4f of the whole%n", ratio[0], ratio[1]);
        double lost = measurements.minus(pca.reconstruct(plane)).norm() / measurements.norm();
        System.out.printf("what the plane loses: %.4f of the norm%n", lost);

        XYChart chart = Gallery.chart(
                640,
                440,
                "Irises by two principal components",
                "first component: %.1f%% of the variance".formatted(100 * ratio[0]),
                "second component: %.1f%%".formatted(100 * ratio[1]));
        for (int s = 0; s < SPECIES.length; s++) {
            int kind = s;
            int[] rows = IntStream.range(0, species.length)
                    .filter(i -> species[i] == kind)
                    .toArray();
            Matrix points = plane.selectRows(rows);
            chart.addSeries(SPECIES[s], points.column(0), points.column(1))
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
                    .setMarker(SeriesMarkers.CIRCLE)
                    .setMarkerColor(COLOURS[s]);
        }
        Gallery.save(args, "iris.png", 1, chart);
    }
}
