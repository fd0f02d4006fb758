package io.github.rustffi.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rustffi.VectorIndex.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests, which programs may write at once. */
class ShardFilesTest {
    @TempDir
    java.nio.file.Path directory;

    private static ShardManifest manifest(int dimension) {
        Shard shard =
                new Shard("shard-" + new UUID(0, 1), 1, ShardFiles.sha256(new byte[0]), new String[] {"manifest"});
        return new ShardManifest(Metric.COSINE, dimension, List.of(shard));
    }

    @Test
    void ofTwoProgramsThatWriteAManifestOneSucceeds() throws Exception {
        FileSystem system = FileSystem.getLocal(new Configuration());
        Path root = new Path(directory.toUri());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (long round = 1; round <= 200; round++) {
                long number = round;
                CyclicBarrier barrier = new CyclicBarrier(2);
                Callable<Boolean> first = () -> writes(system, root, number, 1, barrier);
                Callable<Boolean> second = () -> writes(system, root, number, 2, barrier);
                List<Future<Boolean>> written = threads.invokeAll(List.of(first, second));
                boolean isFirst = written.get(0).get();
                assertThat(written.get(1).get()).isNotEqualTo(isFirst);
                assertThat(ShardFiles.readManifest(system, root, number).dimension())
                        .isEqualTo(isFirst ? 1 : 2);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(ShardFiles.newest(system, root)).isEqualTo(200);
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains("new-"));
        }
        assertThatThrownBy(() -> ShardFiles.writeManifest(system, root, 7, manifest(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("manifest-7 is there already");
    }

    private static boolean writes(FileSystem system, Path root, long number, int dimension, CyclicBarrier barrier)
            throws Exception {
        barrier.await();
        try {
            ShardFiles.writeManifest(system, root, number, manifest(dimension));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
