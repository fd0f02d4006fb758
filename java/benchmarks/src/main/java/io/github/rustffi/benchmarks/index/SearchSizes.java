package io.github.rustffi.benchmarks.index;

import io.github.rustffi.FloatMatrix;
import io.github.rustffi.VectorIndex;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that searches with codes and without, in turn, and prints how many nanoseconds each takes in the median:
 * {@code SearchSizes VECTORS QUERIES K SECONDS IDS}. It writes the ids that it has found for each query.
 */
public final class SearchSizes {
    private static final int IN_TURN = 8;

    private SearchSizes() {}

    /**
     * Searches.
     *
     * @param arguments the files with vectors and queries, how many to find, for how long, and the file for the ids
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        float[] queries = FloatMatrix.readNpy(Path.of(arguments[1])).toArray();
        int k = Integer.parseInt(arguments[2]);
        double seconds = Double.parseDouble(arguments[3]);
        try (VectorIndex coded = open(arguments[0]);
                VectorIndex floats = open(arguments[0])) {
            floats.useCodes(false);
            int dimension = coded.dimension();
            int count = queries.length / dimension;
            long[] ids = new long[count * k];
            for (int i = 0; i < count; i++) {
                float[] query = Arrays.copyOfRange(queries, i * dimension, (i + 1) * dimension);
                long[] found = coded.search(query, k).ids();
                if (!Arrays.equals(found, floats.search(query, k).ids())) {
                    throw new AssertionError("other ids without codes for query " + i);
                }
                System.arraycopy(found, 0, ids, i * k, k);
            }
            Vectors.writeNpy(Path.of(arguments[4]), ids);
            // What has been compiled until then does not count.
            time(coded, floats, queries, k, seconds / 2);
            for (long nanoseconds : time(coded, floats, queries, k, seconds)) {
                System.out.println(nanoseconds);
            }
        }
    }

    private static VectorIndex open(String file) throws IOException {
        return VectorIndex.open(Path.of(file), VectorIndex.Metric.DOT_PRODUCT);
    }

    private static List<Long> time(VectorIndex coded, VectorIndex floats, float[] queries, int k, double seconds) {
        List<List<Long>> times = List.of(new ArrayList<>(), new ArrayList<>());
        int dimension = coded.dimension();
        int next = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end || times.get(0).isEmpty()) {
            for (int way = 0; way < 2; way++) {
                for (int i = 0; i < IN_TURN; i++) {
                    int from = (next = (next + 1) % (queries.length / dimension)) * dimension;
                    float[] query = Arrays.copyOfRange(queries, from, from + dimension);
                    long begin = System.nanoTime();
                    (way == 0 ? coded : floats).search(query, k);
                    times.get(way).add(System.nanoTime() - begin);
                }
            }
        }
        return times.stream()
                .map(each -> each.stream().sorted().toList().get(each.size() / 2))
                .toList();
    }
}
