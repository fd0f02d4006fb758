package io.github.rustffi.failures;

/**
 * Makes calls at the end of the stack: it goes down as far as there is room, and makes the call on the way back, with a
 * little more room each time.
 *
 * <p>The JVM must not compile {@code descend}, so that its frames are small, and all of one size.
 */
final class EndOfStack implements Runnable {
    /**
     * Frames on the way back, of about 115 bytes each. A method begins only where some 80 KiB are left, as do a native
     * one and one that it calls: the difference is what the library itself takes.
     */
    private static final int FRAMES = 512;

    /** Asked for here, so that the JVM need not look for it when there is no stack to do so. */
    private static final Class<?> CAUGHT = StackOverflowError.class;

    private final Calls calls;
    private final int step;
    private final Throwable[] thrown = new Throwable[FRAMES];
    private int call;
    private int back;

    private EndOfStack(Calls calls, int step) {
        this.calls = calls;
        this.step = step;
    }

    /**
     * Makes the calls.
     *
     * @param stack bytes of the stack, or 0 for this thread's
     * @param step makes a call in every so manieth frame
     */
    static void make(Calls calls, long stack, int step) throws InterruptedException {
        EndOfStack end = new EndOfStack(calls, step);
        if (stack == 0) {
            end.run();
        } else {
            Thread thread = new Thread(null, end, "small", stack);
            thread.start();
            thread.join();
        }
        calls.makeAllAfterwards();
    }

    @Override
    public void run() {
        for (call = 0; call < calls.count(); call++) {
            back = 0;
            descend();
            int made = Math.min(back, FRAMES);
            for (int i = 0; i < made; i += step) {
                calls.judgeUnlessOfJvm(call, "at the end of the stack", thrown[i]);
                thrown[i] = null;
            }
        }
    }

    private void descend() {
        try {
            descend();
        } catch (StackOverflowError e) {
            // This is the end.
        }
        if (back < FRAMES && back % step == 0) {
            thrown[back] = calls.make(call);
        }
        back++;
    }
}
