package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathsTest {
    @TempDir
    private Path directory;

    /** Writes and reads files by relative paths, and prints those of a directory. */
    static final class Relative {
        public static void main(String[] args) throws IOException {
            Path matrix = Path.of("matrix.npy");
            Path csv = Path.of("matrix.csv");
            Path vector = Path.of("vector.npy");
            Path index = Path.of("index.npy");
            Path npz = Path.of("arrays.npz");
            Matrix.identity(2).writeNpy(matrix);
            Matrix.readNpy(matrix).writeCsv(csv);
            Vectors.writeNpy(vector, Matrix.readCsv(csv).row(0));
            Npz.builder().add("x", Vectors.readNpy(vector)).write(npz);
            Npz.open(npz).close();
            try (VectorIndex opened = VectorIndex.open(matrix, Metric.COSINE)) {
                opened.save(index);
                opened.save(Path.of("index"));
            }
            VectorIndex.verify(Path.of("index"));
            VectorIndex.open(Path.of("index")).close();
            VectorIndex.map(Path.of("index")).close();
            VectorIndex.map(index, Metric.COSINE).close();
            try (var files = Files.list(Path.of(args[0]))) {
                files.map(file -> file.getFileName().toString()).sorted().forEach(System.out::println);
            }
        }
    }

    @Test
    void relativePathsAreResolvedAsTheJdkDoesIt() throws Exception {
        Child.Result child = Child.run(List.of("-Duser.dir=" + directory), Relative.class, directory.toString());
        assertThat(child.output().lines())
                .containsExactly("arrays.npz", "index", "index.npy", "matrix.csv", "matrix.npy", "vector.npy");
        assertThat(child.exit()).isZero();
    }

    @Test
    void filesOfOtherFileSystemsAreRefused() throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(directory.resolve("a.zip"), Map.of("create", "true"));
                VectorIndex index = VectorIndex.create(1, Metric.COSINE)) {
            Path file = zip.getPath("/a.npy");
            Matrix a = Matrix.identity(2);
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> Matrix.readNpy(file),
                    () -> a.writeNpy(file),
                    () -> Matrix.readCsv(file),
                    () -> a.writeCsv(file),
                    () -> Vectors.readNpy(file),
                    () -> Vectors.readNpyFloats(file),
                    () -> Vectors.readNpyLongs(file),
                    () -> Vectors.writeNpy(file, new double[1]),
                    () -> Npz.open(file),
                    () -> Npz.builder().write(file),
                    () -> VectorIndex.open(file, Metric.COSINE),
                    () -> VectorIndex.map(file, Metric.COSINE),
                    () -> VectorIndex.open(file),
                    () -> VectorIndex.map(file),
                    () -> VectorIndex.verify(file),
                    () -> index.save(file))) {
                assertThatThrownBy(call)
                        .isExactlyInstanceOf(UnsupportedOperationException.class)
                        .hasMessage("only files of the default file system can be used,"
                                + " but /a.npy is of the file system \"jar\"");
            }
            assertThat(Files.exists(file)).isFalse();
        }
    }
}
