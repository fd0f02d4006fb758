package io.github.rustffi;

import io.github.rustffi.internal.Natives;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * Products of a symmetric matrix and many vectors, each of which reads half of the matrix: a copy in native memory, of
 * half as many values, so that a product has the same bits with every collector and copies two vectors alone.
 */
final class SymmetricProduct implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Cleaner.Cleanable cleanable = Cleaning.cleaner().register(this, closing);

    private static final class Closing implements Runnable {
        /** Zero as long as there is no copy. Nothing that can fail may come between making one and writing this. */
        long handle;

        @Override
        public void run() {
            if (handle != 0) {
                Natives.symmetricClose(handle);
            }
        }
    }

    /** Copies a symmetric matrix, of which this may be called once. */
    void open(Matrix a) {
        NativeLibrary.load();
        closing.handle = Natives.symmetricOpen(a.rows(), a.columns(), a.values());
    }

    /** Returns the product of the matrix and a vector. */
    double[] times(double[] x) {
        double[] product = new double[x.length];
        try {
            Natives.symmetricTimes(closing.handle, x, product);
            return product;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void close() {
        cleanable.clean();
    }
}
