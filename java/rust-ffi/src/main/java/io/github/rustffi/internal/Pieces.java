package io.github.rustffi.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside of the heap in which vectors cross to Rust, piece by piece, where the collector does not pin what is
 * lent. The JVM copies to it faster than JNI copies out of an array: a dot product of 768 doubles takes half the time.
 *
 * <p>A result has the bits of that for whole arrays. Where there is none, because no such memory is to be had or the
 * whole vectors are needed, it is NaN, and the native method over arrays is to be asked.
 */
public final class Pieces {
    /** Bytes of a line of the cache: to write across two of them takes longer. */
    private static final int LINE = 64;

    /** Pieces that cross at a time: memory is read faster in long runs. */
    private static final int TOGETHER = 2;

    /** Rows that are multiplied at a time at most, and columns that are added up. */
    private static final int ROWS = 2048;

    /** As many threads can use this at a time; others take the longer way. */
    private static final int MOST = 8;

    /** So many calls take the longer way after one that was refused the memory. */
    private static final int PATIENCE = 1 << 12;

    /** Not made in a static initializer, which is not tried again when it has failed for want of memory. */
    private static volatile @Nullable AtomicReferenceArray<@Nullable Pieces> free;

    private static int made;

    private static int refusals;

    /** Doubles that cross at a time, or half as many as there are floats. */
    private final int length;

    private final ByteBuffer memory;
    private final DoubleBuffer doubles;
    private final FloatBuffer floats;

    // Where the parts begin: x first, and then, in doubles, y, the products, and the sums.
    private final int y;
    private final int products;
    private final int sums;
    private final long address;

    private Pieces() {
        length = TOGETHER * Natives.pieceBytes() / Double.BYTES;
        // Not at a multiple of a page, where processors take some addresses for others.
        y = length + 3 * Long.BYTES;
        products = y + length + 3 * Long.BYTES;
        sums = products + ROWS;
        int bytes = (sums + Long.BYTES) * Double.BYTES;
        memory = ByteBuffer.allocateDirect(bytes + LINE).alignedSlice(LINE).order(ByteOrder.nativeOrder());
        doubles = memory.asDoubleBuffer();
        floats = memory.asFloatBuffer();
        address = Natives.address(memory);
    }

    private static AtomicReferenceArray<@Nullable Pieces> free() {
        AtomicReferenceArray<@Nullable Pieces> known = free;
        return known != null ? known : makeFree();
    }

    private static synchronized AtomicReferenceArray<@Nullable Pieces> makeFree() {
        AtomicReferenceArray<@Nullable Pieces> known = free;
        if (known == null) {
            known = new AtomicReferenceArray<>(MOST);
            free = known;
        }
        return known;
    }

    private static @Nullable Pieces take() {
        AtomicReferenceArray<@Nullable Pieces> free = free();
        int own = (int) Thread.currentThread().getId();
        for (int i = 0; i < MOST; i++) {
            int place = (own + i) % MOST;
            if (free.getPlain(place) != null) {
                Pieces pieces = free.getAndSet(place, null);
                if (pieces != null) {
                    return pieces;
                }
            }
        }
        return made == MOST ? null : create();
    }

    private static synchronized @Nullable Pieces create() {
        if (made == MOST) {
            return null;
        }
        if (refusals > 0) {
            refusals--;
            return null;
        }
        try {
            Pieces pieces = new Pieces();
            made++;
            return pieces;
        } catch (OutOfMemoryError e) {
            // To ask for such memory in vain makes the JVM collect garbage, and wait.
            refusals = PATIENCE;
            return null;
        }
    }

    private void give() {
        int own = (int) Thread.currentThread().getId();
        for (int i = 0; i < MOST; i++) {
            if (free().compareAndSet((own + i) % MOST, null, this)) {
                return;
            }
        }
    }

    /**
     * Returns the result of an operation on two vectors of the same length, or on one that is given twice.
     *
     * @param operation a constant of {@link Reduction}
     * @param x a vector
     * @param y another one
     * @return the result, or NaN
     */
    public static double of(int operation, double[] x, double[] y) {
        Pieces pieces = x.length == y.length ? take() : null;
        if (pieces == null) {
            return Double.NaN;
        }
        try {
            return pieces.add(operation, x, y);
        } finally {
            pieces.give();
        }
    }

    /**
     * Returns the result of an operation on two vectors of the same length, or on one that is given twice.
     *
     * @param operation a constant of {@link Reduction}
     * @param x a vector
     * @param y another one
     * @return the result, or NaN
     */
    public static double of(int operation, float[] x, float[] y) {
        Pieces pieces = x.length == y.length ? take() : null;
        if (pieces == null) {
            return Double.NaN;
        }
        try {
            return pieces.add(operation, x, y);
        } finally {
            pieces.give();
        }
    }

    /**
     * Multiplies a matrix with a vector.
     *
     * @param columns the number of columns
     * @param a the matrix in row-major order, with as many rows as {@code product} has values
     * @param x a value for each column
     * @param product what is written to
     * @return false if the native method over arrays is to be asked
     */
    public static boolean times(int columns, double[] a, double[] x, double[] product) {
        Pieces pieces = x.length == columns ? take() : null;
        if (pieces == null) {
            return false;
        }
        try {
            if (columns > pieces.length) {
                return false;
            }
            pieces.timesRows(columns, a, x, product);
            return true;
        } finally {
            pieces.give();
        }
    }

    /**
     * Multiplies the transpose of a matrix with a vector.
     *
     * @param columns the number of columns
     * @param a the matrix in row-major order
     * @param x a value for each row
     * @param product a zero for each column, to which the products are added
     * @return false if the native method over arrays is to be asked
     */
    public static boolean transposeTimes(int columns, double[] a, double[] x, double[] product) {
        boolean fits = columns > 0 && columns <= ROWS && (long) x.length * columns == a.length;
        Pieces pieces = fits ? take() : null;
        if (pieces == null) {
            return false;
        }
        try {
            if (columns > pieces.length) {
                return false;
            }
            pieces.addRows(columns, a, x, product);
            return true;
        } finally {
            pieces.give();
        }
    }

    private double add(int operation, double[] x, double[] y) {
        long second = x == y ? address : address + (long) this.y * Double.BYTES;
        long result = address + (long) sums * Double.BYTES;
        for (int at = 0; ; at += length) {
            int part = Math.min(length, x.length - at);
            doubles.put(0, x, at, part);
            if (x != y) {
                doubles.put(this.y, y, at, part);
            }
            boolean isLast = at + part == x.length;
            double sum = Natives.pieceOfDoubles(operation, address, second, part, result, at == 0, isLast);
            if (isLast) {
                return sum;
            }
        }
    }

    private double add(int operation, float[] x, float[] y) {
        long second = x == y ? address : address + (long) this.y * Double.BYTES;
        long result = address + (long) sums * Double.BYTES;
        for (int at = 0; ; at += 2 * length) {
            int part = Math.min(2 * length, x.length - at);
            floats.put(0, x, at, part);
            if (x != y) {
                floats.put(2 * this.y, y, at, part);
            }
            boolean isLast = at + part == x.length;
            double sum = Natives.pieceOfFloats(operation, address, second, part, result, at == 0, isLast);
            if (isLast) {
                return sum;
            }
        }
    }

    private void timesRows(int columns, double[] a, double[] x, double[] product) {
        doubles.put(y, x, 0, columns);
        int most = Math.min(ROWS, length / Math.max(1, columns));
        for (int row = 0; row < product.length; row += most) {
            int rows = Math.min(most, product.length - row);
            doubles.put(0, a, row * columns, rows * columns);
            Natives.timesAt(
                    rows,
                    columns,
                    address,
                    address + (long) y * Double.BYTES,
                    address + (long) products * Double.BYTES);
            doubles.get(products, product, row, rows);
        }
    }

    private void addRows(int columns, double[] a, double[] x, double[] product) {
        doubles.put(products, product, 0, columns);
        int most = length / columns;
        for (int row = 0; row < x.length; row += most) {
            int rows = Math.min(most, x.length - row);
            doubles.put(0, a, row * columns, rows * columns);
            doubles.put(y, x, row, rows);
            Natives.transposeTimesAt(
                    rows,
                    columns,
                    address,
                    address + (long) y * Double.BYTES,
                    address + (long) products * Double.BYTES);
        }
        doubles.get(products, product, 0, columns);
    }
}
