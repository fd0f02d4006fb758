import io.github.rustffi.FloatMatrix;
import io.github.rustffi.Matrix;
import io.github.rustffi.Npz;
import io.github.rustffi.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reads each array of {@code expected.txt}, and writes it in every form to a folder of its own: {@code CompareFiles FOLDER}. */
class CompareFiles {
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        List<String> lines = Files.readAllLines(folder.resolve("expected.txt"));
        for (int i = 0; i < lines.size(); i++) {
            String[] parts = lines.get(i).split("\t", -1);
            Path written = Files.createDirectories(folder.resolve("java").resolve(Integer.toString(i)));
            if (parts[2].contains("x")) {
                matrix(folder.resolve(parts[0]), parts, written);
            } else {
                vector(folder.resolve(parts[0]), parts, written);
            }
        }
    }

    private static void matrix(Path file, String[] parts, Path written) throws IOException {
        Matrix a;
        if (parts[1].equals("-")) {
            a = Matrix.readNpy(file);
        } else {
            try (Npz npz = Npz.open(file)) {
                a = npz.matrix(parts[1]);
            }
        }
        require(parts, a.rows() + "x" + a.columns(), a.toArray());
        a.writeNpy(written.resolve("a.npy"));
        a.writeCsv(written.resolve("a.csv"));
        FloatMatrix floats = FloatMatrix.of(a);
        floats.writeNpy(written.resolve("floats.npy"));
        Npz.builder().add("a", a).add("b", floats).write(written.resolve("stored.npz"));
        Npz.builder().add("a", a).add("b", floats).writeCompressed(written.resolve("compressed.npz"));
    }

    private static void vector(Path file, String[] parts, Path written) throws IOException {
        double[] x;
        if (parts[1].equals("-")) {
            x = Vectors.readNpy(file);
        } else {
            try (Npz npz = Npz.open(file)) {
                x = npz.doubles(parts[1]);
            }
        }
        require(parts, Integer.toString(x.length), x);
        Npz.Builder npz = Npz.builder().add("doubles", x);
        if (Arrays.stream(x).allMatch(value -> value == (long) value && Math.abs(value) < 0x1p63)) {
            long[] longs = Arrays.stream(x).mapToLong(value -> (long) value).toArray();
            Vectors.writeNpy(written.resolve("a.npy"), longs);
            npz.add("longs", longs);
        } else {
            Vectors.writeNpy(written.resolve("a.npy"), x);
        }
        float[] floats = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            floats[i] = (float) x[i];
        }
        Vectors.writeNpy(written.resolve("floats.npy"), floats);
        npz.add("größe 数", floats).write(written.resolve("stored.npz"));
        npz.writeCompressed(written.resolve("compressed.npz"));
    }

    private static void require(String[] parts, String shape, double[] values) {
        double[] expected = parts[3].isEmpty()
                ? new double[0]
                : Arrays.stream(parts[3].split(" ")).mapToDouble(Double::parseDouble).toArray();
        if (!shape.equals(parts[2]) || !Arrays.equals(values, expected)) {
            throw new AssertionError(parts[0] + ", " + parts[1] + " is " + shape + " of " + Arrays.toString(values));
        }
    }
}
