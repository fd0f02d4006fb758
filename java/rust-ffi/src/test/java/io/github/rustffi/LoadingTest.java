package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading where there is little stack or memory. */
class LoadingTest {
    @TempDir
    Path directory;

    private void assertAlive(Class<?> main, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Drustffi.dir=" + directory.toRealPath().resolve("cache"));
        all.add("-XX:MaxJavaStackTraceDepth=50");
        Child.Result child = Child.run(all, main);
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }

    @Test
    void theSmallestStackIsEnoughToLoad() throws Exception {
        assertAlive(OnTheSmallestStack.class);
    }

    static final class OnTheSmallestStack {
        public static void main(String[] args) throws Exception {
            Thread small = new Thread(null, NativeLibrary::load, "small", 1);
            small.start();
            small.join();
            useIt();
        }
    }

    @Test
    void loadingAtTheEndOfTheStackCanBeTriedAgain() throws Exception {
        assertAlive(AtTheEndOfTheStack.class);
    }

    @Test
    void loadingAtTheEndOfTheStackCanBeTriedAgainWhenItsOwnCallsAreCompiled() throws Exception {
        // The optimizing compiler alone, and what it compiles is used at once.
        assertAlive(AtTheEndOfTheStack.class, "-XX:-TieredCompilation", "-Xbatch");
    }

    /** Tries to load again and again on the way back from the end of the stack. */
    static final class AtTheEndOfTheStack {
        private static boolean loaded;
        private static int refused;

        public static void main(String[] args) throws Exception {
            find();
            Thread thread = new Thread(null, AtTheEndOfTheStack::descend, "deep", 1 << 20);
            thread.start();
            thread.join();
            if (!loaded || refused < 10) {
                throw new AssertionError("loaded: " + loaded + ", refused: " + refused);
            }
            useIt();
        }

        private static void descend() {
            try {
                descend();
            } catch (StackOverflowError e) {
                // Here the stack ends.
            }
            if (!loaded) {
                try {
                    NativeLibrary.load();
                    loaded = true;
                } catch (StackOverflowError e) {
                    refused++;
                }
            }
        }
    }

    @Test
    void loadingInAFullHeapCanBeTriedAgain() throws Exception {
        assertAlive(InAFullHeap.class, "-Xmx16m", "-XX:+UseSerialGC");
    }

    /** Tries to load where nothing can be allocated, and again and again where a little more can. */
    static final class InAFullHeap {
        private static final int STEP = 16 << 10;

        private static Block full;

        private record Block(Block next, byte[] bytes) {}

        public static void main(String[] args) throws Exception {
            find();
            for (int size : new int[] {1 << 16, 1 << 10, 16}) {
                fill(size);
            }
            int refused = 0;
            while (!isLoaded()) {
                refused++;
                free();
            }
            full = null;
            if (refused < 5) {
                throw new AssertionError("refused: " + refused);
            }
            useIt();
        }

        private static void fill(int size) {
            try {
                while (true) {
                    full = new Block(full, new byte[size]);
                }
            } catch (OutOfMemoryError e) {
                // Full.
            }
        }

        private static boolean isLoaded() {
            try {
                NativeLibrary.load();
                return true;
            } catch (OutOfMemoryError e) {
                return false;
            }
        }

        private static void free() {
            for (int freed = 0; freed < STEP; freed += full.bytes.length) {
                full = full.next;
            }
        }
    }

    /** Loads the class but does not initialize it: where even the class is not found, the library can do nothing. */
    private static void find() throws ClassNotFoundException {
        Class.forName(NativeLibrary.class.getName(), false, LoadingTest.class.getClassLoader());
    }

    /** Calls what may need another class. */
    static void useIt() {
        NativeLibrary.load();
        RobustnessTest.useEverything(20);
        System.out.print("alive\n");
    }
}
