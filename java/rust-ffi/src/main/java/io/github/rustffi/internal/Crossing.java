package io.github.rustffi.internal;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * How arrays cross to Rust: lent in place, or copied, and whether through JNI at all.
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

    /** Up to so many values the work takes a few microseconds, which a collector may have to wait. */
    private static final int DIRECT_UP_TO = 1 << 14;

    /** So many calls are not worth what it takes to prepare others. */
    private static final int FEW = 1 << 14;

    /**
     * Calls so far that might have been direct. Before JDK 24 none can be: loading a library prints no warning there,
     * as linking to a function does; from then on there is one for both.
     */
    private static int calls = Runtime.version().feature() < 24 ? FEW : 0;

    /** Not volatile, since it is read at every call, and whoever sees it too late only takes the longer way. */
    private static boolean direct;

    private Crossing() {}

    /**
     * Returns whether a function of two arrays of these lengths is to be called by {@link Direct}.
     *
     * @param x the length of the one
     * @param y the length of the other
     * @return false if it is to be called through JNI
     */
    public static boolean directly(int x, int y) {
        if (direct) {
            return x == y && x <= DIRECT_UP_TO;
        }
        if (calls < FEW && ++calls == FEW) {
            // The linker takes a twentieth of a second to start.
            inBackground(Crossing::link, "rust-ffi-linker");
        }
        return false;
    }

    private static void link() {
        try {
            direct = Direct.DOT_OF_DOUBLES.handle() != null;
        } catch (LinkageError | RuntimeException e) {
            // This JVM has no linker, or does not let us use it: JNI goes on doing all of it.
        }
    }

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
            inBackground(Crossing::ask, "rust-ffi-collector");
        }
        return pins;
    }

    private static void inBackground(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // The system grants no thread: everything stays as it is.
        }
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
