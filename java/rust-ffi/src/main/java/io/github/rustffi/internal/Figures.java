package io.github.rustffi.internal;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Shows the figures of indexes and memory in JMX as long as there is an index, and those of memory also for as long as
 * it was asked for. No longer: the server holds on to the class loader of what is registered.
 *
 * <p>To register is to call the listeners of the server, and a listener may wait for anything. So a thread of its own
 * does that, one at a time, and neither a user of an index nor the cleaner ever waits for it.
 */
public final class Figures {
    /** What there may be in JMX: each has what those before it have. */
    private static final int NOTHING = 0;

    private static final int MEMORY = 1;
    private static final int INDEXES = 2;
    private static final int UNKNOWN = -1;

    // No object is made for a static field: where the memory for it is missing once, this class would be of no use
    // for as long as the JVM runs.

    private static boolean asked;
    private static int shown;

    /** Whether a thread is being started. Also reset where not even the lock can be taken: at the end of the stack. */
    private static volatile boolean starting;

    private static boolean working;

    /** Whether this JVM has no JMX. */
    private static boolean absent;

    private Figures() {}

    /**
     * Shows the figures of memory, or no longer.
     *
     * @param show whether to show them where there is no index, too
     */
    public static void ask(boolean show) {
        synchronized (Figures.class) {
            asked = show;
        }
        update();
    }

    /**
     * Has JMX show what it should, soon. To be called when an index has been opened or closed.
     *
     * @return false if no thread is to be had for it; the next call tries again
     */
    public static boolean update() {
        synchronized (Figures.class) {
            if (starting || working || absent || shown == wanted()) {
                return true;
            }
            starting = true;
        }
        boolean isStarted = false;
        try {
            isStarted = Background.start(new Work(), "rust-ffi-jmx");
        } catch (OutOfMemoryError | StackOverflowError e) {
            // As if the system granted no thread.
        } finally {
            if (!isStarted) {
                starting = false;
            }
        }
        return isStarted;
    }

    private static int wanted() {
        return Natives.openIndexes() > 0 ? INDEXES : asked ? MEMORY : NOTHING;
    }

    /** Does what there is to do, and ends. */
    private static final class Work implements Runnable {
        private static @Nullable Bean memory;
        private static @Nullable Bean indexes;

        @Override
        public void run() {
            synchronized (Figures.class) {
                starting = false;
                if (working) {
                    return;
                }
                working = true;
            }
            try {
                // JMX looks for its own parts there. It is no particular class loader.
                Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
                if (find()) {
                    while (step()) {}
                }
            } catch (Throwable e) {
                // No memory, or what a listener throws. How far it has come, the next index finds out.
                synchronized (Figures.class) {
                    working = false;
                    shown = UNKNOWN;
                }
            }
        }

        private static boolean find() {
            if (memory != null && indexes != null) {
                return true;
            }
            try {
                memory = new Bean(new MemoryFigures(), "NativeMemory");
                indexes = new Bean(new IndexFigures(), "VectorIndex");
                return true;
            } catch (LinkageError | RuntimeException e) {
                // A JVM without java.management, or one that forbids it: everything else works all the same.
                synchronized (Figures.class) {
                    working = false;
                    absent = true;
                }
                return false;
            }
        }

        private static boolean step() {
            int next;
            synchronized (Figures.class) {
                next = wanted();
                if (next == shown) {
                    working = false;
                    return false;
                }
            }
            memory.show(next >= MEMORY);
            indexes.show(next >= INDEXES);
            synchronized (Figures.class) {
                shown = next;
            }
            return true;
        }
    }

    /** Apart, so that the other classes link where there is no java.management. Used by one thread at a time. */
    private static final class Bean {
        private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        private final Object figures;
        private final String type;

        /** What it is registered under, or may be: if a listener throws an error, it is registered already. */
        private @Nullable ObjectName name;

        Bean(Object figures, String type) {
            this.figures = figures;
            this.type = type;
        }

        void show(boolean show) {
            try {
                if (show) {
                    register();
                } else {
                    unregister();
                }
            } catch (JMException | RuntimeException e) {
                // This server does not want it.
            }
        }

        private void register() throws JMException {
            if (name != null && server.isRegistered(name)) {
                return;
            }
            ObjectName first = new ObjectName("io.github.rustffi:type=" + type);
            try {
                register(first);
            } catch (InstanceAlreadyExistsException e) {
                // Another class loader has loaded the library too.
                register(new ObjectName(first + ",loader=" + System.identityHashCode(Figures.class)));
            }
        }

        private void register(ObjectName as) throws JMException {
            name = as;
            try {
                server.registerMBean(figures, as);
            } catch (JMException | RuntimeException e) {
                name = null;
                throw e;
            }
        }

        private void unregister() throws JMException {
            if (name != null && server.isRegistered(name)) {
                server.unregisterMBean(name);
            }
            name = null;
        }
    }

    /** The bean of the indexes. */
    private static final class IndexFigures implements VectorIndexMXBean {
        @Override
        public long getBytesInUse() {
            return Natives.indexBytesInUse();
        }

        @Override
        public int getOpenIndexes() {
            return Natives.openIndexes();
        }
    }

    /** The bean of the memory. */
    private static final class MemoryFigures implements NativeMemoryMXBean {
        @Override
        public long getWorkspaceBytes() {
            return Natives.workspaceBytes();
        }

        @Override
        public long getKeptBytes() {
            return Natives.keptBytes();
        }

        @Override
        public long getIndexBytes() {
            return Natives.indexBytesInUse();
        }

        @Override
        public long getTotalBytes() {
            return getWorkspaceBytes() + getKeptBytes() + getIndexBytes();
        }
    }
}
