import io.github.rustffi.VectorIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Searches an index that is mapped: scripts/bench-mapped runs it.
 *
 * <ul>
 *   <li>{@code make DIRECTORY COUNT IDS} saves an index of random vectors, and what a search in memory finds;
 *   <li>{@code search DIRECTORY IDS} maps it, searches with codes and without, compares, and prints what it took.
 * </ul>
 */
class BenchMapped {
    private static final int DIMENSION = 768;
    private static final int QUERIES = 20;
    private static final int K = 10;

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        if (args[0].equals("make")) {
            make(directory, Integer.parseInt(args[2]), Path.of(args[3]));
        } else {
            search(directory, Files.readString(Path.of(args[2])));
        }
    }

    private static void make(Path directory, int count, Path ids) throws IOException {
        try (VectorIndex index = VectorIndex.create(DIMENSION, VectorIndex.Metric.COSINE)) {
            int together = 1000;
            for (int from = 0; from < count; from += together) {
                index.addAll(random(Math.min(together, count - from), from));
            }
            index.save(directory);
            Files.writeString(ids, searchAll(index));
        }
    }

    private static void search(Path directory, String expected) throws IOException {
        try (VectorIndex index = VectorIndex.map(directory)) {
            System.out.printf("%,d vectors of %d values%n", index.size(), DIMENSION);
            measure("the first search, which makes the codes", () -> index.search(query(0), K), 1);
            if (!searchAll(index).equals(expected)) {
                throw new AssertionError("other hits than in memory");
            }
            measure("a search by codes", () -> searchAll(index), QUERIES);
            System.out.printf("%,d MB of codes%n", index.bytesInUse() / 1_000_000);
            index.useCodes(false);
            measure("a search without", () -> index.search(query(0), K), 1);
        }
    }

    private static String searchAll(VectorIndex index) {
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < QUERIES; i++) {
            found.append(Arrays.toString(index.search(query(i), K).ids()));
        }
        return found.toString();
    }

    private static void measure(String what, Runnable work, int searches) throws IOException {
        long read = bytesRead();
        long begin = System.nanoTime();
        work.run();
        double milliseconds = (System.nanoTime() - begin) / 1e6 / searches;
        double megabytes = (bytesRead() - read) / 1e6 / searches;
        System.out.printf("%s: %.1f ms, %.2f MB read from the disk%n", what, milliseconds, megabytes);
    }

    private static long bytesRead() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/io")).stream()
                .filter(each -> each.startsWith("read_bytes"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static float[] query(int i) {
        return random(1, -1 - i);
    }

    private static float[] random(int rows, long seed) {
        float[] values = new float[rows * DIMENSION];
        for (int row = 0; row < rows; row++) {
            SplittableRandom random = new SplittableRandom(seed + row);
            for (int i = 0; i < DIMENSION; i++) {
                values[row * DIMENSION + i] = (float) random.nextGaussian();
            }
        }
        return values;
    }
}
