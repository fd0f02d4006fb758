package io.github.rustffi.examples.gallery;

import io.github.rustffi.Matrix;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What the programs of the gallery share: their data, which lie beside them, and their pictures. */
final class Gallery {
    static final Color BLUE = new Color(0x1f77b4);
    static final Color PALE_BLUE = new Color(0xc6dcec);
    static final Color ORANGE = new Color(0xff7f0e);
    static final Color GREEN = new Color(0x2ca02c);
    static final Color[] BLUE_TO_RED = {
        new Color(0x053061), new Color(0x67a9cf), new Color(0xffffbf), new Color(0xf4a582), new Color(0x67001f)
    };

    static {
        // No program of the gallery opens a window.
        System.setProperty("java.awt.headless", "true");
    }

    private Gallery() {}

    /** Returns a table that lies beside this class. */
    static Matrix csv(String name) throws IOException {
        Path file = Files.createTempFile("gallery", ".csv");
        try (InputStream in = open(name)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return Matrix.readCsv(file, ',', 1);
        } finally {
            Files.delete(file);
        }
    }

    static String text(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static BufferedImage image(String name) throws IOException {
        try (InputStream in = open(name)) {
            return ImageIO.read(in);
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = Gallery.class.getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException(name);
        }
        return in;
    }

    /** Returns an empty chart with a white ground, in the style of all of them. */
    static XYChart chart(int width, int height, String title, String xTitle, String yTitle) {
        XYChart chart = new XYChart(width, height, ChartTheme.Matlab);
        chart.setTitle(title);
        chart.setXAxisTitle(xTitle);
        chart.setYAxisTitle(yTitle);
        chart.getStyler()
                .setLocale(Locale.ROOT)
                .setPlotGridLinesColor(new Color(0xdddddd))
                .setChartBackgroundColor(Color.WHITE)
                .setLegendPosition(LegendPosition.InsideNW)
                .setLegendBorderColor(Color.WHITE)
                .setMarkerSize(6);
        return chart;
    }

    /** Writes charts of one size, so many of them in a row, as one picture into the directory that the user names. */
    static void save(String[] args, String name, int columns, Chart<?, ?>... charts) throws IOException {
        int width = charts[0].getWidth();
        int height = charts[0].getHeight();
        int rows = (charts.length + columns - 1) / columns;
        BufferedImage picture = new BufferedImage(columns * width, rows * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        for (int i = 0; i < charts.length; i++) {
            graphics.drawImage(
                    BitmapEncoder.getBufferedImage(charts[i]), i % columns * width, i / columns * height, null);
        }
        graphics.dispose();
        save(args, name, picture);
    }

    static void save(String[] args, String name, BufferedImage picture) throws IOException {
        Path directory = Files.createDirectories(Path.of(args.length > 0 ? args[0] : "target/gallery"));
        Path file = directory.resolve(name);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam small = writer.getDefaultWriteParam();
        small.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        small.setCompressionQuality(0);
        try (OutputStream stream = Files.newOutputStream(file);
                ImageOutputStream out = ImageIO.createImageOutputStream(stream)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), small);
        } finally {
            writer.dispose();
        }
        System.out.println("wrote " + file);
    }
}
