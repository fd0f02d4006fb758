package io.github.rustffi.internal;

/** Work that nobody waits for. */
final class Background {
    private Background() {}

    /**
     * Starts a daemon thread that knows nothing of the thread which starts it.
     *
     * @return false if the system grants no thread
     */
    static boolean start(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }
}
