import io.github.rustffi.Hits;
import io.github.rustffi.VectorIndex;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Writes the ids found for each query: {@code CompareIndex vectors.npy queries.npy METRIC k ids.txt}. */
class CompareIndex {
    public static void main(String[] args) throws Exception {
        VectorIndex.Metric metric = VectorIndex.Metric.valueOf(args[2]);
        int k = Integer.parseInt(args[3]);
        try (VectorIndex index = VectorIndex.map(Path.of(args[0]), metric);
                VectorIndex queries = VectorIndex.open(Path.of(args[1]), metric);
                BufferedWriter out = Files.newBufferedWriter(Path.of(args[4]))) {
            float[] rowMajor = new float[(int) queries.size() * queries.dimension()];
            for (int query = 0; query < queries.size(); query++) {
                System.arraycopy(queries.get(query), 0, rowMajor, query * queries.dimension(), queries.dimension());
            }
            List<Hits> together = index.searchAll(rowMajor, k);
            for (int query = 0; query < together.size(); query++) {
                Hits alone = index.search(queries.get(query), k);
                if (!alone.equals(together.get(query))) {
                    throw new AssertionError("query " + query + ": " + alone + " alone, " + together.get(query) + " together");
                }
                out.write(Arrays.toString(alone.ids()).replaceAll("[\\[\\],]", ""));
                out.newLine();
            }
        }
    }
}
