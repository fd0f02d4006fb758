package io.github.rustffi.internal;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * How arrays cross to Rust: lent in place, or copied.
 *
 * <p>Most collectors cannot run while an array is lent, and stop the whole JVM when they have to. Arrays are lent for
 * work that is over before that matters, and for longer work only where the collector pins the array and goes on: G1
 * from JDK 22 on (JEP 423), and Shenandoah.
 */
public final class Crossing {
    /**
     * Multiplications from which the core moves work to its pool. Below, it waits for no other thread, and is done in
     * about a tenth of a millisecond.
     */
    private static final double SHORT = 1 << 20;

    /** Whether the collector is known, or asked for. Before JDK 22 it is not worth asking: only Shenandoah pins. */
    private static volatile boolean asked = Runtime.version().feature() < 22;

    private static volatile boolean pins;

    private Crossing() {}

    /**
     * Returns whether arrays are to be lent in place.
     *
     * @param multiplications how many the work takes, about
     * @return false if they are to be copied
     */
    public static boolean inPlace(double multiplications) {
        return multiplications < SHORT || pins();
    }

    private static boolean pins() {
        if (!asked) {
            asked = true;
            // Asking takes a tenth of a second in a fresh JVM, which nobody waits for: until then, arrays are copied.
            Thread thread = new Thread(null, Crossing::ask, "rust-ffi-collector", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                // The system grants no thread: arrays go on being copied.
            }
        }
        return pins;
    }

    private static void ask() {
        try {
            pins = ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .map(GarbageCollectorMXBean::getName)
                    .anyMatch(name -> name.startsWith("G1 ") || name.startsWith("Shenandoah "));
        } catch (LinkageError e) {
            // A runtime image without the module java.management cannot say.
        }
    }
}
