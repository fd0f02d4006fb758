package io.github.rustffi.examples.gallery;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Hits;
import io.github.rustffi.Matrix;
import io.github.rustffi.VectorIndex;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Searches the Constitution of the United States by latent semantic analysis: what a query finds need not have a word
 * of it, if it has words that come with them elsewhere. A document is a section of an article, or an amendment.
 */
public final class LatentSemantics {
    private static final String[] QUERIES = {"slavery", "trial by jury"};
    private static final int TOPICS = 18;

    /** Words that are in most of the documents, and say nothing about what they are about. */
    private static final List<String> COMMON = words(
            "the of and to in or be shall by a for any as on which such not with from that this no at may but have"
                    + " been an is he his their they all each who if it when other than under united states state section"
                    + " article");

    private LatentSemantics() {}

    /**
     * Runs the example.
     *
     * @param args the directory of the picture, {@code target/gallery} by default
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        List<String> titles = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (String document : Gallery.text("constitution.txt").split("(?m)^# ")) {
            if (!document.isEmpty()) {
                String[] titleAndText = document.split("\\R", 2);
                titles.add(titleAndText[0]);
                texts.add(titleAndText[1]);
            }
        }
        Set<String> vocabulary = new TreeSet<>(words(String.join(" ", texts)));
        vocabulary.removeAll(COMMON);
        List<String> terms = List.copyOf(vocabulary);

        Matrix counts = counts(texts, terms);
        double[] rarity = Arrays.stream(counts.map(Math::signum).columnSums())
                .map(documents -> Math.log(texts.size() / documents))
                .toArray();
        Matrix weights = unit(counts.map(Math::log1p).timesRow(rarity));
        Matrix topics = weights.svd(TOPICS).v();
        Matrix asked = unit(counts(List.of(QUERIES), terms).map(Math::log1p).timesRow(rarity));
        Matrix byWords = asked.timesTranspose(weights);
        System.out.printf("%d documents, %d terms, %d topics%n", texts.size(), terms.size(), TOPICS);

        CategoryChart[] charts = new CategoryChart[QUERIES.length];
        try (VectorIndex index = VectorIndex.create(TOPICS, VectorIndex.Metric.COSINE)) {
            index.addAll(FloatMatrix.of(weights.times(topics)));
            FloatMatrix places = FloatMatrix.of(asked.times(topics));
            for (int q = 0; q < QUERIES.length; q++) {
                Hits hits = index.search(places.row(q), 8);
                List<String> found = new ArrayList<>();
                List<Double> meaning = new ArrayList<>();
                List<Double> common = new ArrayList<>();
                System.out.println(QUERIES[q]);
                for (int i = 0; i < hits.size(); i++) {
                    int document = (int) hits.ids()[i];
                    found.add(titles.get(document));
                    meaning.add((double) hits.scores()[i]);
                    common.add(byWords.get(q, document));
                    System.out.printf("%.3f  %.3f  %s%n", meaning.get(i), common.get(i), titles.get(document));
                }
                charts[q] = draw("“" + QUERIES[q] + "”", found, meaning, common);
            }
        }
        Gallery.save(args, "constitution.png", QUERIES.length, charts);
    }

    private static List<String> words(String text) {
        return List.of(text.toLowerCase(Locale.ROOT).split("[^a-z]+"));
    }

    /** Returns how often each text, a row, has each of the terms, which are sorted. */
    private static Matrix counts(List<String> texts, List<String> terms) {
        double[][] counts = new double[texts.size()][terms.size()];
        for (int i = 0; i < counts.length; i++) {
            for (String word : words(texts.get(i))) {
                int term = Collections.binarySearch(terms, word);
                if (term >= 0) {
                    counts[i][term]++;
                }
            }
        }
        return Matrix.of(counts);
    }

    /** Returns the rows with a norm of one. */
    private static Matrix unit(Matrix rows) {
        double[] norms =
                Arrays.stream(rows.elementTimes(rows).rowSums()).map(Math::sqrt).toArray();
        return rows.divColumn(norms);
    }

    private static CategoryChart draw(String title, List<String> found, List<Double> meaning, List<Double> common) {
        CategoryChart chart = new CategoryChart(380, 380, ChartTheme.Matlab);
        chart.setTitle(title);
        List<String> labels = found.stream()
                .map(name -> name.replace("Article ", "").replace(", section ", " § "))
                .map(name -> name.replace("Amendment", "Am."))
                .toList();
        chart.getStyler().setLocale(Locale.ROOT).setXAxisLabelRotation(60).setPlotGridVerticalLinesVisible(false);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        chart.addSeries("cosine in 18 topics", labels, meaning).setFillColor(Gallery.BLUE);
        chart.addSeries("cosine of the words", labels, common).setFillColor(Gallery.ORANGE);
        return chart;
    }
}
