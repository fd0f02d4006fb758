package io.github.rustffi.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A program that measures the peak of the machine and writes it as JMH writes a result. */
public final class Peak {
    private static final int ROUNDS = 5;
    private static final double SECONDS = 0.5;

    private Peak() {}

    /**
     * Measures on all processors. Of several rounds the best counts: a peak is what can be reached.
     *
     * @param arguments the file to write
     * @throws IOException when the file cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        double fma = 0;
        double fmaOfFloats = 0;
        double tile = 0;
        for (int i = 0; i < ROUNDS; i++) {
            fma = Math.max(fma, Machine.fmaPeak(threads, SECONDS));
            fmaOfFloats = Math.max(fmaOfFloats, Machine.fmaPeakOfFloats(threads, SECONDS));
            tile = Math.max(tile, Machine.tilePeak(threads, SECONDS));
        }
        String results = String.join(",\n", result("fma", fma), result("fma-float", fmaOfFloats), result("tile", tile));
        Files.writeString(Path.of(arguments[0]), "[" + results + "]\n");
    }

    private static String result(String peer, double flops) {
        String result = """
                {"benchmark": "Peak", "params": {"peer": "%s"}, "jdkVersion": "%s",
                  "primaryMetric": {"score": %.0f, "scoreUnit": "flop/s"}}""";
        return String.format(Locale.ROOT, result, peer, System.getProperty("java.version"), flops);
    }
}
