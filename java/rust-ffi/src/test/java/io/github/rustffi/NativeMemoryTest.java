package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** In JVMs of their own, where nothing else takes native memory. */
class NativeMemoryTest {
    private static final String MEMORY = "io.github.rustffi:type=NativeMemory";
    private static final String INDEXES = "io.github.rustffi:type=VectorIndex";

    @Test
    void totalBytesIsTheSum() {
        assertThat(new NativeMemory(1, 20, 300).totalBytes()).isEqualTo(321);
    }

    @Test
    void everyPieceIsCountedOnce() throws Exception {
        assertAlive(Child.run(List.of(), Counting.class));
    }

    static final class Counting {
        public static void main(String[] args) throws Exception {
            require(NativeMemory.current(), new NativeMemory(0, 0, 0));
            workspace();
            indexes();
            System.out.print("alive\n");
        }

        private static void workspace() throws Exception {
            Matrix a = Matrix.identity(700);
            AtomicBoolean isEnough = new AtomicBoolean();
            Thread thread = new Thread(() -> {
                while (!isEnough.get()) {
                    a.svd();
                }
            });
            thread.start();
            Await.until("memory is in use", () -> NativeMemory.current().workspaceBytes() >= 700 * 700 * 8);
            isEnough.set(true);
            thread.join();
            long kept = NativeMemory.current().keptBytes();
            require(kept > 0 && kept <= 128 << 20, true);
            require(NativeMemory.current(), new NativeMemory(0, kept, 0));
            require(NativeMemory.peakWorkspaceBytes() >= 700 * 700 * 8, true);
            NativeMemory.resetPeak();
            require(NativeMemory.peakWorkspaceBytes(), 0L);
            a.times(a);
            long peak = NativeMemory.peakWorkspaceBytes();
            require(peak > 0 && peak < 5 * 700 * 700 * 8, true);
        }

        private static void indexes() {
            long kept = NativeMemory.current().keptBytes();
            // The middle one is of a size that memory for computing has, too.
            try (VectorIndex small = VectorIndex.create(10, VectorIndex.Metric.DOT_PRODUCT);
                    VectorIndex middle = VectorIndex.create(1000, VectorIndex.Metric.DOT_PRODUCT);
                    VectorIndex large = VectorIndex.create(1000, VectorIndex.Metric.DOT_PRODUCT)) {
                small.addAll(new float[100]);
                middle.addAll(new float[100_000]);
                large.addAll(new float[1_000_000]);
                NativeMemory memory = NativeMemory.current();
                require(memory.indexBytes(), small.bytesInUse() + middle.bytesInUse() + large.bytesInUse());
                require(memory.workspaceBytes(), 0L);
                require(memory.keptBytes() <= kept, true);
            }
            require(NativeMemory.current().indexBytes(), 0L);
            require(NativeMemory.current().workspaceBytes(), 0L);
        }
    }

    @Test
    void jmxShowsItToWhoeverAsks() throws Exception {
        assertAlive(Child.run(List.of(), Asking.class));
    }

    static final class Asking {
        public static void main(String[] args) throws Exception {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName memory = new ObjectName(MEMORY);
            ObjectName indexes = new ObjectName(INDEXES);
            NativeMemory.registerMBean();
            NativeMemory.registerMBean();
            Await.until("it is there", () -> server.isRegistered(memory));
            require(server.isRegistered(indexes), false);
            Matrix.identity(300).inverse();
            NativeMemory current = NativeMemory.current();
            require(server.getAttribute(memory, "WorkspaceBytes"), 0L);
            require(server.getAttribute(memory, "KeptBytes"), current.keptBytes());
            try (VectorIndex index = VectorIndex.create(1000, VectorIndex.Metric.DOT_PRODUCT)) {
                index.addAll(new float[1_000_000]);
                Await.until("both are there", () -> server.isRegistered(indexes));
                require(server.getAttribute(memory, "IndexBytes"), index.bytesInUse());
                require(
                        server.getAttribute(memory, "TotalBytes"),
                        NativeMemory.current().totalBytes());
            }
            Await.until("one is there", () -> !server.isRegistered(indexes));
            require(server.isRegistered(memory), true);
            VectorIndex last = VectorIndex.create(1, VectorIndex.Metric.DOT_PRODUCT);
            NativeMemory.unregisterMBean();
            NativeMemory.unregisterMBean();
            Await.until("both are there", () -> server.isRegistered(indexes));
            require(server.isRegistered(memory), true);
            last.close();
            Await.until("both are gone", () -> !server.isRegistered(indexes) && !server.isRegistered(memory));
            System.out.print("alive\n");
        }
    }

    private static void require(Object actual, Object expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError(actual + ", not " + expected);
        }
    }

    private static void assertAlive(Child.Result child) {
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }
}
