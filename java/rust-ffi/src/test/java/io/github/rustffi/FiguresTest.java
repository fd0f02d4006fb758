package io.github.rustffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rustffi.internal.Natives;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** What JMX shows, and who waits for that: in JVMs of their own, where there are no other indexes. */
class FiguresTest {
    private static final String INDEXES = "io.github.rustffi:type=VectorIndex";

    @Test
    void nobodyWaitsForAListener() throws Exception {
        assertAlive(Child.run(List.of(), SlowListener.class));
    }

    /** Uses indexes while a listener waits that has been told of the first. */
    static final class SlowListener {
        public static void main(String[] args) throws Exception {
            CountDownLatch isTold = new CountDownLatch(1);
            CountDownLatch mayGoOn = new CountDownLatch(1);
            MBeanServer server = listen(() -> {
                isTold.countDown();
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            ExecutorService threads = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            });
            VectorIndex first = threads.submit(() -> VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT))
                    .get(60, TimeUnit.SECONDS);
            isTold.await();
            List<Future<?>> uses = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                uses.add(threads.submit(FiguresTest::use));
            }
            uses.add(threads.submit(FiguresTest::forget));
            for (Future<?> use : uses) {
                use.get(60, TimeUnit.SECONDS);
            }
            Await.until("what is forgotten is closed", () -> {
                System.gc();
                return Natives.openIndexes() == 1 && Natives.indexBytesInUse() == 0;
            });
            threads.submit(first::close).get(60, TimeUnit.SECONDS);
            mayGoOn.countDown();
            Await.until("the figures are gone", () -> !server.isRegistered(new ObjectName(INDEXES)));
            VectorIndex next = VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT);
            Await.until("the figures are there", () -> server.isRegistered(new ObjectName(INDEXES)));
            next.close();
            Await.until("the figures are gone", () -> !server.isRegistered(new ObjectName(INDEXES)));
            System.out.print("alive\n");
        }
    }

    private static void use() {
        for (int i = 0; i < 10; i++) {
            try (VectorIndex index = VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT)) {
                index.addAll(new float[] {1, 2, 3, 4, 4, 3, 2, 1});
                if (index.search(new float[] {1, 0, 0, 0}, 1).ids()[0] != 1) {
                    throw new AssertionError("another vector is nearest");
                }
            }
        }
    }

    private static void forget() {
        for (int i = 0; i < 10; i++) {
            VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT).addAll(new float[400_000]);
        }
        if (Natives.indexBytesInUse() == 0) {
            throw new AssertionError("no memory is in use");
        }
    }

    @Test
    void theFiguresGoThoughAListenerThrows() throws Exception {
        assertAlive(Child.run(List.of(), FailingListener.class));
    }

    static final class FailingListener {
        public static void main(String[] args) throws Exception {
            AtomicInteger told = new AtomicInteger();
            MBeanServer server = listen(() -> {
                told.incrementAndGet();
                throw new AssertionError("thrown by a listener");
            });
            VectorIndex index = VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT);
            Await.until("the listener is told", () -> told.get() > 0);
            index.close();
            for (int i = 0; i < 10; i++) {
                VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT).close();
                Thread.sleep(5);
            }
            Await.until("the figures are gone", () -> {
                Thread.sleep(10);
                VectorIndex.create(4, VectorIndex.Metric.DOT_PRODUCT).close();
                Thread.sleep(10);
                return !server.isRegistered(new ObjectName(INDEXES));
            });
            System.out.print("alive\n");
        }
    }

    @Test
    void everythingWorksWithoutJmx() throws Exception {
        assertAlive(Child.run(List.of("--limit-modules=java.base"), WithoutJmx.class));
    }

    static final class WithoutJmx {
        public static void main(String[] args) {
            for (int i = 0; i < 3; i++) {
                use();
                NativeMemory.registerMBean();
                NativeMemory.unregisterMBean();
            }
            System.out.print("alive\n");
        }

        private static void use() {
            try (VectorIndex index = VectorIndex.create(2, VectorIndex.Metric.COSINE)) {
                index.add(new float[] {1, 2});
                System.out.print(
                        Arrays.toString(index.search(new float[] {1, 1}, 1).ids()) + "\n");
            }
        }
    }

    /** Has a listener called whenever one of our beans comes or goes. */
    private static MBeanServer listen(Runnable call) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        NotificationListener listener = (notification, handback) -> {
            ObjectName name = ((MBeanServerNotification) notification).getMBeanName();
            if (name.getDomain().equals("io.github.rustffi")) {
                call.run();
            }
        };
        server.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener, null, null);
        return server;
    }

    private static void assertAlive(Child.Result child) {
        assertThat(child.output()).endsWith("alive\n");
        assertThat(child.exit()).isZero();
    }
}
