package io.github.rustffi.benchmarks;

import io.github.rustffi.Matrix;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A program that allocates steadily, alone or while another thread factorizes matrices, and whose log is then read. */
public final class Pauses {
    private static final int COLUMNS = 2000;
    private static final int ARRAY_BYTES = 1 << 10;
    private static final int ARRAYS_PER_MILLISECOND = 400;
    /** One array of so many survives the next collections: something to copy in every pause. */
    private static final int SURVIVES = 8;
    /** How many arrays survive, 32 MiB, before a new one takes the place of the oldest. */
    private static final int SURVIVORS = 1 << 15;

    private static volatile Object newest;

    private Pauses() {}

    /**
     * Allocates for some seconds.
     *
     * @param arguments {@code idle}, {@code java} or {@code rust-ffi}, what the other thread does; and the seconds
     * @throws InterruptedException never
     */
    public static void main(String[] arguments) throws InterruptedException {
        double seconds = Double.parseDouble(arguments[1]);
        Runnable work =
                switch (arguments[0]) {
                    case "idle" -> () -> LockSupport.parkNanos(Long.MAX_VALUE);
                    case "java" -> Pauses::multiplyInJava;
                    case "rust-ffi" -> factorize();
                    default -> throw new IllegalArgumentException("no work " + arguments[0]);
                };
        // The control: as many cores are busy, without a call of rust-ffi.
        int threads = arguments[0].equals("java") ? Runtime.getRuntime().availableProcessors() : 1;
        for (int i = 0; i < threads; i++) {
            Thread other = new Thread(() -> {
                while (true) {
                    work.run();
                }
            });
            other.setDaemon(true);
            other.start();
        }
        allocate(seconds);
    }

    private static void allocate(double seconds) {
        byte[][] survivors = new byte[SURVIVORS][];
        long begin = System.nanoTime();
        long allocated = 0;
        for (long now = 0; now < seconds * 1e9; now = System.nanoTime() - begin) {
            // After a pause it makes up for what it missed: the load does not depend on the pauses.
            for (long due = now / 1_000_000 * ARRAYS_PER_MILLISECOND; allocated < due; allocated++) {
                byte[] array = new byte[ARRAY_BYTES];
                if (allocated % SURVIVES == 0) {
                    survivors[(int) (allocated / SURVIVES % SURVIVORS)] = array;
                }
                newest = array;
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private static Runnable factorize() {
        double[] values =
                new Random(COLUMNS).doubles((long) COLUMNS * COLUMNS, -1, 1).toArray();
        Matrix g = Matrix.of(COLUMNS, COLUMNS, values);
        Matrix a = g.plus(g.transpose()).plus(Matrix.identity(COLUMNS).times(2.0 * COLUMNS));
        double[] b = new double[COLUMNS];
        b[0] = 1;
        return () -> {
            requireSolution(a, a.lu().solve(b), b);
            requireSolution(a, a.solve(b), b);
            requireSolution(a, a.cholesky().solve(b), b);
        };
    }

    private static void requireSolution(Matrix a, double[] x, double[] b) {
        double[] product = a.times(x);
        for (int i = 0; i < b.length; i++) {
            if (!(Math.abs(product[i] - b[i]) < 1e-9)) {
                throw new AssertionError("wrong solution");
            }
        }
    }

    private static void multiplyInJava() {
        double sum = 0;
        for (int i = 0; i < 100_000_000; i++) {
            sum = sum * 0.75 + i;
        }
        newest = sum;
    }
}
