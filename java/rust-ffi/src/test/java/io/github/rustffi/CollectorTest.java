package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads that need memory while others compute. */
@Tag("slow")
class CollectorTest {
    /** Collectors that cannot run while an array is lent told such threads that there is no memory. */
    @ParameterizedTest
    @CsvSource({"G1, 256", "Parallel, 64", "Serial, 64"})
    void noThreadIsToldThatThereIsNoMemoryWhileOthersCompute(String collector, int megabytes) throws Exception {
        Child.Result child =
                Child.run(List.of("-XX:+Use" + collector + "GC", "-Xmx" + megabytes + "m"), UnderPressure.class);
        assertThat(child.output()).endsWith("no error\n");
        assertThat(child.exit()).isZero();
    }

    /** Threads that use all operations in turn, beside others that make garbage. */
    static final class UnderPressure {
        private static final long SECONDS = 6;
        private static final int[] SIZES = {28, 60, 768, 20_000};

        private static volatile boolean stops;

        public static void main(String[] args) throws InterruptedException {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicLong calls = new AtomicLong();
            List<Runnable> work = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                int first = caller;
                work.add(() -> compute(first, calls));
                work.add(UnderPressure::makeGarbage);
            }
            List<Thread> threads = new ArrayList<>();
            for (Runnable each : work) {
                Thread thread = new Thread(each);
                thread.setUncaughtExceptionHandler((t, e) -> failure.compareAndSet(null, e));
                thread.start();
                threads.add(thread);
            }
            Thread.sleep(SECONDS * 1000);
            stops = true;
            for (Thread thread : threads) {
                thread.join();
            }
            if (failure.get() != null) {
                failure.get().printStackTrace(System.out);
            }
            System.out.print(
                    calls + " calls, " + (failure.get() == null && calls.get() > 100 ? "no" : "an") + " error\n");
        }

        private static void compute(int first, AtomicLong calls) {
            List<String> names = new ArrayList<>(Operations.all().keySet());
            for (int i = first; !stops; i++) {
                String name = names.get(i % names.size());
                int n = name.equals("vectors") ? SIZES[i % SIZES.length] : SIZES[i % 2];
                Operations.all().get(name).apply(n);
                calls.incrementAndGet();
            }
        }

        private static void makeGarbage() {
            byte[][] kept = new byte[40][];
            for (int i = 0; !stops; i++) {
                kept[i % kept.length] = new byte[i % 3 == 0 ? 300_000 : 2_000];
            }
        }
    }
}
