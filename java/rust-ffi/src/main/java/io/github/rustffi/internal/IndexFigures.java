package io.github.rustffi.internal;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Shows the figures of all indexes in JMX as long as there are any. No longer: the server holds on to the class loader
 * of what is registered.
 */
public final class IndexFigures implements VectorIndexMXBean {
    private static final String NAME = "io.github.rustffi:type=VectorIndex";

    private static int open;
    private static Registration registration;

    private IndexFigures() {}

    /** Counts an index that has been opened. */
    public static synchronized void opened() {
        open++;
        if (open == 1) {
            registration = register();
        }
    }

    /** Counts an index that has been closed. */
    public static synchronized void closed() {
        open--;
        if (open == 0 && registration != null) {
            registration.remove();
            registration = null;
        }
    }

    @Override
    public long getBytesInUse() {
        return Natives.indexBytesInUse();
    }

    @Override
    public int getOpenIndexes() {
        synchronized (IndexFigures.class) {
            return open;
        }
    }

    private static Registration register() {
        try {
            return Registration.of(new IndexFigures());
        } catch (Exception | LinkageError e) {
            // A JVM without java.management, or one that forbids it: the indexes work all the same.
            return null;
        }
    }

    /** Apart, so that this class links where there is no java.management. */
    private record Registration(MBeanServer server, ObjectName name) {
        static Registration of(IndexFigures figures) throws Exception {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            try {
                return new Registration(
                        server,
                        server.registerMBean(figures, new ObjectName(NAME)).getObjectName());
            } catch (InstanceAlreadyExistsException e) {
                // Another class loader has loaded the library too.
                ObjectName own = new ObjectName(NAME + ",loader=" + System.identityHashCode(IndexFigures.class));
                return new Registration(
                        server, server.registerMBean(figures, own).getObjectName());
            }
        }

        void remove() {
            try {
                server.unregisterMBean(name);
            } catch (JMException e) {
                // Somebody else has removed it.
            }
        }
    }
}
