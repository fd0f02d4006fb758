package io.github.rustffi.internal;

/** Work in the background. */
final class Background {
    private Background() {}

    /**
     * Starts a daemon thread that knows nothing of the thread which starts it.
     *
     * @return false if there is none to be had
     */
    static boolean start(Runnable task, String name) {
        try {
            Thread thread = new Thread(null, task, name, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
            return true;
        } catch (StackOverflowError e) {
            throw e;
        } catch (Throwable e) {
            // There is no memory for one, or the thread that calls does not tell its context class loader.
            return false;
        }
    }
}
