package io.github.rustffi;

import java.util.concurrent.Callable;

/** Waiting for what other threads do. */
final class Await {
    private static final long SECONDS = 60;

    private Await() {}

    /** Returns when the condition holds, or fails after a minute. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + SECONDS * 1_000_000_000;
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + SECONDS + " seconds: " + what);
            }
            Thread.sleep(2);
        }
    }
}
