package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.failures.FailingCall;
import io.github.rustffi.failures.FailingCalls;
import io.github.rustffi.failures.Scene;
import io.github.rustffi.internal.Natives;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Small stacks, class loaders that go, memory that is refused, memory that would leak. */
@Tag("slow")
class RobustnessTest {
    @Test
    void everythingWorksOnTheSmallestStack() throws Exception {
        for (int n : new int[] {1, 8, 60, 100, 200}) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread small = new Thread(null, () -> useEverything(n), "small", 1);
            small.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            small.start();
            small.join();
            assertThat(failure.get()).as("n = %d", n).isNull();
        }
    }

    static void useEverything(int n) {
        Operations.all().forEach((name, operation) -> {
            if (Double.isNaN(Arrays.stream(operation.apply(n)).sum())) {
                throw new AssertionError(name + " of size " + n + " is NaN");
            }
        });
        try (Scene scene = scene()) {
            for (FailingCall call : FailingCalls.oneOfEachKind()) {
                FailingCall.Prepared prepared = call.prepare(scene);
                if (prepared != null && !isPrinted(call)) {
                    prepared.requireFailure();
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Returns whether a call fails by what only a bug lets happen: Rust prints that each time. */
    private static boolean isPrinted(FailingCall call) {
        return call.method().startsWith("internal.");
    }

    private static Scene scene() throws IOException {
        return new Scene(Files.createTempDirectory("robustness"));
    }

    @Test
    void fiftyClassLoadersComeAndGo() throws Exception {
        Child.Result child = Child.run(List.of("-Xcheck:jni"), FiftyClassLoaders.class);
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    /**
     * Opens class loaders that each load the library, uses them from several threads, and lets the collector have them.
     */
    static final class FiftyClassLoaders {
        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                loaders.add(open());
                System.gc();
            }
            for (int i = 0; i < 100 && loaders.stream().anyMatch(loader -> loader.get() != null); i++) {
                System.gc();
                Thread.sleep(20);
            }
            long left = loaders.stream().filter(loader -> loader.get() != null).count();
            if (left != 0) {
                throw new AssertionError(left + " class loaders are not collected");
            }
            useEverything(150);
            System.out.print("alive\n");
        }

        private static WeakReference<ClassLoader> open() throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                Class<?> tests = Class.forName(RobustnessTest.class.getName(), true, loader);
                Method use = tests.getDeclaredMethod("useEverything", int.class);
                use.setAccessible(true);
                List<Thread> threads = new ArrayList<>();
                for (int n : new int[] {5, 130, 140}) {
                    Thread thread = new Thread(() -> {
                        try {
                            use.invoke(null, n);
                        } catch (ReflectiveOperationException e) {
                            e.printStackTrace(System.out);
                            System.exit(3);
                        }
                    });
                    threads.add(thread);
                    thread.start();
                }
                for (Thread thread : threads) {
                    thread.join();
                }
                return new WeakReference<>(loader);
            }
        }
    }

    @Test
    void aProblemTooLargeForTheHeapIsAnOutOfMemoryError() throws Exception {
        Child.Result child = Child.run(List.of("-Xmx48m"), TooLarge.class, "2000");
        assertThat(child.output()).contains("OutOfMemoryError").endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProblemTooLargeForTheProcessIsAnOutOfMemoryError() throws Exception {
        // Each thread would reserve address space of its own for malloc: how many get to do so differs from run to run.
        String limit = "ulimit -v 1200000; export MALLOC_ARENA_MAX=1; exec \"$@\"";
        List<String> limited = List.of("bash", "-c", limit, "bash");
        List<String> options = List.of(
                "-Xmx600m", "-XX:+UseSerialGC", "-XX:CompressedClassSpaceSize=32m", "-XX:ReservedCodeCacheSize=32m");
        Child.Result child = Child.run(limited, options, TooLarge.class, "3600");
        assertThat(child.output()).contains("OutOfMemoryError: cannot allocate").endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    /** Tries each operation on a problem for which there is no memory. */
    static final class TooLarge {
        public static void main(String[] args) {
            int n = Integer.parseInt(args[0]);
            // The library's threads begin while there is room for their stacks: they are not what is refused here.
            useEverything(150);
            Matrix a = Matrix.identity(n);
            List<Runnable> operations = List.of(
                    () -> a.times(a),
                    () -> a.solve(a),
                    a::inverse,
                    a::lu,
                    a::cholesky,
                    a::ldl,
                    a::qr,
                    a::pivotedQr,
                    a::svd,
                    a::pseudoInverse,
                    a::symmetricEigen,
                    a::eigen,
                    () -> a.leastSquares(a));
            for (Runnable operation : operations) {
                try {
                    operation.run();
                    System.out.print("enough memory\n");
                } catch (OutOfMemoryError e) {
                    System.out.print(e + "\n");
                }
            }
            useEverything(20);
            System.out.print("alive\n");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anIndexForWhichThereIsNoThreadIsAnOutOfMemoryErrorOnce() throws Exception {
        List<String> limited =
                List.of("bash", "-c", "export MALLOC_ARENA_MAX=1; ulimit -v 5000000; exec \"$@\"", "bash");
        List<String> options = List.of(
                "-Xss128m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:CompressedClassSpaceSize=32m",
                "-XX:ReservedCodeCacheSize=32m");
        Child.Result child = Child.run(limited, options, NoThreads.class);
        assertThat(child.output())
                .contains("OutOfMemoryError: unable to create")
                .endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    /** Takes so much of the address space that the stack of a thread does not fit, and gives it back. */
    static final class NoThreads {
        private static final long STACK = 48 << 20;

        public static void main(String[] args) throws Exception {
            NativeLibrary.load();
            List<Taker> takers = new ArrayList<>();
            try {
                while (true) {
                    Taker taker = new Taker();
                    taker.start();
                    takers.add(taker);
                }
            } catch (OutOfMemoryError e) {
                // What is left now is of less use than one of these stacks, and one for the JVM itself.
                takers.remove(takers.size() - 1).end();
            }
            for (int i = 0; i < 2; i++) {
                try {
                    VectorIndex.create(1, VectorIndex.Metric.DOT_PRODUCT).close();
                    System.out.print("a thread has been granted\n");
                } catch (OutOfMemoryError e) {
                    System.out.print(e + "\n");
                }
            }
            if (Natives.openIndexes() != 0) {
                throw new AssertionError(Natives.openIndexes() + " indexes are open");
            }
            for (Taker taker : takers) {
                taker.end();
            }
            Await.until("an index is created", NoThreads::creates);
            System.out.print("alive\n");
        }

        private static boolean creates() {
            try (VectorIndex index = VectorIndex.create(1, VectorIndex.Metric.DOT_PRODUCT)) {
                return index.add(new float[] {1}) == 0;
            } catch (OutOfMemoryError e) {
                // The system takes its time to give back a stack.
                return false;
            }
        }

        private static final class Taker extends Thread {
            private final CountDownLatch end = new CountDownLatch(1);

            Taker() {
                super(null, null, "taker", STACK);
                setDaemon(true);
            }

            @Override
            public void run() {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            void end() throws InterruptedException {
                end.countDown();
                join();
            }
        }
    }

    @Test
    void noIndexIsLostWhereTheStackEnds() throws Exception {
        Child.Result child = Child.run(List.of("-Xmx256m"), EndOfTheStack.class);
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    /**
     * Opens and closes indexes with as much of a stack left as suffices, after trying with less and less too little.
     */
    static final class EndOfTheStack {
        private static volatile int uses;

        public static void main(String[] args) throws Exception {
            for (int i = 0; i < 100; i++) {
                open();
                openAndClose();
            }
            Thread small = new Thread(null, EndOfTheStack::overflow, "small", 300 << 10);
            small.start();
            small.join();
            if (uses != 100) {
                throw new AssertionError(uses + " uses, not 100");
            }
            requireNothingLost();
            System.out.print("alive\n");
        }

        private static void overflow() {
            for (int i = 0; i < 50; i++) {
                descend(EndOfTheStack::open, i);
                descend(EndOfTheStack::openAndClose, i);
            }
        }

        private static void descend(Runnable use, int i) {
            try {
                if (i > 0) {
                    // So that the stack ends elsewhere each time.
                    descend(use, i - 1);
                } else {
                    descend(use);
                }
            } catch (StackOverflowError e) {
                use.run();
                uses++;
            }
        }

        private static void descend(Runnable use) {
            try {
                descend(use);
            } catch (StackOverflowError e) {
                use.run();
                uses++;
            }
        }

        private static void open() {
            VectorIndex.create(3, VectorIndex.Metric.EUCLIDEAN);
        }

        private static void openAndClose() {
            VectorIndex.create(3, VectorIndex.Metric.EUCLIDEAN).close();
        }
    }

    @Test
    void noIndexIsLostWhereTheHeapIsFull() throws Exception {
        Child.Result child = Child.run(List.of("-Xmx24m", "-XX:+UseSerialGC"), FullHeap.class);
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    /** Opens indexes with no memory left, and then with a little more each time. */
    static final class FullHeap {
        public static void main(String[] args) throws Exception {
            // JMX is begun with some memory: without, classes of the JDK's would be of no use for ever.
            requireNothingLost();
            Object[] full = new Object[1 << 20];
            int failures = 0;
            int used = fill(full);
            for (int i = 0; i < 300; i++) {
                full[--used] = null;
                try {
                    VectorIndex.create(3, VectorIndex.Metric.EUCLIDEAN).close();
                } catch (OutOfMemoryError e) {
                    failures++;
                }
            }
            full = null;
            if (failures == 0) {
                throw new AssertionError("the heap was not full");
            }
            requireNothingLost();
            System.out.print("alive\n");
        }

        private static int fill(Object[] full) {
            int used = 0;
            // Small ones last, which are the first to go, and again: a collector may give up too early.
            for (int size : new int[] {1 << 20, 64, 0, 0, 0}) {
                try {
                    while (used < full.length) {
                        full[used] = new byte[size];
                        used++;
                    }
                } catch (OutOfMemoryError e) {
                    // Smaller ones may fit.
                }
            }
            return used;
        }
    }

    private static void requireNothingLost() throws Exception {
        NativeLibrary.load();
        Await.until("all indexes are closed", () -> {
            System.gc();
            return Natives.openIndexes() == 0;
        });
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.github.rustffi:type=VectorIndex");
        try (VectorIndex index = VectorIndex.create(3, VectorIndex.Metric.EUCLIDEAN)) {
            index.add(new float[] {1, 2, 3});
            Await.until(
                    "JMX shows an index",
                    () -> server.isRegistered(name)
                            && server.getAttribute(name, "OpenIndexes").equals(1));
        }
        Await.until("JMX shows none", () -> !server.isRegistered(name));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void nothingLeaks() throws Exception {
        // The second compiler takes and keeps memory of its own whenever it gets round to something.
        List<String> options = List.of(
                "-Xms64m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + Scratch.directory());
        Child.Result child = Child.run(options, Leaks.class, "100000");
        assertThat(child.output()).endsWith("flat\n");
        assertThat(child.exit()).isZero();
    }

    /** Calls everything again and again and looks at the resident memory. */
    static final class Leaks {
        private static final long PAGE = 4096;
        private static final long ALLOWED = 8 << 20;

        public static void main(String[] args) throws Exception {
            int calls = Integer.parseInt(args[0]);
            Operations.all().forEach((name, operation) -> {
                // What waits for the file system is called less often.
                int times = Operations.withFiles().containsKey(name) ? calls / 20 : calls;
                watch(name, times, () -> operation.apply(3));
            });
            try (Scene scene = scene()) {
                for (FailingCall call : FailingCalls.oneOfEachKind()) {
                    FailingCall.Prepared prepared = call.prepare(scene);
                    if (prepared != null && !isPrinted(call)) {
                        watch(call.toString(), calls / 5, prepared::requireFailure);
                    }
                }
            }
            System.out.print("flat\n");
        }

        private static void watch(String name, int calls, Runnable call) {
            repeat(Math.max(calls / 10, 2_000), call);
            // The C library keeps more or less of what is freed. What leaks grows every time.
            for (int attempt = 1; ; attempt++) {
                long before = residentBytes();
                repeat(calls, call);
                long growth = residentBytes() - before;
                System.out.printf("%s: %d KiB%n", name, growth >> 10);
                if (growth <= ALLOWED) {
                    return;
                }
                if (attempt == 3) {
                    System.exit(3);
                }
            }
        }

        private static void repeat(int calls, Runnable call) {
            for (int i = 0; i < calls; i++) {
                call.run();
            }
        }

        private static long residentBytes() {
            try {
                String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
                return Long.parseLong(pages[1]) * PAGE;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
