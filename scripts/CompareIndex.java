import io.github.rustffi.Hits;
import io.github.rustffi.IdFilter;
import io.github.rustffi.SearchOptions;
import io.github.rustffi.VectorIndex;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes the ids found for each query: {@code CompareIndex vectors.npy queries.npy METRIC k ids.txt FORM threshold}. The
 * form is
 *
 * <ul>
 *   <li>{@code nearest}: of all vectors;
 *   <li>{@code exclude}: of those whose number is no multiple of three;
 *   <li>{@code own}: for query q of those whose number is a multiple of q % 5 + 1;
 *   <li>{@code within}: all whose score reaches the threshold;
 *   <li>{@code put}: as {@code exclude}, of an index in which they were put with ids of their own after others, which
 *       have been replaced or removed;
 *   <li>{@code saved}: as {@code put}, saved to a directory with its codes before the changes and after them, and mapped
 *       from there.
 * </ul>
 *
 * <p>With {@code FLOAT16} as one more argument, the index stores half precision.
 */
class CompareIndex {
    public static void main(String[] args) throws Exception {
        VectorIndex.Metric metric = VectorIndex.Metric.valueOf(args[2]);
        int k = Integer.parseInt(args[3]);
        String form = args[5];
        VectorIndex.Storage storage =
                args.length > 7 ? VectorIndex.Storage.valueOf(args[7]) : VectorIndex.Storage.FLOAT32;
        try (VectorIndex stored = VectorIndex.map(Path.of(args[0]), metric);
                VectorIndex index = switch (form) {
                    case "put" -> put(stored, storage, null);
                    case "saved" -> saved(stored, storage, Path.of(args[4]).resolveSibling("index"));
                    default -> storage == stored.storage() ? stored : VectorIndex.open(Path.of(args[0]), metric, storage);
                };
                VectorIndex queries = VectorIndex.open(Path.of(args[1]), metric);
                BufferedWriter out = Files.newBufferedWriter(Path.of(args[4]))) {
            float[] rowMajor = new float[(int) queries.size() * queries.dimension()];
            for (int query = 0; query < queries.size(); query++) {
                System.arraycopy(queries.get(query), 0, rowMajor, query * queries.dimension(), queries.dimension());
            }
            int count = (int) queries.size();
            List<IdFilter> own = IntStream.range(0, count).mapToObj(q -> multiples(stored, q % 5 + 1)).toList();
            float threshold = Float.parseFloat(args[6]);
            SearchOptions options = switch (form) {
                case "exclude" -> SearchOptions.nearest(k).filter(IdFilter.exclude(ids(stored, 3)));
                case "own" -> SearchOptions.nearest(k).filters(own);
                case "within" -> metric == VectorIndex.Metric.EUCLIDEAN
                        ? SearchOptions.all().atMost(threshold)
                        : SearchOptions.all().atLeast(threshold);
                default -> SearchOptions.nearest(k);
            };
            index.useCodes(false);
            List<Hits> together = index.searchAll(rowMajor, options);
            useCodes(index);
            // Makes some codes, but for those that were saved, and the next one makes the others.
            index.search(queries.get(0), SearchOptions.nearest(1));
            if (!index.searchAll(rowMajor, options).equals(together)) {
                throw new AssertionError("other hits by codes");
            }
            for (int query = 0; query < together.size(); query++) {
                Hits alone = index.search(
                        queries.get(query), form.equals("own") ? options.filter(own.get(query)) : options);
                if (!alone.equals(together.get(query))) {
                    throw new AssertionError("query " + query + ": " + alone + " alone, " + together.get(query) + " together");
                }
                long[] ids = LongStream.of(alone.ids()).map(id -> form.equals("put") || form.equals("saved") ? id / 7 : id).toArray();
                out.write(Arrays.toString(ids).replaceAll("[\\[\\],]", ""));
                out.newLine();
            }
        }
    }

    /** Has searches use codes however few vectors there are. */
    private static void useCodes(VectorIndex index) {
        try {
            Method method = VectorIndex.class.getDeclaredMethod("useCodesFrom", long.class);
            method.setAccessible(true);
            method.invoke(index, 1);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static long[] ids(VectorIndex index, long step) {
        return LongStream.range(0, index.size()).filter(id -> id % step == 0).toArray();
    }

    private static IdFilter multiples(VectorIndex index, long step) {
        return step == 1 ? IdFilter.all() : IdFilter.allow(ids(index, step));
    }

    /** Returns the same as {@code put}, mapped from a directory. */
    private static VectorIndex saved(VectorIndex stored, VectorIndex.Storage storage, Path directory)
            throws IOException {
        put(stored, storage, directory).close();
        VectorIndex.verify(directory);
        return VectorIndex.map(directory);
    }

    /**
     * Returns an index of the vectors whose number is no multiple of three, each with seven times that as its id, which
     * is saved to the directory in several steps if there is one.
     */
    private static VectorIndex put(VectorIndex stored, VectorIndex.Storage storage, Path directory)
            throws IOException {
        VectorIndex index = VectorIndex.create(stored.dimension(), stored.metric(), storage);
        for (long i = 0; i < stored.size(); i++) {
            index.put(7 * i, stored.get(stored.size() - 1 - i));
        }
        save(index, directory);
        index.removeAll(LongStream.of(ids(stored, 3)).map(id -> 7 * id).toArray());
        save(index, directory);
        for (long i = stored.size() - 1; i >= 0; i--) {
            if (i % 3 != 0) {
                index.put(7 * i, stored.get(i));
            }
            if (i % 1000 == 0) {
                save(index, directory);
            }
        }
        save(index, directory);
        return index;
    }

    private static void save(VectorIndex index, Path directory) throws IOException {
        if (directory != null) {
            // Once there are codes, they are saved.
            useCodes(index);
            index.search(index.get(index.ids()[0]), SearchOptions.nearest(1));
            index.save(directory);
        }
    }
}
