package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelismTest {
    private static final int DEFAULT = Parallelism.threads();

    @AfterEach
    void restore() {
        Parallelism.setThreads(DEFAULT);
    }

    @Test
    void theNumberOfThreadsIsWhatWasSet() {
        for (int n : new int[] {1, 2, 3, 7, 65_535}) {
            Parallelism.setThreads(n);
            assertThat(Parallelism.threads()).isEqualTo(n);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void rejectsFewerThreadsThanOne(int n) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Parallelism.setThreads(n))
                .withMessage("number of threads must be from 1 to 65535, but is %d", n);
        assertThat(Parallelism.threads()).isEqualTo(DEFAULT);
    }

    @Test
    void rejectsMoreThreadsThanAreSupported() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Parallelism.setThreads(65_536))
                .withMessage("number of threads must be from 1 to 65535, but is 65536");
    }

    @ParameterizedTest
    @CsvSource({"3,3", "' 2 ',2"})
    void theDefaultIsThatOfTheProperty(String property, int threads) throws Exception {
        Child.Result child = Child.run(List.of("-Drustffi.threads=" + property), PrintThreads.class);
        assertThat(child.output()).endsWith("threads: " + threads + "\n");
    }

    @ParameterizedTest
    @CsvSource({"3,3", "' 2 ',2", "'4,2,1',4", "' 6 , 2',6", "65535,65535"})
    void theDefaultWithoutThePropertyIsThatOfOpenMp(String variable, int threads) throws Exception {
        Child.Result child = Child.run(Map.of("OMP_NUM_THREADS", variable), List.of(), PrintThreads.class);
        assertThat(child.output()).endsWith("threads: " + threads + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0", "-2", "many", "2.5", ",3", "65536", "99999999999"})
    void aVariableThatIsNoNumberOfThreadsIsIgnored(String variable) throws Exception {
        Map<String, String> environment = Map.of("OMP_NUM_THREADS", variable);
        Child.Result child = Child.run(environment, List.of("-XX:ActiveProcessorCount=5"), PrintThreads.class);
        assertThat(child.output()).endsWith("threads: 5\n");
    }

    @Test
    void thePropertyWinsOverTheVariable() throws Exception {
        Map<String, String> environment = Map.of("OMP_NUM_THREADS", "3");
        Child.Result child = Child.run(environment, List.of("-Drustffi.threads=7"), PrintThreads.class);
        assertThat(child.output()).endsWith("threads: 7\n");
    }

    @Test
    void theDefaultWithoutEitherIsTheNumberOfProcessors() throws Exception {
        Child.Result child = Child.run(List.of("-XX:ActiveProcessorCount=5"), PrintThreads.class);
        assertThat(child.output()).endsWith("threads: 5\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-2", "many", ""})
    void aPropertyThatIsNoNumberOfThreadsIsNamed(String property) throws Exception {
        Child.Result child = Child.run(List.of("-Drustffi.threads=" + property), PrintThreads.class);
        assertThat(child.exit()).isNotZero();
        assertThat(child.output()).contains("rustffi.threads is \"" + property + "\", not a number of threads");
    }

    static final class PrintThreads {
        public static void main(String[] args) {
            System.out.print("threads: " + Parallelism.threads() + "\n");
        }
    }

    @Test
    void theThreadsAreDaemonsForAsLongAsThereIsWork() throws InterruptedException {
        Parallelism.setThreads(3);
        // Long enough for all of it to be done by these threads.
        Matrix a = Matrix.identity(400);
        List<Thread> threads;
        do {
            a.times(a);
            threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().matches("rust-ffi-[0-9]+"))
                    .collect(Collectors.toList());
        } while (threads.isEmpty());
        assertThat(threads).allMatch(Thread::isDaemon);
        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    @Test
    void theJvmEndsWhileTheyCompute() throws Exception {
        Child.Result child = Child.run(List.of("-Xcheck:jni", "-Xmx256m"), EndsEarly.class);
        assertThat(child.output()).endsWith("ends\n");
        assertThat(child.exit()).isZero();
    }

    /** Collects garbage, which stops all threads, and ends, while others multiply. */
    static final class EndsEarly {
        public static void main(String[] args) throws InterruptedException {
            Matrix a = Matrix.identity(400);
            CountDownLatch begun = new CountDownLatch(20);
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> {
                    while (true) {
                        if (!a.times(a).equals(a)) {
                            System.exit(3);
                        }
                        begun.countDown();
                    }
                });
                thread.setDaemon(true);
                thread.start();
            }
            begun.await();
            for (int i = 0; i < 10; i++) {
                System.gc();
            }
            System.out.print("ends\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 65, 130, 259})
    void theNumberOfThreadsDoesNotChangeABit(int n) {
        Map<String, long[]> one = new LinkedHashMap<>();
        Parallelism.setThreads(1);
        Operations.all().forEach((name, operation) -> one.put(name, Matrices.bits(operation.apply(n))));
        for (int threads : new int[] {2, 3, 7}) {
            Parallelism.setThreads(threads);
            Operations.all().forEach((name, operation) -> assertThat(Matrices.bits(operation.apply(n)))
                    .as("%s of size %d with %d threads", name, n, threads)
                    .isEqualTo(one.get(name)));
        }
    }

    @Test
    void theNumberOfCallersDoesNotChangeABit() throws Exception {
        int callers = 8;
        ExecutorService executor = Executors.newFixedThreadPool(callers);
        try {
            for (int n : new int[] {12, 140}) {
                Map<String, long[]> alone = new LinkedHashMap<>();
                Operations.all().forEach((name, operation) -> alone.put(name, Matrices.bits(operation.apply(n))));
                List<Future<?>> results = new ArrayList<>();
                for (int caller = 0; caller < callers; caller++) {
                    results.add(executor.submit(() -> Operations.all()
                            .forEach((name, operation) -> assertThat(Matrices.bits(operation.apply(n)))
                                    .as(name)
                                    .isEqualTo(alone.get(name)))));
                }
                for (Future<?> result : results) {
                    result.get();
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
