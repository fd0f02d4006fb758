package io.github.rustffi.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
    private static final int SEGMENTS = 40;

    @TempDir
    Path directory;

    /** The segments of one state: their texts and their vectors tell which. */
    private static List<Segment> state(int number) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            segments.add(
                    new Segment("s" + i, new float[] {1 + i, number}, "text of " + number, Map.of("state", number)));
        }
        return segments;
    }

    /** Returns the number of the state that a store is in, and fails if it is in none. */
    private static int stateOf(TextStore store) {
        List<Match> matches = store.search(new float[] {1, 1}, 1000, -1, null);
        if (matches.isEmpty()) {
            return 0;
        }
        assertThat(matches).hasSize(SEGMENTS);
        int number = (int) matches.get(0).segment().metadata().get("state");
        for (Match match : matches) {
            Segment segment = match.segment();
            assertThat(segment.text()).isEqualTo("text of " + number);
            assertThat(segment.metadata()).isEqualTo(Map.of("state", number));
            assertThat(segment.vector()[1]).isEqualTo(number);
        }
        return number;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.write(to.resolve(file.getFileName().toString()), Files.readAllBytes(file));
            }
        }
    }

    /** Whatever has been written of the texts before the manifest is replaced, the old state is there. */
    @Test
    void aSaveThatEndsWithinTheTextsLeavesTheOldState() throws IOException {
        Path store = directory.resolve("store");
        Path old = directory.resolve("old");
        try (TextStore saved = TextStore.open(store)) {
            saved.putAll(state(1));
            saved.save();
            copy(store, old);
            saved.putAll(state(2));
            saved.save();
        }
        byte[] texts = Files.readAllBytes(store.resolve("texts"));
        int first = (int) Files.size(old.resolve("texts"));
        Random random = new Random(3);
        for (int end = first; end <= texts.length; end += 1 + random.nextInt(40)) {
            Path crashed = directory.resolve("crashed-" + end);
            copy(old, crashed);
            Files.write(crashed.resolve("texts"), Arrays.copyOf(texts, end));
            Files.write(crashed.resolve("texts.tmp"), new byte[] {1});
            try (TextStore mapped = TextStore.map(crashed)) {
                assertThat(stateOf(mapped)).isEqualTo(1);
            }
            try (TextStore opened = TextStore.open(crashed)) {
                assertThat(stateOf(opened)).isEqualTo(1);
                opened.putAll(state(3));
                opened.save();
            }
            try (TextStore opened = TextStore.open(crashed)) {
                assertThat(stateOf(opened)).isEqualTo(3);
            }
            assertThat(crashed.resolve("texts.tmp")).doesNotExist();
        }
    }

    @Test
    void findsDamageInEveryByte() throws IOException {
        try (TextStore saved = TextStore.open(directory)) {
            saved.putAll(state(1).subList(0, 3));
            saved.save();
        }
        Path file = directory.resolve("texts");
        byte[] texts = Files.readAllBytes(file);
        for (int at = 0; at < texts.length; at++) {
            byte[] damaged = texts.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(file, damaged);
            assertThatThrownBy(() -> TextStore.open(directory))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        for (int length = 0; length < texts.length; length++) {
            Files.write(file, Arrays.copyOf(texts, length));
            assertThatThrownBy(() -> TextStore.map(directory))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, texts);
        TextStore.open(directory).close();
    }

    @Test
    void textsThatNoLongerCountAreWrittenAwayWhileOthersRead() throws Exception {
        String text = "x".repeat(20_000);
        Path file = directory.resolve("texts");
        try (TextStore store = TextStore.open(directory)) {
            store.putAll(List.of(new Segment("kept", new float[] {1, 1}, "kept", Map.of())));
            store.save();
            Thread reader = new Thread(() -> {
                try {
                    while (!Thread.interrupted()) {
                        try (TextStore mapped = TextStore.map(directory)) {
                            assertThat(mapped.size()).isGreaterThanOrEqualTo(1);
                        }
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            List<Throwable> failures = new ArrayList<>();
            reader.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            reader.start();
            long greatest = 0;
            for (int i = 0; i < 200; i++) {
                List<Segment> segments = new ArrayList<>();
                for (int j = 0; j < 10; j++) {
                    segments.add(new Segment("s" + j, new float[] {1, i}, i + text, Map.of()));
                }
                store.putAll(segments);
                store.save();
                greatest = Math.max(greatest, Files.size(file));
            }
            reader.interrupt();
            reader.join();
            assertThat(failures).allSatisfy(failure -> assertThat(failure)
                    .hasRootCauseInstanceOf(java.nio.channels.ClosedByInterruptException.class));
            // All texts that there have been are 40 MB.
            assertThat(greatest).isBetween(1_000_000L, 2_000_000L);
        }
        try (TextStore store = TextStore.open(directory)) {
            assertThat(store.size()).isEqualTo(11);
            assertThat(store.search(new float[] {1, 199}, 1, -1, null)
                            .get(0)
                            .segment()
                            .text())
                    .isEqualTo("199" + text);
        }
    }

    /** Saves one state after the other, and says so after each. */
    static final class Saver {
        public static void main(String[] arguments) throws IOException {
            try (TextStore store = TextStore.open(Path.of(arguments[0]))) {
                int number = stateOf(store);
                while (true) {
                    number++;
                    store.putAll(state(number));
                    store.save();
                    System.out.println(number);
                    System.out.flush();
                }
            }
        }
    }

    @Test
    void aProcessThatIsKilledLeavesTheLastStateThatItHasSavedOrTheNext() throws Exception {
        Random random = new Random(5);
        Path store = directory.resolve("store");
        Path said = directory.resolve("said");
        int last = 0;
        for (int round = 0; round < 5; round++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Saver.class.getName(),
                            store.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(said.toFile())
                    .start();
            int wanted = last + 2 + random.nextInt(20);
            while (lastOf(said, last) < wanted) {
                assertThat(process.isAlive()).isTrue();
                Thread.sleep(1, random.nextInt(999_999));
            }
            process.destroyForcibly().waitFor();
            last = lastOf(said, last);
            try (TextStore opened = TextStore.open(store)) {
                int found = stateOf(opened);
                assertThat(found).isBetween(last, last + 1);
                last = found;
            }
        }
    }

    /** Returns the last number that has been said in a whole line. */
    private static int lastOf(Path said, int otherwise) throws IOException {
        String text = Files.readString(said);
        String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n");
        return lines[lines.length - 1].isEmpty() ? otherwise : Integer.parseInt(lines[lines.length - 1]);
    }
}
