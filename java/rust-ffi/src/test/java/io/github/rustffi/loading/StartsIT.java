package io.github.rustffi.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many starts in one cache, at once and cut short. */
class StartsIT {
    @TempDir
    Path directory;

    @Test
    void twentyStartsAtOnceShareOneFile() throws IOException {
        for (int round = 0; round < 10; round++) {
            Path cache = directory.resolve("cache" + round);
            Jvm jvm = Jvm.ofJar().in(directory).with("-Drustffi.dir=" + cache);
            List<Jvm.Running> starts = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                starts.add(jvm.start(Probe.class));
            }
            List<String> outputs = new ArrayList<>();
            for (Jvm.Running start : starts) {
                try (start) {
                    outputs.add(start.output());
                }
            }
            assertThat(outputs).allSatisfy(output -> assertThat(output).startsWith("8 from "));
            assertThat(outputs.stream().distinct()).hasSize(1);
            assertOneFileIn(cache);
        }
    }

    @Test
    void aStartWorksAfterOneThatWasKilled() throws Exception {
        Random random = new Random(3);
        int killedDuringExtraction = 0;
        Path cache = Files.createDirectory(directory.resolve("cache"));
        Jvm jvm = Jvm.ofJar().in(directory).with("-Drustffi.dir=" + cache);
        for (int i = 0; i < 100; i++) {
            try (Jvm.Running victim = jvm.start(Probe.class)) {
                // Extraction begins when the directory gets its first entry, and takes a few milliseconds.
                while (isEmpty(cache) && victim.isAlive()) {
                    Thread.onSpinWait();
                }
                Thread.sleep(0, random.nextInt(999_999));
                Thread.sleep(random.nextInt(8));
                victim.kill();
            }
            if (hasStaging(cache)) {
                killedDuringExtraction++;
            }
            assertThat(jvm.probe()).as("start " + i).startsWith("8 from ");
            Path file = assertOneFileIn(cache);
            Files.delete(file);
            Files.delete(file.getParent());
        }
        assertThat(killedDuringExtraction).isPositive();
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    private static boolean hasStaging(Path cache) throws IOException {
        try (Stream<Path> entries = Files.list(cache)) {
            return entries.anyMatch(entry -> entry.getFileName().toString().contains("staging"));
        }
    }

    private static Path assertOneFileIn(Path cache) throws IOException {
        assertThat(hasStaging(cache)).isFalse();
        try (Stream<Path> files = Files.walk(cache)) {
            List<Path> found = files.filter(Files::isRegularFile).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
