package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.rustffi.internal.Natives;
import io.github.rustffi.internal.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RustFfiTest {
    private static final int[] EDGES = {0, 1, -1, 2, 3, 46_341, -46_341, Integer.MAX_VALUE, Integer.MIN_VALUE};

    @Test
    void addsAndMultipliesAsTheTutorialDoes() {
        assertThat(RustFfi.add(5, 3)).isEqualTo(8);
        assertThat(RustFfi.multiply(4, 6)).isEqualTo(24);
    }

    @Test
    void wrapsAroundAsJavaDoes() {
        for (int a : EDGES) {
            for (int b : EDGES) {
                assertThat(RustFfi.add(a, b)).as("%d + %d", a, b).isEqualTo(a + b);
                assertThat(RustFfi.multiply(a, b)).as("%d * %d", a, b).isEqualTo(a * b);
            }
        }
    }

    @Test
    void addsAndMultipliesRandomNumbersAsJavaDoes() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            int a = random.nextInt();
            int b = random.nextInt();
            assertThat(RustFfi.add(a, b)).isEqualTo(a + b);
            assertThat(RustFfi.multiply(a, b)).isEqualTo(a * b);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Gopher", "Zoë", "漢字", "🦀", "a\0b", "\0", "שלום עולם", "\uFFFF", "👩‍👩‍👧‍👦", "é"})
    void greetsAnyUnicodeTextUnharmed(String name) {
        assertThat(RustFfi.greet(name)).isEqualTo("Hello, " + name + "!");
    }

    @Test
    void greetsAMegabyteUnharmed() {
        for (String unit : List.of("x", "ë", "漢", "🦀", "\0")) {
            String name = unit.repeat(1 << 20);
            assertThat(RustFfi.greet(name)).isEqualTo("Hello, " + name + "!");
        }
    }

    /** Up to 1,024 units of a greeting are on the native stack. */
    @ParameterizedTest
    @ValueSource(ints = {1014, 1015, 1016, 1017, 1018, 1022, 1023, 1024, 1025, 1026})
    void greetsNamesAboutAsLongAsTheStackUnharmed(int length) {
        for (String name :
                List.of("x".repeat(length), "\u007F".repeat(length), "ë".repeat(length), "漢".repeat(length))) {
            String start = name.substring(2);
            for (String end : List.of("xx", "x\0", "xë", "x漢", "🦀")) {
                assertThat(RustFfi.greet(start + end)).isEqualTo("Hello, " + start + end + "!");
                assertThat(RustFfi.greet(end + start)).isEqualTo("Hello, " + end + start + "!");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RustFfi.greet(start + "x\uD83E"))
                    .withMessage("unpaired surrogate at index " + (length - 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RustFfi.greet("\uDD80" + start))
                    .withMessage("unpaired surrogate at index 0");
        }
    }

    @Test
    void rejectsNullByName() {
        assertThatNullPointerException().isThrownBy(() -> RustFfi.greet(null)).withMessage("name");
        assertThatNullPointerException().isThrownBy(() -> Natives.greet(null)).withMessage("string");
    }

    @ParameterizedTest
    @CsvSource({"D800, 0, ''", "DFFF, 0, ''", "D83E, 3, 'abc'", "DD80, 2, '🦀'", "D800, 1, '\0'"})
    void rejectsAnUnpairedSurrogateByItsIndex(String surrogate, int index, String before) {
        String name = before + (char) Integer.parseInt(surrogate, 16) + "z";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RustFfi.greet(name))
                .withMessage("unpaired surrogate at index " + index);
    }

    @Test
    void namesTheVersionOfTheJar() {
        assertThat(RustFfi.version()).isEqualTo(Version.OF_JAR).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void eightThreadsCallEverythingAtOnce() throws Exception {
        int threads = 8;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                results.add(executor.submit(callEverything(thread, start)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static Callable<?> callEverything(int thread, CyclicBarrier start) {
        return () -> {
            start.await();
            for (int i = 0; i < 2_000; i++) {
                assertThat(RustFfi.add(thread, i)).isEqualTo(thread + i);
                assertThat(RustFfi.multiply(thread, i)).isEqualTo(thread * i);
                assertThat(RustFfi.greet("🦀" + thread + i)).isEqualTo("Hello, 🦀" + thread + i + "!");
                assertThat(RustFfi.version()).isEqualTo(Version.OF_JAR);
                assertThatIllegalArgumentException().isThrownBy(() -> RustFfi.greet("\uD800"));
            }
            return null;
        };
    }
}
