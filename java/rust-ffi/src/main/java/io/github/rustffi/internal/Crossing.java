package io.github.rustffi.internal;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this JVM lets arrays cross to Rust by: whether its garbage collector pins arrays that are lent, and whether it
 * has a linker of its own.
 *
 * <p>Most collectors cannot run while an array is lent. They wait until it is given back, and a thread that needs
 * memory meanwhile may be told that there is none. G1 from JDK 22 on (JEP 423) and Shenandoah pin the array and go on:
 * only there does Rust borrow arrays; see {@code native/src/java/arrays.rs}.
 */
public final class Crossing {
    /** Whether the collector is known, or asked for. Before JDK 22 it is not worth asking: only Shenandoah pins. */
    private static volatile boolean asked = Runtime.version().feature() < 22;

    /** Not volatile, since it is read at every call, and a thread that sees it too late only takes the longer way. */
    private static boolean pins;

    /** From this many values on it is worth to ask about the collector. A call of any size counts for 16. */
    private static final int WORTH_ASKING = 1 << 12;

    private static int unasked;

    /** Up to this many values the work takes a few microseconds, which a collector may have to wait. */
    private static final int DIRECT_UP_TO = 1 << 14;

    /** Up to this many calls, it does not pay to prepare faster ones. */
    private static final int FEW = 1 << 14;

    /**
     * Calls so far that might have been direct. Before JDK 24 none can be: loading a library prints no warning there,
     * as linking to a function does; from then on there is one for both. In an image of GraalVM's, which would have to
     * know the functions when it is built, none can be either.
     */
    private static int calls =
            Runtime.version().feature() < 24 || System.getProperty("org.graalvm.nativeimage.imagecode") != null
                    ? FEW
                    : 0;

    /** Not volatile, as above. */
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
            if (!Background.start(new Linking(), "rust-ffi-linker")) {
                calls = 0;
            }
        }
        return false;
    }

    /** No lambda: the stack may be too short for the JVM to make one. */
    private static final class Linking implements Runnable {
        @Override
        public void run() {
            try {
                direct = Direct.DOUBLES.two() != null && Direct.FLOATS.two() != null;
            } catch (LinkageError | RuntimeException e) {
                // This JVM has no linker, or does not let us use it: JNI goes on doing all of it.
            }
        }
    }

    /**
     * Returns whether arrays are lent to Rust.
     *
     * @param values how many values there are in the largest one
     * @return false if they are copied
     */
    public static boolean lends(int values) {
        if (!asked) {
            prepare(values);
        }
        return pins;
    }

    private static void prepare(int values) {
        unasked += 16;
        if (values >= WORTH_ASKING || unasked >= WORTH_ASKING) {
            unasked = 0;
            // Asking takes a tenth of a second in a fresh JVM, which no call waits for: until then, arrays are copied.
            asked = Background.start(new Asking(), "rust-ffi-collector");
        }
    }

    private static final class Asking implements Runnable {
        @Override
        public void run() {
            try {
                boolean answer = ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .anyMatch(name -> name.startsWith("G1 ") || name.startsWith("Shenandoah "));
                Natives.setPins(answer);
                pins = answer;
            } catch (LinkageError e) {
                // A runtime image without the module java.management cannot say.
            }
        }
    }
}
